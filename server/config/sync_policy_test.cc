// Every form of the setting, and what is refused.

#include "server/config/sync_policy.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(SyncPolicyTest, Parses) {
  EXPECT_EQ(ParseSyncPolicy("always")->mode, SyncPolicy::Mode::kAlways);
  EXPECT_EQ(ParseSyncPolicy("none")->mode, SyncPolicy::Mode::kNone);
  for (const auto& [text, interval] :
       {std::pair("interval:200ms", absl::Milliseconds(200)),
        std::pair("interval:1ms", absl::Milliseconds(1)), std::pair("interval:1h", absl::Hours(1)),
        std::pair("interval:1.5s", absl::Milliseconds(1500))}) {
    const auto policy = ParseSyncPolicy(text);
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->mode, SyncPolicy::Mode::kInterval);
    EXPECT_EQ(policy->interval, interval);
  }
}

TEST(SyncPolicyTest, RefusesTheRest) {
  for (const char* text :
       {"", "Always", "interval", "interval:", "interval:200", "interval:0s", "interval:-1s",
        "interval:999us", "interval:61m", "interval:inf", "none "}) {
    EXPECT_EQ(ParseSyncPolicy(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace pathkb
