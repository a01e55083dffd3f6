// Measures PathTrie beside ordered structures of others, in one process and without a server.
//
//   trie_bench                                            everything, some minutes
//   trie_bench --set=facts --op=insert --contender=pathtrie --repeat=1      one thing, to profile
//
// Prints a line for each median as soon as it is known, with tabs between: key set, operation,
// contender, unit, figure. `./dev bench trie` makes a table of them.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "core/base/string_views.h"
#include "tests/bench/trie/contender.h"
#include "tests/bench/trie/judy_contenders.h"
#include "tests/bench/trie/key_sets.h"
#include "tests/bench/trie/map_contenders.h"
#include "tests/bench/trie/operations.h"
#include "tests/bench/trie/path_trie_contender.h"

namespace pathkb::bench {
namespace {

// Of 300 bytes each; as many as there are of the others would say nothing else.
constexpr size_t kLongKeysFraction = 5;

// Empty contenders of the kinds named; of all for no names.
std::vector<std::unique_ptr<Contender>> MakeKinds(KeySet set,
                                                  const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<Contender>> all;
  all.push_back(MakePathTrieContender());
  all.push_back(MakeBtreeContender());
  all.push_back(MakeStdMapContender());
  all.push_back(set == KeySet::kDense ? MakeJudyIntegerContender() : MakeJudyTextContender());
  if (names.empty()) return all;
  std::vector<std::unique_ptr<Contender>> kinds;
  for (auto& contender : all) {
    if (std::find(names.begin(), names.end(), contender->name()) != names.end()) {
      kinds.push_back(std::move(contender));
    }
  }
  return kinds;
}

int Run(int argc, char** argv) {
  std::vector<std::string> set_names;
  for (const KeySet set : kKeySets) set_names.emplace_back(KeySetName(set));
  std::vector<std::string> operation_names;
  for (const std::string_view name : OperationNames()) operation_names.emplace_back(name);

  std::vector<std::string> sets = set_names;
  std::vector<std::string> contenders;
  Plan plan;
  plan.keys = 1'000'000;
  plan.repeat = 5;
  CLI::App app("Measures PathTrie beside ordered structures of others.");
  app.add_option("--set", sets, "key sets, with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember(set_names));
  app.add_option("--op", plan.operations, "operations, with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember(operation_names));
  app.add_option("--contender", contenders, "contenders, with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember({"pathtrie", "btree", "map", "judy"}));
  app.add_option("--n", plan.keys, "keys in a structure; a fifth of it for long ones")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(1'000, 100'000'000));
  app.add_option("--repeat", plan.repeat, "repetitions that a median is of")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);

  const size_t keys = plan.keys;
  for (const KeySet set : kKeySets) {
    const std::string_view name = KeySetName(set);
    if (std::find(sets.begin(), sets.end(), name) == sets.end()) continue;
    plan.set = set;
    plan.keys = set == KeySet::kLong ? keys / kLongKeysFraction : keys;
    const absl::Status status =
        RunOperations(plan, MakeKinds(set, contenders), [name](const Figure& figure) {
          fmt::print("{}\t{}\t{}\t{}\t{:.6g}\n", name, figure.operation, figure.contender,
                     figure.unit, figure.value);
          std::fflush(stdout);
        });
    if (!status.ok()) {
      fmt::print(stderr, "trie_bench: {}: {}\n", name, ToStd(status.message()));
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace pathkb::bench

int main(int argc, char** argv) { return pathkb::bench::Run(argc, argv); }
