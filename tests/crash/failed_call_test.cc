// Whatever call of the file system fails, once or for good, whatever it says: nothing acknowledged
// is lost, reads are right, nothing crashes, and on a healthy disk all is there again. Method: a
// script is run once for each of its calls, with each error, and compared with a model throughout.

#include <cstdio>

#include "gtest/gtest.h"

#include "tests/crash/failed_calls.h"
#include "tests/crash/test_seed.h"

namespace pathkb {
namespace {

constexpr size_t kOperations = 28;

// The error, and whether all calls after the first that fails do so too.
class FailedCallTest : public ::testing::TestWithParam<std::tuple<absl::StatusCode, bool>> {};

TEST_P(FailedCallTest, NothingAcknowledgedIsLost) {
  const auto [code, from_then_on] = GetParam();
  const std::vector<Operation> script = MakeScriptToFail(TestSeed(), kOperations);
  FailedCallResult sum;
  int findings = 0;
  uint64_t syncs_failed = 0;
  uint64_t call = 1;
  for (; findings < 3; ++call) {
    const FailedCallResult result =
        RunWithFailure(script, {call, absl::Status(code, "made to fail"), from_then_on});
    if (!result.finding.empty()) {
      ADD_FAILURE() << result.finding;
      ++findings;
      continue;
    }
    if (!result.happened) break;
    sum.commits_failed += result.commits_failed;
    sum.snapshots_failed += result.snapshots_failed;
    sum.starts_failed += result.starts_failed;
    if (result.operation.starts_with("Sync")) ++syncs_failed;
  }
  std::printf("%llu calls failed, %llu of them syncs; %llu commits, %llu snapshots, %llu starts\n",
              static_cast<unsigned long long>(call - 1),
              static_cast<unsigned long long>(syncs_failed),
              static_cast<unsigned long long>(sum.commits_failed),
              static_cast<unsigned long long>(sum.snapshots_failed),
              static_cast<unsigned long long>(sum.starts_failed));
  // The failures have reached all there is.
  EXPECT_GT(call, 100u);
  EXPECT_GT(syncs_failed, 20u);
  EXPECT_GT(sum.commits_failed, 0u);
  EXPECT_GT(sum.snapshots_failed, 0u);
  EXPECT_GT(sum.starts_failed, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, FailedCallTest,
    ::testing::Combine(::testing::Values(absl::StatusCode::kDataLoss,           // EIO.
                                         absl::StatusCode::kResourceExhausted,  // ENOSPC.
                                         absl::StatusCode::kUnavailable),
                       ::testing::Bool()));

}  // namespace
}  // namespace pathkb
