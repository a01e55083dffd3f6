// When the changes of the working set are to be written, and as what: a new pair, which makes the
// working set empty, or a delta, which costs only what changed.
//
//   changes since the base   small beside it            -> delta, until there are many
//                            min_ratio of its facts     -> pair

#ifndef PATHKB_SERVER_BACKGROUND_SNAPSHOT_RULES_H_
#define PATHKB_SERVER_BACKGROUND_SNAPSHOT_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace pathkb {

// What is written.
enum class SnapshotKind { kPair, kDelta };

// The settings. A value type.
struct SnapshotRules {
  absl::Duration interval = absl::Minutes(5);  // Zero: not by time.
  uint64_t max_changes = 10'000;               // Zero: not by changes.
  double min_ratio = 0.1;         // A pair once the changes are this part of the base's facts.
  uint64_t delta_max_files = 16;  // A pair once there are so many deltas. Zero: no deltas at all.
  uint64_t working_set_high_bytes = uint64_t{1} << 30;  // A pair past this. Zero: no bound.
};

// How things stand.
struct SnapshotFigures {
  uint64_t changes = 0;             // Changed facts that neither base nor deltas hold.
  uint64_t changes_since_base = 0;  // Facts that differ from the base.
  uint64_t base_facts = 0;          // 0 without a base.
  uint64_t deltas = 0;              // Behind the base.
  // False if between these something is in the log only, because a delta was damaged or the base
  // is an older one: then a pair makes all sound again.
  bool deltas_whole = true;
  uint64_t working_set_bytes = 0;
  uint64_t entry_bytes = 0;          // Of these, those of entries.
  bool differs_from_base = false;    // There is a commit that the base does not hold.
  bool differs_from_deltas = false;  // There is one that neither base nor deltas hold.
};

// What to write if something is to be written.
SnapshotKind KindToWrite(const SnapshotRules& rules, const SnapshotFigures& figures);

// What is due `since_last` after the last pair or delta, or the start; nullopt if nothing is.
std::optional<SnapshotKind> DueNow(const SnapshotRules& rules, const SnapshotFigures& figures,
                                   absl::Duration since_last);

// When to try again what failed: after 10 s, then twice as long each time, up to 5 minutes. One
// thread at a time.
class RetryBackoff {
 public:
  static constexpr absl::Duration kFirst = absl::Seconds(10);
  static constexpr absl::Duration kLongest = absl::Minutes(5);

  // It failed once more; returns how long to wait.
  absl::Duration Failed();
  // It went well.
  void Succeeded() { next_ = kFirst; }

 private:
  absl::Duration next_ = kFirst;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_SNAPSHOT_RULES_H_
