#include "core/query/fact_filter.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/entry.h"

namespace pathkb {

absl::Status FactFilter::Check() const {
  if (min_confidence.has_value() && !(*min_confidence >= 0 && *min_confidence <= 1)) {
    return absl::InvalidArgumentError(
        fmt::format("filter: the least confidence {} is not in [0, 1]", *min_confidence));
  }
  return absl::OkStatus();
}

bool FactFilter::EntryPasses(const Entry& entry) const {
  if (min_confidence.has_value() && entry.confidence < *min_confidence) return false;
  if (source.has_value() && entry.source != *source) return false;
  for (const auto& [key, wanted] : metadata) {
    const auto found = entry.metadata.find(key);
    if (found == entry.metadata.end() || found->second != wanted) return false;
  }
  return true;
}

absl::StatusOr<bool> FactFilterRun::Passes(std::string_view name, uint64_t value, int layer) {
  if (!active_) return true;
  const FactFilter& filter = filter_;
  if (filter.name_prefix.has_value() && (name.empty() || !name.starts_with(*filter.name_prefix))) {
    return false;
  }
  if (value == 0) return plain_passes_;
  if (!asks_entry_) return true;
  Verdict& verdict = verdicts_[(value * 2 + static_cast<uint64_t>(layer)) % kVerdicts];
  if (verdict.value == value && verdict.layer == layer) return verdict.passes;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, facts_.EntryBytes(value, layer, scratch_));
  PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(bytes));
  verdict = {value, layer, filter.EntryPasses(entry)};
  return verdict.passes;
}

FactFilterRun::FactFilterRun(const FactFilter& filter, const FactSource& facts)
    : filter_(filter),
      facts_(facts),
      active_(!filter.empty()),
      plain_passes_(filter.EntryPasses(Entry())),
      asks_entry_(filter.min_confidence.has_value() || filter.source.has_value() ||
                  !filter.metadata.empty()) {
  if (asks_entry_) verdicts_.resize(kVerdicts);
}

}  // namespace pathkb
