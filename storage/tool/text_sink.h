// Where the listings go: whoever calls gives a function that takes the text, piece by piece.

#ifndef PATHKB_STORAGE_TOOL_TEXT_SINK_H_
#define PATHKB_STORAGE_TOOL_TEXT_SINK_H_

#include <functional>
#include <string_view>

namespace pathkb {

// Takes a piece of text, whole lines mostly. False if no more is wanted, because the reader has
// gone away or something was interrupted: the listing then ends, which is no error.
using TextSink = std::function<bool(std::string_view text)>;

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_TEXT_SINK_H_
