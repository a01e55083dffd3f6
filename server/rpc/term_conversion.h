// Terms as messages of their own shape (pathkb.v1.Term), there and back.

#ifndef PATHKB_SERVER_RPC_TERM_CONVERSION_H_
#define PATHKB_SERVER_RPC_TERM_CONVERSION_H_

#include "absl/status/statusor.h"

#include "core/term/term.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb {

// What a message says. A message is read by Protocol Buffers first, which bounds its depth.
//   InvalidArgument     a term of no kind, an empty symbol, or bytes that are no encoded term
//   ResourceExhausted   more bytes than a text may have (kTermLimits)
absl::StatusOr<Term> ToTerm(const v1::Term& message);

// `term`, which must have an encoding, as a message: `encoded` if it is deeper than a message may
// be or has a name that is not UTF-8.
void FillTerm(const Term& term, v1::Term& message);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_TERM_CONVERSION_H_
