// Which facts two states do not both have, or not alike: two cursors go through both in step, so
// neither is loaded.
//
//   from   (a)   (b)      n -> (c)             named facts are told apart by their names, the
//   to     (a)   (d)      n -> (e)             others by their terms
//          same  b removed, d added, n changed
//
// Copies of a fact without a name are told apart by their numbers.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_DIFF_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_DIFF_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/base/in_step.h"
#include "core/trie/zipper.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Which space of which state. An empty name means all spaces, and then of both.
struct DiffScope {
  const ReadView* view = nullptr;
  std::string space;
};

// One thread at a time. Borrows both views. Facts come in the order of their spaces; in each, those
// with names first, by name, then the others by term. Time is linear in the facts of both; entries
// are read only where they may differ.
class ViewDiff {
 public:
  // A fact in one of the states.
  struct Fact {
    std::string encoded_term;
    std::string entry;  // Canonical bytes.
  };

  // `interrupt` is asked every few thousand facts; an error ends the walk. May be null.
  ViewDiff(const DiffScope& from, const DiffScope& to, std::function<absl::Status()> interrupt);

  // Goes to the next difference; false at the end. DataLoss if a file contradicts itself; the views
  // have to be confirmed before anything found is believed (ReadView::Confirm()).
  absl::StatusOr<bool> Next();

  // The space of the present difference; in `to`, if it is there.
  std::string_view space() const { return space_; }
  // Empty for a fact without a name.
  std::string_view name() const { return name_; }
  // Which of the copies of an unnamed fact it is, from 1 on (core/facts/DUPLICATES.md).
  uint32_t copy() const { return copy_; }
  // The fact in each state, nullopt where it is not.
  const std::optional<Fact>& before() const { return before_; }
  const std::optional<Fact>& after() const { return after_; }

  // Facts that were alike in both, so far.
  uint64_t equal() const { return equal_; }

 private:
  // A cursor over the facts of one state, each once.
  class Side {
   public:
    explicit Side(const DiffScope& scope);
    absl::Status Next();
    bool at_key() const { return at_key_; }
    // Without what names the space, if there is one only.
    std::string_view key() const { return path_.substr(prefix_bytes_); }
    std::string_view path() const { return path_; }
    const ReadView& view() const { return *view_; }
    uint64_t value() const { return *zipper_->value(); }
    bool from_base() const { return view_->IsFromBase(zipper_->value_layer()); }
    // Bytes of the present entry; they live until the next call.
    absl::StatusOr<std::string_view> Entry() {
      return view_->EntryBytes(value(), zipper_->value_layer(), scratch_);
    }

   private:
    // True for a key by name, or by the term of a fact without one.
    absl::StatusOr<bool> StandsForFact() const;
    // From a key of the index goes to the first one that is none; false if there is none.
    bool PassIndex();

    const ReadView* const view_;
    const std::string prefix_;
    const size_t prefix_bytes_;
    const std::unique_ptr<Zipper> zipper_;
    std::string_view path_;
    bool begun_ = false;
    bool at_key_ = false;
    std::string scratch_;
  };

  // Whether the present key, which both have, stands for the same in both.
  absl::StatusOr<bool> SameInBoth();
  // Fills in the present difference.
  absl::Status Fill();
  absl::StatusOr<Fact> FactAt(Side& side) const;

  Side from_;
  Side to_;
  InStep<Side> keys_;  // Borrows both.
  const std::function<absl::Status()> interrupt_;
  uint64_t steps_ = 0;
  uint64_t equal_ = 0;
  std::string space_;
  std::string name_;
  std::string encoded_term_;  // Of a fact without a name.
  uint32_t copy_ = 1;
  std::optional<Fact> before_;
  std::optional<Fact> after_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_DIFF_H_
