#include "core/trie/node_reaper.h"

#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "core/trie/node.h"
#include "core/trie/node_fetch.h"

namespace pathkb {

// What waits for the thread. One for the whole program; never destroyed, as the thread never ends.
class NodeReaper::Queue {
 public:
  static Queue& Get() {
    alignas(Queue) static char memory[sizeof(Queue)];
    static auto* const queue = new (memory) Queue();  // Where memory has run out too.
    return *queue;
  }

  // False if there is no thread to do it.
  bool Push(DeadList list) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!started_) {
      try {
        std::thread([this] { Run(); }).detach();
      } catch (const std::system_error&) {
        return false;
      } catch (const std::bad_alloc&) {
        return false;
      }
      started_ = true;
    }
    if (first_ != nullptr) list.last->set_dead_link(first_);
    if (first_ == nullptr) last_ = list.last;
    first_ = list.first;
    changed_.notify_all();
    return true;
  }

  void WaitUntilIdle() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return first_ == nullptr && !busy_; });
  }

 private:
  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      busy_ = false;
      changed_.notify_all();
      changed_.wait(lock, [this] { return first_ != nullptr; });
      DeadList list = {first_, last_};
      first_ = nullptr;
      busy_ = true;
      lock.unlock();
      while (!FreeSome(&list, ~size_t{0})) {
      }
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  TrieBranch* first_ = nullptr;
  TrieBranch* last_ = nullptr;
  bool busy_ = false;
  bool started_ = false;
};

bool NodeReaper::FreeSome(DeadList* list, size_t most) {
  size_t freed = 0;
  while (freed < most) {
    TrieBranch* const dead = list->first;
    list->first = dead->dead_link();
    const int positions = dead->position_count();
    FetchChildren(*dead, 0, positions);
    for (int i = 0; i < positions; ++i) {
      const TrieSlot child = dead->slot(i);
      if (!child.DropReference()) continue;
      if (!child.is_branch()) {
        TrieBranch::FreeShell(child);
        ++freed;
        continue;
      }
      child.branch()->set_dead_link(list->first);
      if (list->first == nullptr) list->last = child.branch();
      list->first = child.branch();
    }
    TrieBranch::FreeShell(TrieSlot(dead));
    ++freed;
    if (list->first == nullptr) return true;
  }
  return false;
}

void NodeReaper::Free(TrieBranch* dead) {
  dead->set_dead_link(nullptr);
  DeadList list = {dead, dead};
  if (FreeSome(&list, kNodesAtOnce)) return;
  if (Queue::Get().Push(list)) return;
  while (!FreeSome(&list, ~size_t{0})) {
  }
}

void NodeReaper::WaitUntilIdle() { Queue::Get().WaitUntilIdle(); }

}  // namespace pathkb
