// Where a list or a query goes on: the revision that its pages are of, and the place behind the
// last answer, in a form that a client passes back unread.

#ifndef PATHKB_SERVER_RPC_PAGE_TOKEN_H_
#define PATHKB_SERVER_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/held_views.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// What a token says. A value type.
struct PagePlace {
  uint64_t revision = 0;
  std::string position;  // Bytes that mean something to who made them: the last key of a page, say.
};

// A token for `place` in the answer to `request`: any text that two requests share only if they ask
// for the same.
std::string MakePageToken(std::string_view request, const PagePlace& place);

// The place in `token`. InvalidArgument if it was not made for this request.
absl::StatusOr<PagePlace> ParsePageToken(std::string_view request, std::string_view token);

// The state that the page before was read from, if it is held or a snapshot has it.
//   FailedPrecondition   it is not kept any more
//   DataLoss             its snapshot cannot be opened
absl::StatusOr<ReadView> ViewOfPage(Generations& generations, HeldViews& held_views,
                                    uint64_t revision);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_PAGE_TOKEN_H_
