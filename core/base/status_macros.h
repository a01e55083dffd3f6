// PATHKB_RETURN_IF_ERROR and PATHKB_ASSIGN_OR_RETURN: pass a failed absl::Status up the call.

#ifndef PATHKB_CORE_BASE_STATUS_MACROS_H_
#define PATHKB_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define PATHKB_STATUS_CONCAT_INNER(a, b) a##b
#define PATHKB_STATUS_CONCAT(a, b) PATHKB_STATUS_CONCAT_INNER(a, b)

// Returns the status of `expression` from the enclosing function if it is not OK.
#define PATHKB_RETURN_IF_ERROR(expression)                                                       \
  do {                                                                                           \
    if (absl::Status pathkb_status_ = (expression); !pathkb_status_.ok()) return pathkb_status_; \
  } while (false)

// Evaluates `expression`, a StatusOr<T>; returns its status if it is not OK, else declares or
// assigns `lhs` from its value.
#define PATHKB_ASSIGN_OR_RETURN(lhs, expression) \
  PATHKB_ASSIGN_OR_RETURN_INNER(PATHKB_STATUS_CONCAT(pathkb_status_or_, __LINE__), lhs, expression)

#define PATHKB_ASSIGN_OR_RETURN_INNER(result, lhs, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return std::move(result).status();         \
  lhs = std::move(result).value()

#endif  // PATHKB_CORE_BASE_STATUS_MACROS_H_
