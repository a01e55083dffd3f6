// A fixed number of threads that run what they are given, in the order it came. Requests run here,
// so that a long walk never holds up the threads that gRPC itself needs.

#ifndef PATHKB_SERVER_BACKGROUND_THREAD_POOL_H_
#define PATHKB_SERVER_BACKGROUND_THREAD_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"

namespace pathkb {

// Thread-safe.
class ThreadPool {
 public:
  // Starts `threads` threads, at least one.
  explicit ThreadPool(int threads);
  // Runs everything that was given, then ends the threads.
  ~ThreadPool();

  // Has `task` run on one of the threads. Tasks may give further tasks.
  void Run(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);

  std::mutex mutex_;
  std::condition_variable changed_;  // tasks_ has grown, or ending_ is set.
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_THREAD_POOL_H_
