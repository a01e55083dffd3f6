// Plans that were made, for queries of the same shape to come. What a plan hangs on is its key; so
// a plan that was forgotten is made again just as it was, and nobody can tell but by the time it
// takes. DESIGN.md, "Plans that are kept".

#ifndef PATHKB_CORE_QUERY_PLAN_MEMORY_H_
#define PATHKB_CORE_QUERY_PLAN_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "core/query/fact_source.h"

namespace pathkb {

// Thread-safe. Holds at most kPlansMax plans of some kilobytes each; those that were not asked for
// longest are forgotten first.
class PlanMemory {
 public:
  static constexpr size_t kPlansMax = 1024;

  // What is remembered for `key`; nullopt if nothing is.
  std::optional<std::string> Find(std::string_view key) ABSL_LOCKS_EXCLUDED(mutex_);
  // Remembers `plan` for `key`, instead of what was.
  void Put(std::string_view key, std::string_view plan) ABSL_LOCKS_EXCLUDED(mutex_);

  // A number for `base` that no other object has had; the same each time, as long as it lives.
  uint64_t NumberOf(const std::shared_ptr<const void>& base) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Remembered {
    std::string key;
    std::string plan;
  };
  using Position = std::list<Remembered>::iterator;

  std::mutex mutex_;
  std::list<Remembered> plans_ ABSL_GUARDED_BY(mutex_);  // The one asked for last is the first.
  // By key, which is a view of the list's.
  std::unordered_map<std::string_view, Position> by_key_ ABSL_GUARDED_BY(mutex_);
  // Those that live, or did not long ago.
  std::vector<std::pair<std::weak_ptr<const void>, uint64_t>> bases_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_base_ ABSL_GUARDED_BY(mutex_) = 1;
};

// Where a run finds and leaves plans, and what tells them apart. A value; borrows all of it.
struct PlanKeeping {
  PlanMemory* memory = nullptr;      // Null: nothing is remembered.
  const FactSource* base = nullptr;  // Facts that most of the source's are among, and that change
                                     // more rarely: plans are counted from them. Null: none.
  uint64_t base_number = 0;          // What tells that one from others.
  uint64_t revision = 0;             // What tells states of the source over it apart.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PLAN_MEMORY_H_
