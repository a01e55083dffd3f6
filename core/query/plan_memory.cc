#include "core/query/plan_memory.h"

namespace pathkb {

std::optional<std::string> PlanMemory::Find(std::string_view key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  plans_.splice(plans_.begin(), plans_, found->second);
  return found->second->plan;
}

void PlanMemory::Put(std::string_view key, std::string_view plan) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    found->second->plan = plan;
    return;
  }
  if (plans_.size() == kPlansMax) {
    by_key_.erase(plans_.back().key);
    plans_.pop_back();
  }
  plans_.push_front({std::string(key), std::string(plan)});
  by_key_.emplace(plans_.front().key, plans_.begin());
}

uint64_t PlanMemory::NumberOf(const std::shared_ptr<const void>& base) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [known, number] : bases_) {
    if (!known.owner_before(base) && !base.owner_before(known)) return number;
  }
  std::erase_if(bases_, [](const auto& known) { return known.first.expired(); });
  bases_.emplace_back(base, next_base_);
  return next_base_++;
}

}  // namespace pathkb
