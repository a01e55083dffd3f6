// A base as forks of its spaces show it: the keys of a space that was forked since the base was
// written are those of the space it stands on (space_forks.h), under its own name.

#ifndef PATHKB_CORE_FACTS_FORKED_BASE_H_
#define PATHKB_CORE_FACTS_FORKED_BASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/fact_base.h"
#include "core/facts/space_forks.h"
#include "core/trie/zipper.h"

namespace pathkb {

// A light object, made where a base is looked at and thrown away after. Borrows the base; its
// cursors borrow the base too, but not this. Where nothing is forked, all goes to the base as it
// is.
class ForkedBase final : public FactBase {
 public:
  ForkedBase(const FactBase& base, SpaceForks forks) : base_(base), forks_(std::move(forks)) {}

  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const override;
  absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string& scratch) const override {
    return base_.FindEntry(id, scratch);
  }
  absl::Status CheckIntact(uint64_t changes_before) const override {
    return base_.CheckIntact(changes_before);
  }
  uint64_t EntryFileBytes() const override { return base_.EntryFileBytes(); }
  uint64_t OutsideChanges() const override { return base_.OutsideChanges(); }
  absl::StatusOr<uint64_t> CountBelow(std::string_view prefix,
                                      const Interrupt& interrupt = nullptr) const override;
  std::unique_ptr<Zipper> NewZipper() const override { return Shown(base_.NewZipper()); }
  std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const override {
    return Shown(base_.NewCountingZipper(pages));
  }

 private:
  // A cursor of the base, with the forks.
  std::unique_ptr<Zipper> Shown(std::unique_ptr<Zipper> zipper) const;
  // Where the base has what is shown at `path`: `path` itself, or other bytes, then in `scratch`.
  std::string_view PathInBase(std::string_view path, std::string& scratch) const;

  const FactBase& base_;
  const SpaceForks forks_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_FORKED_BASE_H_
