// What recovery found, as the picture that readers begin with.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_FIRST_VIEW_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_FIRST_VIEW_H_

#include "server/knowledge_base/read_view.h"
#include "storage/recovery/recovered_state.h"

namespace pathkb {

// Shares everything with `recovered`. Constant time.
ReadView FirstView(const RecoveredState& recovered);

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_FIRST_VIEW_H_
