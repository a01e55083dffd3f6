// What a server says about a fact it did not take, and which place in a file that is.
//
// A message reads `fact 12: line 1, column 7: a symbol may not ...`: 12 is the fact's index in its
// request, the place counts inside that fact's text. Either part may be missing.

#ifndef PATHKB_CLIENT_CPP_REJECTION_H_
#define PATHKB_CLIENT_CPP_REJECTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/cpp/text_position.h"

namespace pathkb::client {

// A server's message, taken apart.
struct Rejection {
  std::optional<uint64_t> fact_index;
  std::optional<TextPosition> position;  // Inside the fact's text.
  std::string what;                      // The rest of the message.
};

// Takes `message` apart; what has not the form above is all `what`.
Rejection ParseRejection(std::string_view message);

// The place in a file of `inside`, a place in the text of a fact that begins at `fact`.
TextPosition PlaceInFile(TextPosition fact, TextPosition inside);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_REJECTION_H_
