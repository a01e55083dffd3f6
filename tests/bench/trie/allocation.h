// What the allocator has handed out, and whether other threads of the process are at rest.

#ifndef PATHKB_TESTS_BENCH_TRIE_ALLOCATION_H_
#define PATHKB_TESTS_BENCH_TRIE_ALLOCATION_H_

#include <cstdint>
#include <optional>

namespace pathkb::bench {

// Bytes that this thread has allocated so far, less those it has freed: blocks as large as the
// allocator makes them, what it keeps in store left out. Only differences mean something. nullopt
// if the program was not linked with jemalloc.
std::optional<int64_t> AllocatedBytes();

// Gives the memory that the allocator keeps in store back to the system, so that what the process
// holds from then on is what it uses. Nothing happens without jemalloc.
void ReturnFreeMemory();

// Returns once no other thread of the process has anything to do: a structure that was just dropped
// may be freed by another thread, which should not be at it when the next one is timed.
void WaitForOtherThreads();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_ALLOCATION_H_
