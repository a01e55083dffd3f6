// Who may write where: leases on spaces, and on the names of a space that begin alike.
//
//   Take(part) ---> held: part -> holder, end        Check(batch, lease id) ---> may be queued, or
//                                                                                why it may not
//
// A part is a whole space or, of a space, the named facts whose names begin alike. Parts that are
// held at one time do not overlap, so a name lies in one of them at most, and finding it is one
// step in the ordered map. DESIGN.md beside this file tells how a lease and the commit queue keep
// out of each other's way.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_LEASE_TABLE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_LEASE_TABLE_H_

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "core/facts/batch.h"
#include "server/background/clock.h"

namespace pathkb {

// What a lease is of. A value type.
struct LeasePart {
  std::string space;
  // Only facts with names that begin with this, which may be empty; nullopt: the whole space, with
  // its unnamed facts and its settings.
  std::optional<std::string> name_prefix;

  // By space; a whole space stands before its parts.
  friend auto operator<=>(const LeasePart&, const LeasePart&) = default;
  friend bool operator==(const LeasePart&, const LeasePart&) = default;
};

// `space "s"`, or `names of space "s" that begin with "a/"`.
std::string ToText(const LeasePart& part);

// Thread-safe. What it is asked costs one lock and O(log leases) for each change of a batch, but
// while no lease is held a write needs to look at held() only. Borrows the clock.
class LeaseTable {
 public:
  explicit LeaseTable(const Clock& clock) : clock_(clock) {}

  // A lease as others may see it. A value type.
  struct Shown {
    LeasePart part;
    std::string holder;
    absl::Duration left;  // Of its time.
  };

  // Takes a lease and returns its id, 32 hexadecimal digits that nobody can guess. It keeps others
  // out from now on; its time, `ttl`, begins with the first Renew() and is infinite before, so that
  // who takes it can first wait for the writes that are on their way.
  //   InvalidArgument    a bad space, name prefix, holder or time
  //   Aborted            the part overlaps with one that is held: by whom and for how long
  //   ResourceExhausted  kLeasesMax are held
  absl::StatusOr<std::string> Take(const LeasePart& part, std::string_view holder,
                                   absl::Duration ttl) ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets a lease end `ttl` from now, whatever was left of its time.
  //   NotFound           no such lease, or it has ended
  //   InvalidArgument    a bad time
  absl::Status Renew(std::string_view id, absl::Duration ttl) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends a lease. NotFound if there is none, or no more.
  absl::Status Release(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);
  // Those that are held, by space and name prefix.
  std::vector<Shown> List() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether `batch` may be written by who shows the lease `id`, empty for none. Returns taken() as
  // it was when that was so: the answer holds until another lease is taken. Steps of building an
  // index that change no fact need no lease.
  //   FailedPrecondition   somebody else's lease is on something that the batch touches; or the
  //                        batch touches what is outside of its own lease; or that has ended
  absl::StatusOr<uint64_t> Check(const Batch& batch, std::string_view id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // How many leases have been taken so far.
  uint64_t taken() const { return taken_.load(std::memory_order_acquire); }
  // How many are held, ended ones that nobody has looked at since included.
  uint64_t held() const { return held_.load(std::memory_order_acquire); }

 private:
  struct Lease {
    std::string id;
    std::string holder;
    absl::Duration ttl;
    absl::Duration end;  // By the monotonic clock.
  };
  using Leases = std::map<LeasePart, Lease>;
  // What a change touches of its space.
  struct Touched {
    enum class Kind { kNothing, kUnnamed, kName, kNamesBelow, kAll };
    Kind kind;
    std::string_view name;
  };

  static Touched TouchedBy(const Change& change);
  static std::string ToText(const Touched& touched, const std::string& space);
  // True if a lease of `part` allows a change that touches that, of the same space.
  static bool Covers(const LeasePart& part, const Touched& touched);
  // A lease that overlaps with it; end if there is none.
  Leases::const_iterator FindOn(const std::string& space, const Touched& touched) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes out those whose time is over; O(how many).
  void EndDue(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(const LeasePart& part) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // `names of space "s" that begin with "a/" is leased to "x" for 12.0 s more`.
  std::string HeldText(const LeasePart& part, const Lease& lease, absl::Duration now) const;

  const Clock& clock_;
  std::atomic<uint64_t> taken_ = 0;
  std::atomic<uint64_t> held_ = 0;

  std::mutex mutex_;
  Leases leases_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, LeasePart, std::less<>> parts_by_id_ ABSL_GUARDED_BY(mutex_);
  // When each ends, and its part.
  std::set<std::pair<absl::Duration, LeasePart>> ends_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_LEASE_TABLE_H_
