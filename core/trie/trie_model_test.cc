// Everything that can be done with tries, in random order and with random paths and values, against
// std::map and naive algebra over maps: edits, lookups, copies that are kept, algebra, builders,
// cursors. After each operation its answer is compared, now and then all that a trie holds, and
// whether its nodes are sound.
//
// PATHKB_TEST_OPERATIONS says how many operations, PATHKB_TEST_SEED which; 10 million are worth a
// run by hand after a change of the nodes.

#include "core/trie/trie_model.h"

#include <cstdlib>
#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/trie/trie_world.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr uint64_t kOperations = 200'000;  // Slow there, and one thread has nothing to show.
#else
constexpr uint64_t kOperations = 2'000'000;
#endif

uint64_t OperationCount() {
  const char* given = std::getenv("PATHKB_TEST_OPERATIONS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : kOperations;
}

TEST(TrieModelTest, RandomOperationsOfEveryKind) {
  const uint64_t seed = TestSeed();
  const uint64_t operations = OperationCount();
  std::mt19937_64 random(seed);
  for (uint64_t operation = 0; operation < operations;) {
    TrieWorld world(random());
    Fault fault;
    for (uint64_t left = 1000 + random() % 9000; left > 0 && operation < operations; --left) {
      ++operation;
      fault = world.Step();
      if (!fault.empty()) break;
    }
    if (fault.empty()) fault = world.CheckAll();
    if (fault.empty()) continue;
    FAIL() << fmt::format("PATHKB_TEST_SEED={} operation {}: {} at \"{}\": {}", seed, operation,
                          world.operation(), ReadablePath(world.path()), fault);
  }
}

}  // namespace
}  // namespace pathkb
