#include "server/knowledge_base/knowledge_base.h"

#include <mutex>
#include <utility>

namespace pathkb {

ReadView KnowledgeBase::View() const {
  ReadView view;
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    view = view_;
  }
  if (view.base != nullptr) view.base_changes = view.base->OutsideChanges();
  return view;
}

// In both, the old handles end up in a local variable that is destroyed after the lock is released:
// the last reference to a large trie or a mapping must not be dropped under it.

void KnowledgeBase::Publish(const WorkingSet& working, uint64_t revision, uint64_t facts,
                            uint64_t changed) {
  ReadView next = View();
  next.Show(working);
  next.revision = revision;
  next.facts = facts;
  next.changes += changed;
  std::unique_lock<std::shared_mutex> lock(mutex_);
  std::swap(view_, next);
}

void KnowledgeBase::Install(std::shared_ptr<const FactBase> base, const WorkingSet& working) {
  ReadView next = View();
  next.Show(working);
  next.base = std::move(base);
  std::unique_lock<std::shared_mutex> lock(mutex_);
  std::swap(view_, next);
}

}  // namespace pathkb
