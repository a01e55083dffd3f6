// Whether the server can be used, and if not yet, how far its start has got.

#ifndef PATHKB_SERVER_ADMIN_HTTP_READINESS_H_
#define PATHKB_SERVER_ADMIN_HTTP_READINESS_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"

namespace pathkb {

// Thread-safe. Begins as starting.
class Readiness {
 public:
  // A picture of it. A value type.
  struct Picture {
    bool ready = false;
    // Why not, a few words: "replaying the log", "stopping". Empty once it is ready.
    std::string doing = "starting";
    uint64_t done = 0;  // Of `total`; both 0 where nobody can tell.
    uint64_t total = 0;
  };

  // The start has come to `doing`, and there to `done` of `total`.
  void Starting(std::string_view doing, uint64_t done = 0, uint64_t total = 0)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Requests are answered from now on.
  void Ready() ABSL_LOCKS_EXCLUDED(mutex_);
  // They are not any more.
  void Stopping() ABSL_LOCKS_EXCLUDED(mutex_);

  // How it stands.
  Picture Get() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable std::mutex mutex_;
  Picture picture_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_ADMIN_HTTP_READINESS_H_
