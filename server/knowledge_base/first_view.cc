#include "server/knowledge_base/first_view.h"

namespace pathkb {

ReadView FirstView(const RecoveredState& recovered) {
  ReadView view;
  view.working = recovered.working.trie();
  view.entries = recovered.working.entries();
  view.base = recovered.base;
  view.revision = recovered.revision;
  view.facts = recovered.facts;
  view.working_set_facts = recovered.working.changed_facts();
  view.changes = recovered.changes;
  return view;
}

}  // namespace pathkb
