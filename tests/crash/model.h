// What the knowledge base should hold, as a std::map: the other opinion in tests that compare.
//
//   Batch ---> Model::Apply ---> facts by space and name or term ---> Contents(): keys and entries
//   Batch ---> the daemon's parts ------------------------> ContentsOf(view): the same, as stored

#ifndef PATHKB_TESTS_CRASH_MODEL_H_
#define PATHKB_TESTS_CRASH_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Every key with the bytes of its entry.
using Contents = std::map<std::string, std::string>;

// A value type. One thread at a time.
class Model {
 public:
  // Does what `batch` says. True if that made a revision: it changed something, or has a request id
  // that is new. One with an id that is known does nothing.
  bool Apply(const Batch& batch);

  // The revision of the batch that had this request id; 0 if there was none.
  uint64_t RevisionOf(const std::string& request_id) const;

  uint64_t revision() const { return revision_; }
  uint64_t facts() const { return facts_.size(); }
  // As the keys of the two families (core/facts/keys) with their entries.
  Contents contents() const;

 private:
  // Term and entry bytes of one fact.
  struct Stored {
    std::string encoded_term;
    std::string entry;
    friend bool operator==(const Stored&, const Stored&) = default;
  };
  // Space, then what tells the fact from others there: 'n' and its name, or 't' and its term.
  using Identity = std::pair<std::string, std::string>;

  bool ApplyChange(const std::string& space, const Change& change);
  // Removes the facts of `space` whose identity begins with `prefix`. True if there were any.
  bool EraseBelow(const std::string& space, const std::string& prefix);

  std::map<Identity, Stored> facts_;
  std::map<std::string, uint64_t> requests_;  // Id to revision.
  uint64_t revision_ = 0;
};

// Every fact that `view` shows. DataLoss as ReadView::EntryBytes().
absl::StatusOr<Contents> ContentsOf(const ReadView& view);

// What is wrong with `view`, compared with `model`: revision, number of facts, and each key. Empty
// if nothing is.
std::string Differences(const ReadView& view, const Model& model);

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_MODEL_H_
