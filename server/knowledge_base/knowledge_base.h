// What readers see: the newest published working set, the base and the revision.
//
//   CommitQueue --Publish--> [ working | base | revision ] --View--> a copy for each request
//               --Install-->
//
// DESIGN.md beside this file tells how a write gets here, and why no lock is ever held for long.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_KNOWLEDGE_BASE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_KNOWLEDGE_BASE_H_

#include <cstdint>
#include <memory>
#include <shared_mutex>

#include "absl/base/thread_annotations.h"

#include "core/facts/fact_base.h"
#include "core/facts/working_set.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Thread-safe. A reader holds the lock to copy a few handles and numbers, a writer to swap them;
// nobody holds it for anything that depends on the size of the data. Never touches the disk:
// CommitQueue has made a group durable before Publish() shows it.
class KnowledgeBase {
 public:
  // Shows what recovery found.
  explicit KnowledgeBase(ReadView recovered) : view_(std::move(recovered)) {}

  // The newest picture.
  ReadView View() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Shows a new working set over the same base. Only CommitQueue's thread calls this and Install().
  // `changed` facts have changed, after which there are `facts`.
  void Publish(const WorkingSet& working, uint64_t revision, uint64_t facts, uint64_t changed)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Shows a new base with what came after it; what readers see through it is the same as before.
  void Install(std::shared_ptr<const FactBase> base, const WorkingSet& working)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable std::shared_mutex mutex_;
  ReadView view_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_KNOWLEDGE_BASE_H_
