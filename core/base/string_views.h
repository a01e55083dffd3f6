// Between std::string_view and the packaged Abseil's own string_view, which do not convert to one
// another. Our interfaces say std::string_view everywhere.

#ifndef PATHKB_CORE_BASE_STRING_VIEWS_H_
#define PATHKB_CORE_BASE_STRING_VIEWS_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace pathkb {

inline absl::string_view ToAbsl(std::string_view view) { return {view.data(), view.size()}; }

// A template, so that it also compiles where absl::string_view is std::string_view.
template <typename View>
std::string_view ToStd(const View& view) {
  return std::string_view(view.data(), view.size());
}

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_STRING_VIEWS_H_
