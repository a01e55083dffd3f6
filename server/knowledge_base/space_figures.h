// How much is written to which space, for the metrics. The names of spaces come from clients, who
// may choose any number of them: only those with most changes have figures of their own, and the
// others are counted together, so that neither memory nor the list of metrics grows.
//
//   shown        up to 100 spaces, each with its figures
//   candidates   up to 1,000 more: how many changes each had, to find out who is to be shown
//   others       the figures of all that is not shown

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_SPACE_FIGURES_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_SPACE_FIGURES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "core/facts/working_set.h"

namespace pathkb {

// What was done to one space, or to several together, since the server began. Figures of a space
// begin at 0 when it comes to be shown; those of the others only grow.
struct SpaceFigure {
  std::string space;  // Empty: the others together.
  uint64_t batches = 0;
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t deleted = 0;
};

// Thread-safe. An Add() costs O(log of the spaces it knows), and O(those it knows) where it makes
// room; memory is bounded.
class SpaceFigures {
 public:
  static constexpr size_t kShownMax = 100;
  static constexpr size_t kCandidatesMax = 1000;

  // Counts a batch that was committed.
  void Add(std::string_view space, const ChangeCounts& counts) ABSL_LOCKS_EXCLUDED(mutex_);

  // By name, the others last; those only if there are any.
  std::vector<SpaceFigure> Get() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Figures by name; `changes` decides who is shown.
  struct Shown {
    SpaceFigure figure;
    uint64_t changes = 0;  // Those it had as a candidate included.
  };

  // Counts changes of a space that is not shown, and shows it in the place of another one if it has
  // twice as many, or if there is room.
  void AddCandidate(std::string_view space, uint64_t changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable std::mutex mutex_;
  std::map<std::string, Shown, std::less<>> shown_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t, std::less<>> candidates_ ABSL_GUARDED_BY(mutex_);
  SpaceFigure others_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_SPACE_FIGURES_H_
