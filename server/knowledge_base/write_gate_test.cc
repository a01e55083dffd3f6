// Moves free room and memory up and down across the bounds: where the gate closes, where it opens
// again, and what it says.

#include "server/knowledge_base/write_gate.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "server/knowledge_base/retry_after.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

TEST(WriteGateTest, DiskClosesBelowAndOpensAQuarterAbove) {
  WriteGate gate({.disk_low_bytes = 1000});
  EXPECT_TRUE(gate.growth().ok()) << "before anybody has looked";
  const struct {
    uint64_t free_bytes;
    bool open;
  } steps[] = {{5000, true}, {1000, true}, {999, false}, {1000, false}, {1249, false},
               {1250, true}, {1001, true}, {0, false},   {1249, false}, {9999, true}};
  for (const auto& step : steps) {
    gate.SeeFreeBytes(step.free_bytes);
    EXPECT_EQ(gate.growth().ok(), step.open) << step.free_bytes;
  }
  gate.SeeFreeBytes(7);
  const absl::Status refused = gate.growth();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("7 bytes are free"));
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("below 1000"));
  EXPECT_EQ(RetryAfterOf(refused), absl::Seconds(1));
}

TEST(WriteGateTest, MemoryClosesAboveAndOpensAFifthBelow) {
  WriteGate gate({.memory_hard_bytes = 1000});
  const struct {
    uint64_t memory_bytes;
    bool open;
  } steps[] = {{0, true},    {1000, true}, {1001, false}, {1000, false},
               {800, false}, {799, true},  {1000, true},  {5000, false}};
  for (const auto& step : steps) {
    gate.SeeMemory(step.memory_bytes);
    EXPECT_EQ(gate.growth().ok(), step.open) << step.memory_bytes;
  }
  EXPECT_THAT(std::string(ToStd(gate.growth().message())), HasSubstr("5000 bytes of memory"));
  EXPECT_TRUE(RetryAfterOf(gate.growth()).has_value());
  EXPECT_FALSE(RetryAfterOf(absl::ResourceExhaustedError("another")).has_value());
}

TEST(WriteGateTest, BoundsOfZeroAreNone) {
  WriteGate gate({});
  gate.SeeFreeBytes(0);
  gate.SeeMemory(UINT64_MAX);
  EXPECT_TRUE(gate.growth().ok());
}

}  // namespace
}  // namespace pathkb
