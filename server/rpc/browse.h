// Names as folders, a page at a time: the handler of FactService.Browse.

#ifndef PATHKB_SERVER_RPC_BROWSE_H_
#define PATHKB_SERVER_RPC_BROWSE_H_

#include "absl/status/status.h"
#include "grpcpp/server_context.h"

#include "pathkb/v1/fact_service.pb.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/held_views.h"

namespace pathkb {

// Fills one page; looks at `context` now and then, whether anybody still waits. Errors as the
// .proto has them, and DataLoss or Unavailable as ReadView::Confirm().
absl::Status BrowseFolder(Generations& generations, HeldViews& held_views,
                          const grpc::CallbackServerContext& context,
                          const v1::BrowseRequest& request, v1::BrowseResponse& response);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_BROWSE_H_
