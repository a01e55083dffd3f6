// Which part of a query binds a variable, which needs it bound, and whether each need can be met.

#ifndef PATHKB_CORE_QUERY_QUERY_BINDING_H_
#define PATHKB_CORE_QUERY_QUERY_BINDING_H_

#include "absl/status/status.h"

#include "core/query/query_form.h"

namespace pathkb {

// Fills in `binds` and `needs` of all parts, from what occurs in them:
//
//   kMatch     binds its variables
//   kCompare   needs its variables
//   kNot       needs those that occur outside of it, too
//   kOr        binds what each branch binds; needs what its branches need, and whatever else of its
//              variables occurs outside of it, too
//   a `,`      binds what its parts bind; needs what they need and none of the others can bind
//              before
//
//   InvalidArgument   the whole query needs something that is no parameter: the message names the
//   part and the variable
absl::Status ResolveBindings(QueryForm& form);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_BINDING_H_
