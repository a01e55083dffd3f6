#include "server/knowledge_base/space_figures.h"

#include <algorithm>

namespace pathkb {
namespace {

void AddTo(SpaceFigure& figure, const SpaceFigure& more) {
  figure.batches += more.batches;
  figure.inserted += more.inserted;
  figure.updated += more.updated;
  figure.deleted += more.deleted;
}

}  // namespace

void SpaceFigures::Add(std::string_view space, const ChangeCounts& counts) {
  const SpaceFigure more = {"", 1, counts.inserted, counts.updated, counts.deleted};
  const std::lock_guard<std::mutex> lock(mutex_);
  auto found = shown_.find(space);
  if (found == shown_.end()) {
    AddCandidate(space, counts.changed());
    found = shown_.find(space);
    if (found == shown_.end()) return AddTo(others_, more);
  } else {
    found->second.changes += counts.changed();
  }
  AddTo(found->second.figure, more);
}

void SpaceFigures::AddCandidate(std::string_view space, uint64_t changes) {
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  auto candidate = candidates_.find(space);
  if (candidate == candidates_.end()) {
    if (candidates_.size() == kCandidatesMax) {
      candidates_.erase(std::min_element(candidates_.begin(), candidates_.end(), fewer));
    }
    candidate = candidates_.emplace(space, 0).first;
  }
  candidate->second += changes;
  if (shown_.size() == kShownMax) {
    const auto least = std::min_element(
        shown_.begin(), shown_.end(),
        [](const auto& a, const auto& b) { return a.second.changes < b.second.changes; });
    // Twice as many, or two that are equally busy would take each other's place for ever.
    if (candidate->second / 2 <= least->second.changes) return;
    AddTo(others_, least->second.figure);
    candidates_.emplace(least->first, least->second.changes);
    shown_.erase(least);
  }
  Shown& shown = shown_[std::string(space)];
  shown.figure.space = space;
  shown.changes = candidate->second;
  candidates_.erase(candidate);
}

std::vector<SpaceFigure> SpaceFigures::Get() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<SpaceFigure> figures;
  for (const auto& [name, shown] : shown_) figures.push_back(shown.figure);
  if (others_.batches > 0) figures.push_back(others_);
  return figures;
}

}  // namespace pathkb
