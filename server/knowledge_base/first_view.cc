#include "server/knowledge_base/first_view.h"

namespace pathkb {

ReadView FirstView(const RecoveredState& recovered) {
  ReadView view;
  view.Show(recovered.working);
  view.base = recovered.base;
  view.revision = recovered.revision;
  view.facts = recovered.facts;
  view.changes = recovered.changes;
  return view;
}

}  // namespace pathkb
