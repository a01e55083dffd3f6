// Where a list goes on: the key of the last fact of a page, in a form that a client passes back
// unread.

#ifndef PATHKB_SERVER_RPC_PAGE_TOKEN_H_
#define PATHKB_SERVER_RPC_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pathkb {

// A token for `last_key` of the list that `request` (any text that names the list) asks for.
std::string MakePageToken(std::string_view request, std::string_view last_key);

// The key in `token`. InvalidArgument if it was not made for this list.
absl::StatusOr<std::string> ParsePageToken(std::string_view request, std::string_view token);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_PAGE_TOKEN_H_
