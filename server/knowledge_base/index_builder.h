// Builds the index of a space's arguments (core/facts/arg_index.h) while the space is in use.
//
//   commit  begun 2           from here on, facts that come and go take their keys in terms2/ along
//   walk a view: 10,000 facts ... commit "index the facts up to this key" ... 10,000 more ...
//   commit  whole 2           queries use it
//
// Each step is a small commit like any other, so others go on writing in between, and log, deltas,
// snapshots and replay know nothing special. What a crash or a cancel leaves is an index that is
// kept right for what it holds but is not whole: nobody uses it, and the next call fills it up.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_INDEX_BUILDER_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_INDEX_BUILDER_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "server/background/clock.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"

namespace pathkb {

// Thread-safe; one index is built at a time. Borrows its arguments.
class IndexBuilder {
 public:
  // What SetIndex() has done. A value type.
  struct Result {
    uint64_t facts = 0;  // Looked at, to be put into the index.
    Commit commit;       // The last one; no revision of its own if nothing had to be changed.
  };
  // Asked again and again; an error ends the work. May be null.
  using Interrupt = std::function<absl::Status()>;

  IndexBuilder(const KnowledgeBase& knowledge_base, CommitQueue& commits, const Clock& clock)
      : knowledge_base_(knowledge_base), commits_(commits), clock_(clock) {}

  // Makes `wanted` the indexed arguments of `space`. Those that are not wanted are gone after one
  // commit; new ones take a walk over the space's facts for all of them together, and two lookups
  // or changes of the trie for each fact and argument. Waits while facts cannot be added for want
  // of room. Blocks; about what a commit of 10,000 facts takes is done between two looks at
  // `interrupt`.
  //   NotFound            no such space
  //   FailedPrecondition  another index is being built; or the space was dropped meanwhile
  //   DataLoss            the base contradicts itself
  //   others              as CommitQueue::Submit() and `interrupt` say
  // A lease that forbids it is looked at once, at the beginning, with `lease_id`: what follows
  // changes no fact, and goes on whoever has taken a lease meanwhile.
  absl::StatusOr<Result> SetIndex(const std::string& space, IndexedArguments wanted,
                                  const Interrupt& interrupt, const std::string& lease_id = "")
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // SetIndex() when no other is at work.
  absl::StatusOr<Result> Build(const std::string& space, IndexedArguments wanted,
                               const Interrupt& interrupt, const std::string& lease_id);
  // Puts all facts of the space into what is being built; adds to `result`.
  absl::Status Fill(const std::string& space, const Interrupt& interrupt, Result& result);
  // Commits one change and waits for it; again and again while there is no room.
  absl::Status CommitChange(const std::string& space, const Change& change,
                            const Interrupt& interrupt, const std::string& lease_id,
                            Result& result);
  // The setting of a space as it is now.
  absl::StatusOr<IndexSetting> Setting(const std::string& space) const;

  const KnowledgeBase& knowledge_base_;
  CommitQueue& commits_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string at_work_ ABSL_GUARDED_BY(mutex_);  // The space whose index is built; empty if none.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_INDEX_BUILDER_H_
