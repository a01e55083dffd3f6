#include "storage/file/sigbus_guard.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "core/base/check.h"

namespace pathkb {

// One guarded range, or none. The handler reads slots without any lock:
//   * `live` is set after the range is complete and cleared before the range may change;
//   * a handler counts itself in `handlers` before it looks at `live`, and a guard that ends clears
//     `live` before it waits for `handlers` to be 0. Both in one total order, so either the handler
//     sees that the guard has ended, or the guard waits for the handler.
struct SigbusGuard::Slot {
  std::atomic<uintptr_t> start = 0;
  std::atomic<uintptr_t> end = 0;
  std::atomic<std::atomic<bool>*> poisoned = nullptr;
  std::atomic<bool> live = false;
  std::atomic<uint32_t> handlers = 0;

  bool Covers(uintptr_t address) const { return start.load() <= address && address < end.load(); }
};

namespace {

using Slot = SigbusGuard::Slot;

static_assert(std::atomic<uintptr_t>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

// Slots come in blocks that are never freed, so a handler can walk them at any time.
struct SlotBlock {
  std::array<Slot, 64> slots;
  SlotBlock* next = nullptr;  // Constant once the block can be found.
};

// What the handler uses: set before it is installed, or atomic.
constinit std::atomic<SlotBlock*> newest_block = nullptr;
constinit struct sigaction previous_action = {};
constinit uintptr_t page_bytes = 0;

// The slots that no guard uses.
struct FreeSlots {
  std::mutex mutex;
  std::vector<Slot*> slots;  // Guarded by `mutex`.
};

FreeSlots& TheFreeSlots() {
  // Never destroyed: mappings may live until the process ends.
  static FreeSlots& free = *new FreeSlots;
  return free;
}

// ---- In the signal handler: no locks, no memory, no function that is not safe there.

// Maps zeros from the page of `address` to the end of the guarded range around it. False if there
// is none.
bool PutZeros(uintptr_t address) {
  for (SlotBlock* block = newest_block.load(); block != nullptr; block = block->next) {
    for (Slot& slot : block->slots) {
      // The thread that failed holds on to its mapping, so that one's slot does not change now.
      if (!slot.Covers(address)) continue;
      slot.handlers.fetch_add(1);
      bool done = false;
      if (slot.live.load() && slot.Covers(address)) {
        // First the mark: no thread may read zeros that it does not explain.
        slot.poisoned.load()->store(true);
        const uintptr_t page = address & ~(page_bytes - 1);
        // Not mmap(), which sanitizers replace by one that is not safe here.
        done = ::syscall(SYS_mmap, page, slot.end.load() - page, PROT_READ,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != -1;
      }
      slot.handlers.fetch_sub(1);
      if (done) return true;
    }
  }
  return false;
}

// What would have happened without our handler.
void PassOn(int signal, siginfo_t* fault, void* context) {
  const bool sent = fault->si_code <= 0;  // By kill() or the like, not by an address.
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, fault, context);
  } else if (previous_action.sa_handler == SIG_IGN && sent) {
    return;
  } else if (previous_action.sa_handler == SIG_DFL || previous_action.sa_handler == SIG_IGN) {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(signal, &standard, nullptr);
    // Returning repeats the read that failed, which now ends the process; a signal that was sent
    // must be sent again, and arrives when this handler returns.
    if (sent) ::raise(signal);
  } else {
    previous_action.sa_handler(signal);
  }
}

void OnSigbus(int signal, siginfo_t* fault, void* context) {
  const int errno_before = errno;
  // Not BUS_ADRALN: zeros would not make an address aligned.
  const bool bad_page = fault->si_code == BUS_ADRERR || fault->si_code == BUS_OBJERR ||
                        fault->si_code == BUS_MCEERR_AR;
  if (!bad_page || !PutZeros(reinterpret_cast<uintptr_t>(fault->si_addr))) {
    PassOn(signal, fault, context);
  }
  errno = errno_before;
}

// ---- Outside of it.

void InstallHandler() {
  page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  // Asked for before, so that the handler never runs without it.
  PATHKB_CHECK(::sigaction(SIGBUS, nullptr, &previous_action) == 0);
  struct sigaction action = {};
  action.sa_sigaction = &OnSigbus;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  PATHKB_CHECK(::sigaction(SIGBUS, &action, nullptr) == 0);
}

Slot& TakeSlot() {
  static std::once_flag installed;
  std::call_once(installed, &InstallHandler);
  FreeSlots& free = TheFreeSlots();
  const std::lock_guard<std::mutex> lock(free.mutex);
  if (free.slots.empty()) {
    auto* block = new SlotBlock;
    block->next = newest_block.load();
    for (Slot& slot : block->slots) free.slots.push_back(&slot);
    newest_block.store(block);
  }
  Slot& slot = *free.slots.back();
  free.slots.pop_back();
  return slot;
}

}  // namespace

SigbusGuard::SigbusGuard(const void* start, size_t bytes, std::atomic<bool>& poisoned)
    : slot_(TakeSlot()) {
  const uintptr_t first = reinterpret_cast<uintptr_t>(start);
  PATHKB_CHECK(first % page_bytes == 0);
  slot_.poisoned.store(&poisoned);
  slot_.start.store(first);
  slot_.end.store((first + bytes + page_bytes - 1) & ~(page_bytes - 1));
  slot_.live.store(true);
}

SigbusGuard::~SigbusGuard() {
  slot_.live.store(false);
  while (slot_.handlers.load() != 0) ::sched_yield();
  slot_.start.store(0);
  slot_.end.store(0);
  FreeSlots& free = TheFreeSlots();
  const std::lock_guard<std::mutex> lock(free.mutex);
  free.slots.push_back(&slot_);
}

}  // namespace pathkb
