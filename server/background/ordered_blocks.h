// Blocks of results that several threads make and one takes, in order. The work is cut into parts;
// a part's blocks are made one after the other, those of different parts at the same time.
//
//   parts      0        1        2        3        4 ...
//              taken    made     made     being    not begun
//                       next              made
//
// Whoever takes does not wait for a thread to become free: a part that nobody works on, it works on
// itself. So all goes on, one block at a time, where all other threads of the pool are busy.

#ifndef PATHKB_SERVER_BACKGROUND_ORDERED_BLOCKS_H_
#define PATHKB_SERVER_BACKGROUND_ORDERED_BLOCKS_H_

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/background/thread_pool.h"

namespace pathkb {

// One thread at a time. Memory: of each part that was begun, at most a block more than it may have.
template <typename Block>
class OrderedBlocks {
 public:
  // Makes a part's next block; none behind the last. One thread at a time, not always the same.
  using Maker = std::function<absl::StatusOr<std::optional<Block>>()>;

  // What a block weighs: bytes, say.
  using Weigh = size_t (*)(const Block&);

  // How far the threads may go ahead of what is taken.
  struct Ahead {
    size_t parts = 4;   // Begun and not taken whole, at least 1.
    size_t weight = 8;  // Of a part's blocks that wait: when they come to it, no more are made.
  };

  // `new_maker` is called once for each of the parts, by any thread, when its turn comes. Borrows
  // the pool, whose tasks work on parts; none of them ever waits.
  OrderedBlocks(ThreadPool& threads, size_t parts, std::function<Maker(size_t part)> new_maker,
                Ahead ahead, Weigh weigh)
      : state_(std::make_shared<State>(threads, parts, std::move(new_maker), ahead, weigh)) {}

  // Returns when no thread works on a part any more: after the blocks that are being made.
  ~OrderedBlocks() { state_->Stop(); }

  OrderedBlocks(const OrderedBlocks&) = delete;
  OrderedBlocks& operator=(const OrderedBlocks&) = delete;

  // The next block; none behind the last. The first error in the order of blocks, after which
  // there is nothing more.
  absl::StatusOr<std::optional<Block>> Next() { return state_->Next(); }

 private:
  struct Part {
    Maker maker;               // Null until it is begun.
    std::deque<Block> blocks;  // Made and not taken.
    size_t weight = 0;         // Of them.
    bool busy = false;         // A thread uses the maker, without the lock.
    bool queued = false;       // A task for it is in the pool.
    bool ended = false;        // There are no more blocks, because of `status` if that is an error.
    absl::Status status;
  };

  // What the tasks share with the object. They may come to their turn when that is gone.
  class State : public std::enable_shared_from_this<State> {
   public:
    State(ThreadPool& threads, size_t parts, std::function<Maker(size_t)> new_maker, Ahead ahead,
          Weigh weigh)
        : threads_(threads),
          new_maker_(std::move(new_maker)),
          ahead_(ahead),
          weigh_(weigh),
          parts_(parts) {}

    absl::StatusOr<std::optional<Block>> Next() ABSL_LOCKS_EXCLUDED(mutex_) {
      std::unique_lock<std::mutex> lock(mutex_);
      while (first_ < parts_.size()) {
        Part& part = parts_[first_];
        if (!part.blocks.empty()) {
          Block block = std::move(part.blocks.front());
          part.blocks.pop_front();
          part.weight -= weigh_(block);
          GiveWork();
          return block;
        }
        if (part.ended) {
          if (!part.status.ok()) return part.status;
          part.maker = nullptr;
          ++first_;
          // So that others begin what follows while this thread works on the next part, or waits.
          GiveWork();
          continue;
        }
        if (part.busy) {
          changed_.wait(lock);
        } else {
          if (first_ == 0 && parts_.size() > 1) GiveWork();
          MakeBlock(first_, lock);
        }
      }
      return std::nullopt;
    }

    void Stop() ABSL_LOCKS_EXCLUDED(mutex_) {
      std::unique_lock<std::mutex> lock(mutex_);
      stopping_ = true;
      changed_.wait(lock, [this] {
        return std::none_of(parts_.begin(), parts_.end(),
                            [](const Part& part) { return part.busy; });
      });
    }

   private:
    // Puts a task into the pool for each part that may be worked on and is not.
    void GiveWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const size_t end = std::min(parts_.size(), first_ + ahead_.parts);
      for (size_t i = first_; i < end; ++i) {
        Part& part = parts_[i];
        if (part.busy || part.queued || !HasRoom(part)) continue;
        part.queued = true;
        threads_.Run([self = this->shared_from_this(), i] { self->Work(i); });
      }
    }

    bool HasRoom(const Part& part) const { return !part.ended && part.weight < ahead_.weight; }

    // A task: makes blocks until there are as many as may be.
    void Work(size_t index) ABSL_LOCKS_EXCLUDED(mutex_) {
      std::unique_lock<std::mutex> lock(mutex_);
      Part& part = parts_[index];
      part.queued = false;
      while (!stopping_ && !part.busy && HasRoom(part)) MakeBlock(index, lock);
    }

    // Makes a block of a part that nobody works on. Lets go of the lock meanwhile.
    void MakeBlock(size_t index, std::unique_lock<std::mutex>& lock)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      Part& part = parts_[index];
      part.busy = true;
      lock.unlock();
      if (part.maker == nullptr) part.maker = new_maker_(index);
      absl::StatusOr<std::optional<Block>> block = part.maker();
      lock.lock();
      part.busy = false;
      if (block.ok() && block->has_value()) {
        part.weight += weigh_(**block);
        part.blocks.push_back(*std::move(*block));
      } else {
        part.ended = true;
        part.status = block.status();
      }
      changed_.notify_all();
    }

    ThreadPool& threads_;
    const std::function<Maker(size_t)> new_maker_;
    const Ahead ahead_;
    const Weigh weigh_;

    std::mutex mutex_;
    std::condition_variable changed_;  // A block was made, or a part has ended.
    // Never grows, so that whoever has made a part busy may use its maker without the lock.
    std::vector<Part> parts_ ABSL_GUARDED_BY(mutex_);
    size_t first_ ABSL_GUARDED_BY(mutex_) = 0;  // The part whose blocks are taken.
    bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  };

  const std::shared_ptr<State> state_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_ORDERED_BLOCKS_H_
