// That the benchmark of tries measures what it says: every operation runs on few keys, and all
// contenders come to the same results, which RunOperations() checks; a contender that cheats is
// found out.

#include "tests/bench/trie/operations.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "tests/bench/trie/map_contenders.h"
#include "tests/bench/trie/path_trie_contender.h"

namespace pathkb::bench {
namespace {

// Says that it has found one more than nothing.
class Cheater final : public Contender {
 public:
  std::string_view name() const override { return "cheater"; }
  std::unique_ptr<Contender> Empty() const override { return std::make_unique<Cheater>(); }
  void Insert(const KeyList& /*keys*/) override {}
  uint64_t Get(const KeyList& /*keys*/) const override { return 1; }
  uint64_t Scan() const override { return 1; }
  uint64_t ScanFrom(const KeyList& /*starts*/, size_t /*count*/) const override { return 1; }
};

TEST(OperationsTest, ContendersAgree) {
  for (const KeySet set : kKeySets) {
    std::vector<std::unique_ptr<Contender>> kinds;
    kinds.push_back(MakePathTrieContender());
    kinds.push_back(MakeBtreeContender());
    kinds.push_back(MakeStdMapContender());
    // Contenders by operation.
    std::map<std::string, int> reported;
    const absl::Status status =
        RunOperations({.set = set, .keys = 2000, .repeat = 2, .operations = {}}, kinds,
                      [&reported](const Figure& figure) {
                        EXPECT_GE(figure.value, 0) << figure.operation << " " << figure.contender;
                        ++reported[std::string(figure.operation)];
                      });
    ASSERT_TRUE(status.ok()) << ToStd(status.message());
    EXPECT_EQ(reported["insert"], 3);
    EXPECT_EQ(reported["get"], 3);
    EXPECT_EQ(reported["scan"], 3);
    EXPECT_EQ(reported["difference"], 3);
    EXPECT_EQ(reported["path_bytes"], 1);
    EXPECT_EQ(reported.contains("join"), set != KeySet::kLong);
  }
}

TEST(OperationsTest, OnlyWhatIsAskedForRuns) {
  std::vector<std::unique_ptr<Contender>> kinds;
  kinds.push_back(MakePathTrieContender());
  std::vector<std::string> reported;
  const absl::Status status = RunOperations(
      {.set = KeySet::kDense, .keys = 1000, .repeat = 1, .operations = {"scan", "get"}}, kinds,
      [&reported](const Figure& figure) { reported.emplace_back(figure.operation); });
  ASSERT_TRUE(status.ok()) << ToStd(status.message());
  EXPECT_EQ(reported, (std::vector<std::string>{"get", "scan"}));
}

TEST(OperationsTest, AnotherResultIsAnError) {
  std::vector<std::unique_ptr<Contender>> kinds;
  kinds.push_back(MakePathTrieContender());
  kinds.push_back(std::make_unique<Cheater>());
  const absl::Status status =
      RunOperations({.set = KeySet::kFacts, .keys = 1000, .repeat = 1, .operations = {"miss"}},
                    kinds, [](const Figure& /*figure*/) {});
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ToStd(status.message()), "miss: pathtrie comes to 0, cheater to 1");
}

}  // namespace
}  // namespace pathkb::bench
