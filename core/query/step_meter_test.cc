// The budget to the step, and how often the interrupt is asked.

#include "core/query/step_meter.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(StepMeterTest, ABudgetIsSpentToTheStep) {
  for (uint64_t budget : {1, 2, 1023, 1024, 1025, 5000}) {
    StepMeter meter(budget);
    for (uint64_t i = 0; i < budget; ++i) ASSERT_TRUE(meter.Step()) << i << " of " << budget;
    EXPECT_TRUE(meter.status().ok());
    EXPECT_EQ(meter.steps(), budget);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(meter.Step());
    EXPECT_EQ(meter.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(meter.steps(), budget);
  }
}

TEST(StepMeterTest, WithoutABudgetItOnlyCounts) {
  StepMeter meter;
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(meter.Step());
  EXPECT_EQ(meter.steps(), 100'000u);
}

TEST(StepMeterTest, TheInterruptIsAskedRegularlyAndStops) {
  int asked = 0;
  StepMeter meter(1'000'000, [&asked] {
    return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("enough");
  });
  uint64_t steps = 0;
  while (meter.Step()) ++steps;
  EXPECT_EQ(steps, 3 * StepMeter::kStepsPerInterrupt - 1);
  EXPECT_EQ(meter.status(), absl::CancelledError("enough"));
  EXPECT_FALSE(meter.Step());
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace pathkb
