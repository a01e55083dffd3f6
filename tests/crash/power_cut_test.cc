// Nothing acknowledged is lost, and nothing is half there, wherever the power fails. A script of
// 300 random operations runs on a file system that knows what is durable; after each call the disk
// is looked at as a power cut would leave it, in many ways, recovered and compared with a std::map
// of what was acknowledged. The calls are divided among kParts tests, which run side by side.

#include <cstdio>

#include "gtest/gtest.h"

#include "tests/crash/power_cuts.h"
#include "tests/crash/test_seed.h"

namespace pathkb {
namespace {

constexpr uint64_t kParts = 4;
constexpr size_t kOperations = 300;
constexpr uint64_t kDistinctStatesMin = 20'000;
// Parts may both see the disk as it is where one ends and the other begins.
constexpr uint64_t kSharedStatesMax = 500;

class PowerCutTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(PowerCutTest, EveryCallLeavesWhatWasAcknowledged) {
  PowerCutOptions options;
  options.seed = TestSeed();
  options.operations = kOperations;
  const uint64_t calls = CallsOfScript(options.seed, kOperations);
  options.first_call = 1 + GetParam() * calls / kParts;
  if (GetParam() + 1 < kParts) options.end_call = 1 + (GetParam() + 1) * calls / kParts;
  const PowerCutResult result = RunWithPowerCuts(options);
  std::printf(
      "%llu calls, %llu distinct states, %llu gone on from, %llu damaged, %llu second cuts\n",
      static_cast<unsigned long long>(result.calls),
      static_cast<unsigned long long>(result.distinct_states),
      static_cast<unsigned long long>(result.restarts),
      static_cast<unsigned long long>(result.fallbacks),
      static_cast<unsigned long long>(result.second_cuts));
  for (const std::string& finding : result.findings) ADD_FAILURE() << finding;
  EXPECT_GE(result.distinct_states, kDistinctStatesMin / kParts + kSharedStatesMax);
}

INSTANTIATE_TEST_SUITE_P(Parts, PowerCutTest, ::testing::Range(uint64_t{0}, kParts));

}  // namespace
}  // namespace pathkb
