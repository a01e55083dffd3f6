// The seed of a random test: the usual one, or taken from the environment, and printed. The usual
// one is fixed, so that the parts of a test that run as processes of their own have the same.

#ifndef PATHKB_TESTS_CRASH_TEST_SEED_H_
#define PATHKB_TESTS_CRASH_TEST_SEED_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace pathkb {

// PATHKB_TEST_SEED if that is set, else always the same number; prints it.
inline uint64_t TestSeed() {
  const char* text = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_TEST_SEED_H_
