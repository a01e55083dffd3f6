// Views that a page token counts on: the state of a revision stays readable for a while after the
// page before was given, whatever is written meanwhile.
//
//   page 1 of revision 41 ---> Hold(view 41)        5 minutes, again with each page
//   page 2, token says 41 ---> Find(41) ---> view   or nothing, if it has been let go

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_HELD_VIEWS_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_HELD_VIEWS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#include "server/background/clock.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Thread-safe. A held view keeps the working set and the files that it shows; so there is a bound
// on their number and on their time. Views that are over time go with the next call of any kind.
class HeldViews {
 public:
  // At most so many revisions; past that the one that was used longest ago goes.
  static constexpr size_t kViewsMax = 32;
  // How long each is kept after it was last held or found.
  static constexpr absl::Duration kKeptFor = absl::Minutes(5);

  // Borrows `clock`.
  explicit HeldViews(const Clock& clock) : clock_(clock) {}

  // Keeps `view` from now on; one of its revision that is held already is kept anew.
  void Hold(const ReadView& view) ABSL_LOCKS_EXCLUDED(mutex_);

  // The view of this revision, if it is held.
  std::optional<ReadView> Find(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // How many are held.
  size_t Count() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Held {
    ReadView view;
    absl::Duration until;  // By the monotonic clock.
  };

  // Takes out what is over time and appends it to `gone`, for the caller to drop without the lock.
  void Expire(std::list<Held>& gone) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Puts the view of this revision in front and keeps it anew; false if there is none.
  bool Renew(uint64_t revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;

  std::mutex mutex_;
  std::list<Held> held_ ABSL_GUARDED_BY(mutex_);  // The one used last is the first.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_HELD_VIEWS_H_
