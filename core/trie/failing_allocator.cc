#include "core/trie/failing_allocator.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

std::atomic<int64_t> live_allocations = 0;
// Allocations that still succeed, of all threads together; below 0 they fail.
std::atomic<int64_t> allocations_left = kNever;
// Every allocation after the first failure fails too.
std::atomic<bool> failure_lasts = false;

// Null if it is this one's turn to fail.
void* Allocate(size_t bytes, size_t alignment) {
  if (allocations_left.load() != kNever) {
    const int64_t left = allocations_left.fetch_sub(1) - 1;
    if (left == -1 || (left < -1 && failure_lasts.load())) return nullptr;
  }
  if (bytes == 0) bytes = 1;
  void* memory = nullptr;
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
    memory = std::malloc(bytes);
  } else {
    memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  }
  if (memory != nullptr) live_allocations.fetch_add(1);
  return memory;
}

void* AllocateOrThrow(size_t bytes, size_t alignment) {
  void* const memory = Allocate(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Deallocate(void* memory) {
  if (memory == nullptr) return;
  live_allocations.fetch_sub(1);
  std::free(memory);
}

constexpr size_t kDefaultAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(size_t bytes) { return AllocateOrThrow(bytes, kDefaultAlignment); }
void* operator new[](size_t bytes) { return AllocateOrThrow(bytes, kDefaultAlignment); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return AllocateOrThrow(bytes, static_cast<size_t>(alignment));
}
void* operator new[](size_t bytes, std::align_val_t alignment) {
  return AllocateOrThrow(bytes, static_cast<size_t>(alignment));
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return Allocate(bytes, kDefaultAlignment);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return Allocate(bytes, kDefaultAlignment);
}
void* operator new(size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return Allocate(bytes, static_cast<size_t>(alignment));
}
void* operator new[](size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return Allocate(bytes, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { Deallocate(memory); }
void operator delete[](void* memory) noexcept { Deallocate(memory); }
void operator delete(void* memory, size_t) noexcept { Deallocate(memory); }
void operator delete[](void* memory, size_t) noexcept { Deallocate(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Deallocate(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Deallocate(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Deallocate(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { Deallocate(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { Deallocate(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { Deallocate(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  Deallocate(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  Deallocate(memory);
}

namespace pathkb {

int64_t LiveAllocations() { return live_allocations.load(); }

AllocationFailure::AllocationFailure(int64_t allocations, bool lasting) {
  failure_lasts.store(lasting);
  allocations_left.store(allocations);
}

AllocationFailure::~AllocationFailure() { allocations_left.store(kNever); }

int64_t AllocationFailure::left() const { return allocations_left.load(); }

}  // namespace pathkb
