// The operator new of a test program: counts what is allocated, and fails when told to. To be
// compiled into the program itself.

#ifndef PATHKB_CORE_TRIE_FAILING_ALLOCATOR_H_
#define PATHKB_CORE_TRIE_FAILING_ALLOCATOR_H_

#include <cstdint>

namespace pathkb {

// Allocations of all threads that have not been freed.
int64_t LiveAllocations();

// Lets so many more allocations of all threads succeed, and then one fail, or, if `lasting`, all.
// Ends with this object. One at a time.
class AllocationFailure {
 public:
  explicit AllocationFailure(int64_t allocations, bool lasting);
  AllocationFailure(const AllocationFailure&) = delete;
  AllocationFailure& operator=(const AllocationFailure&) = delete;
  ~AllocationFailure();

  // Allocations that would still succeed; less than 0 once one has failed.
  int64_t left() const;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_FAILING_ALLOCATOR_H_
