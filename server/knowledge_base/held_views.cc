#include "server/knowledge_base/held_views.h"

namespace pathkb {

void HeldViews::Expire(std::list<Held>& gone) {
  const absl::Duration now = clock_.Monotonic();
  // The one used last is kept longest, so those over time are at the end.
  while (!held_.empty() && held_.back().until <= now) {
    gone.splice(gone.end(), held_, std::prev(held_.end()));
  }
}

bool HeldViews::Renew(uint64_t revision) {
  for (auto held = held_.begin(); held != held_.end(); ++held) {
    if (held->view.revision != revision) continue;
    held->until = clock_.Monotonic() + kKeptFor;
    held_.splice(held_.begin(), held_, held);
    return true;
  }
  return false;
}

void HeldViews::Hold(const ReadView& view) {
  std::list<Held> gone;  // Outlives the lock: dropping a view may free much.
  const std::lock_guard<std::mutex> lock(mutex_);
  Expire(gone);
  if (Renew(view.revision)) return;
  held_.push_front({view, clock_.Monotonic() + kKeptFor});
  if (held_.size() > kViewsMax) gone.splice(gone.end(), held_, std::prev(held_.end()));
}

std::optional<ReadView> HeldViews::Find(uint64_t revision) {
  std::list<Held> gone;
  const std::lock_guard<std::mutex> lock(mutex_);
  Expire(gone);
  if (!Renew(revision)) return std::nullopt;
  return held_.front().view;
}

size_t HeldViews::Count() {
  std::list<Held> gone;
  const std::lock_guard<std::mutex> lock(mutex_);
  Expire(gone);
  return held_.size();
}

}  // namespace pathkb
