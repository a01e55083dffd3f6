// What the knowledge base should hold, as a std::map: the other opinion in tests that compare.
//
//   Batch ---> Model::Apply ---> facts by space and name or term ---> Contents(): keys and entries
//   Batch ---> the daemon's parts ------------------------> ContentsOf(view): the same, as stored

#ifndef PATHKB_TESTS_CRASH_MODEL_H_
#define PATHKB_TESTS_CRASH_MODEL_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Every key with the bytes of its entry.
using Contents = std::map<std::string, std::string>;

// What every space has indexed when it comes into being.
inline constexpr char kModelIndex[] = "1,2";

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
  // As the keys of the two families (core/facts/keys) with their entries, and those of the argument
  // index (core/facts/arg_index).
  Contents contents() const;
  // True if `space` has facts.
  bool HasFacts(const std::string& space) const {
    const auto fact = facts_.lower_bound({space, ""});
    return fact != facts_.end() && fact->first.first == space;
  }
  // True if anything is said of an index of `space`.
  bool HasIndex(const std::string& space) const { return index_.count(space) != 0; }

 private:
  // Term and entry bytes of one fact.
  struct Stored {
    std::string encoded_term;
    std::string entry;
    friend bool operator==(const Stored&, const Stored&) = default;
  };
  // Space, then what tells the fact from others there: 'n' and its name, or 't' and its term, and
  // the mark of a copy in a multiset.
  using Identity = std::pair<std::string, std::string>;

  // The index of one argument: whether it is whole, and which facts of the space are in it.
  struct Family {
    bool whole = false;
    std::set<std::string> has;
  };

  // Gives the space that comes into being with this batch its index.
  void IndexNewSpace(const std::string& space);
  // How often an unnamed fact is there.
  int Copies(const std::string& space, const std::string& encoded_term) const;
  bool ApplyChange(const std::string& space, const Change& change);
  bool IndexArguments(const std::string& space, const Change::Index& index);
  bool IndexFacts(const std::string& space, const Change& change);
  // Copies the facts of `source` to `space`, which has none, and what is whole of its index. True
  // if there were any.
  bool Fork(const std::string& source, const std::string& space);
  // Takes out of the index what is no fact any more.
  void TrimIndex(const std::string& space);
  // Removes the facts of `space` whose identity begins with `prefix`. True if there were any.
  bool EraseBelow(const std::string& space, const std::string& prefix);

  std::map<Identity, Stored> facts_;
  std::map<std::string, std::map<int, Family>> index_;  // By space and argument.
  std::set<std::string> multisets_;                     // Spaces.
  std::map<std::string, uint64_t> requests_;            // Id to revision.
  uint64_t revision_ = 0;
};

// Every fact that `view` shows. DataLoss as ReadView::EntryBytes().
absl::StatusOr<Contents> ContentsOf(const ReadView& view);

// What is wrong with `view`, compared with `model`: revision, number of facts, and each key. Empty
// if nothing is.
std::string Differences(const ReadView& view, const Model& model);

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_MODEL_H_
