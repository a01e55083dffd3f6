// The crash tests find bugs: each of these file systems makes one mistake that durable code must
// not make, and the run that is clean without it has a finding with it. What is found is printed.
// Bugs that no file system can stand for are patches in planted/; README.md lists all.

#include <cstdio>

#include "gtest/gtest.h"

#include "tests/crash/failed_calls.h"
#include "tests/crash/flawed_file_system.h"
#include "tests/crash/power_cuts.h"
#include "tests/crash/test_seed.h"

namespace pathkb {
namespace {

constexpr size_t kOperations = 120;
constexpr size_t kOperationsToFail = 20;

FileSystemAround With(Flaw flaw) {
  return [flaw](CrashFileSystem& disk) { return std::make_unique<FlawedFileSystem>(disk, flaw); };
}

// The first finding of power cuts at every call; empty if there is none.
std::string FindByPowerCuts(uint64_t seed, const FileSystemAround& around) {
  PowerCutOptions options;
  options.seed = seed;
  options.operations = kOperations;
  options.cuts_each = 2;
  options.findings_max = 1;
  options.damaged_one_in = 2;
  options.around = around;
  const PowerCutResult result = RunWithPowerCuts(options);
  return result.findings.empty() ? "" : result.findings.front();
}

// The first finding of a failure of each call; empty if there is none.
std::string FindByFailedCalls(uint64_t seed, const FileSystemAround& around) {
  const std::vector<Operation> script = MakeScriptToFail(seed, kOperationsToFail);
  for (uint64_t call = 1;; ++call) {
    const FailedCallResult result =
        RunWithFailure(script, {call, absl::DataLossError("made to fail"), false}, around);
    if (!result.finding.empty()) return result.finding;
    if (!result.happened) return "";
  }
}

TEST(PlantedTest, WithoutAFlawThereIsNoFinding) {
  const uint64_t seed = TestSeed();
  EXPECT_EQ(FindByPowerCuts(seed, nullptr), "");
}

class FlawTest : public ::testing::TestWithParam<Flaw> {};

TEST_P(FlawTest, IsFound) {
  const uint64_t seed = TestSeed();
  const Flaw flaw = GetParam();
  // Errors of the disk are ignored only where the disk makes some.
  const bool by_failures = flaw == Flaw::kSyncErrorsIgnored || flaw == Flaw::kWriteErrorsIgnored;
  const std::string finding =
      by_failures ? FindByFailedCalls(seed, With(flaw)) : FindByPowerCuts(seed, With(flaw));
  EXPECT_NE(finding, "") << "this bug would go unnoticed";
  std::printf("%s: found by %s: %s\n", NameOf(flaw).c_str(),
              by_failures ? "failed calls" : "power cuts",
              finding.substr(0, finding.find('\n')).c_str());
}

INSTANTIATE_TEST_SUITE_P(Flaws, FlawTest, ::testing::ValuesIn(kAllFlaws),
                         [](const auto& flaw) { return NameOf(flaw.param); });

}  // namespace
}  // namespace pathkb
