// Which facts exist for a query: those that pass all that is given of confidence, source, metadata
// and name. It holds inside `not`, too.

#ifndef PATHKB_CORE_QUERY_FACT_FILTER_H_
#define PATHKB_CORE_QUERY_FACT_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/entry.h"
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

  // True if a fact with this entry passes all but `name_prefix`.
  bool EntryPasses(const Entry& entry) const;
};

// A filter at work over one source. An entry that many facts share is read once: the last verdicts
// are kept, a bounded number. One thread at a time; borrows the source.
class FactFilterRun {
 public:
  FactFilterRun(const FactFilter& filter, const FactSource& facts);

  // False if every fact passes.
  bool active() const { return active_; }

  // True if the fact passes that has this name, and this value in this layer of the source (see
  // Zipper). The entry is read only where name and value do not decide.
  //   DataLoss   the entry cannot be read
  absl::StatusOr<bool> Passes(std::string_view name, uint64_t value, int layer);

 private:
  static constexpr size_t kVerdicts = 1024;
  struct Verdict {
    uint64_t value = 0;  // 0: none yet.
    int layer = 0;
    bool passes = false;
  };

  const FactFilter filter_;
  const FactSource& facts_;
  const bool active_;        // Some facts may not pass.
  const bool plain_passes_;  // Facts without an entry do, by what it would be.
  const bool asks_entry_;    // More than the name counts.
  std::vector<Verdict> verdicts_;
  std::string scratch_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FACT_FILTER_H_
