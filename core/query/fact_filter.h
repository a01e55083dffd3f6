// Which facts exist for a query: those that pass all that is given of confidence, source, metadata
// and name. It holds inside `not`, too.

#ifndef PATHKB_CORE_QUERY_FACT_FILTER_H_
#define PATHKB_CORE_QUERY_FACT_FILTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/query/fact_source.h"

namespace pathkb {

// A value type; what is not given lets every fact pass.
struct FactFilter {
  std::optional<double> min_confidence;         // In [0, 1].
  std::optional<std::string> source;            // Exactly this one; empty: facts without one.
  std::map<std::string, std::string> metadata;  // Each of these pairs.
  std::optional<std::string> name_prefix;       // Empty: facts that have a name.

  // True if every fact passes.
  bool empty() const {
    return !min_confidence.has_value() && !source.has_value() && metadata.empty() &&
           !name_prefix.has_value();
  }

  // InvalidArgument for a confidence that is not in [0, 1].
  absl::Status Check() const;

  // True if the fact passes that has this name, and this value in this layer of `source` (see
  // Zipper). `scratch` may be overwritten. The entry is read only where name and value do not
  // decide, and never copied.
  //   DataLoss   the entry cannot be read
  absl::StatusOr<bool> Passes(const FactSource& facts, std::string_view name, uint64_t value,
                              int layer, std::string& scratch) const;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FACT_FILTER_H_
