// Ways to make tries of tries: copies, builders, algebra.

#include <algorithm>
#include <iterator>
#include <utility>

#include "fmt/format.h"

#include "core/trie/difference.h"
#include "core/trie/merkleize.h"
#include "core/trie/trie_builder.h"
#include "core/trie/trie_world.h"

namespace pathkb {

// --- Copies and other ways to come by a trie -----------------------------------------------------

Fault TrieWorld::Copy() {
  const ModelPair& pair = Pick();
  Pay(pair.paths.size());
  PathTrie copy = pair.trie;
  if (!copy.SharesRootWith(pair.trie)) return "a copy has other nodes";
  Keep(std::move(copy), pair.paths);
  return "";
}

Fault TrieWorld::Swap() {
  const size_t other = Random(pool_.size());
  pool_[0].trie.swap(pool_[other].trie);
  pool_[0].paths.swap(pool_[other].paths);
  return "";
}

Fault TrieWorld::Build() {
  const ModelPair& pair = PickAny();
  Pay(3 * pair.paths.size());
  TrieBuilder builder;
  for (uint64_t rounds = 1 + Random(2); rounds > 0; --rounds) {
    for (const auto& [path, value] : pair.paths) {
      path_ = path;
      if (absl::Status status = builder.Append(path, value); !status.ok()) return status.ToString();
    }
    PathTrie built = builder.Finish();
    if (Fault fault = FirstDifference(built, pair.paths); !fault.empty()) return fault;
    if (absl::Status valid = built.IsValid(); !valid.ok()) return valid.ToString();
    if (!built.EqualTo(pair.trie)) return "not EqualTo() the trie with the same paths";
    if (Random(4) == 0) Keep(std::move(built), pair.paths);
  }
  return "";
}

// Paths that come too late are refused, and what was there before does not suffer; a builder may be
// dropped before its end.
Fault TrieWorld::BuildInDisorder() {
  TrieBuilder builder;
  ModelPaths paths;
  for (uint64_t count = Random(60); count > 0; --count) {
    DrawPath();
    const uint64_t value = RandomValue(random_);
    const bool behind = paths.empty() || path_ > paths.rbegin()->first;
    const absl::Status status = builder.Append(path_, value);
    if (status.ok() != behind) return "Append() says: " + status.ToString();
    if (!behind && status.code() != absl::StatusCode::kInvalidArgument) return status.ToString();
    if (behind) paths[path_] = value;
    if (Random(200) == 0) return "";
  }
  Pay(60);
  PathTrie built = builder.Finish();
  if (absl::Status valid = built.IsValid(); !valid.ok()) return valid.ToString();
  if (!builder.Finish().empty()) return "not empty after Finish()";
  return FirstDifference(built, paths);
}

Fault TrieWorld::Merkleizing() {
  const ModelPair& pair = PickAny();
  Pay(5 * pair.paths.size());
  MerkleizeStats stats;
  PathTrie once = Merkleize(pair.trie, &stats);
  if (stats.distinct_nodes_after > stats.distinct_nodes_before) return "more nodes than before";
  if (Fault fault = FirstDifference(once, pair.paths); !fault.empty()) return fault;
  if (absl::Status valid = once.IsValid(); !valid.ok()) return valid.ToString();
  MerkleizeStats again;
  Merkleize(once, &again);
  if (Fault fault =
          Unequal("nodes of the result", again.distinct_nodes_before, stats.distinct_nodes_after);
      !fault.empty()) {
    return fault;
  }
  if (Fault fault =
          Unequal("nodes after twice", again.distinct_nodes_after, stats.distinct_nodes_after);
      !fault.empty()) {
    return fault;
  }
  if (Fault fault = FirstDifference(pair.trie, pair.paths); !fault.empty()) {
    return "argument: " + fault;
  }
  if (Random(2) == 0) Keep(std::move(once), pair.paths);
  return "";
}

// --- Algebra -------------------------------------------------------------------------------------

namespace {

uint64_t MaxValue(uint64_t left, uint64_t right) { return std::max(left, right); }
// A value that neither of them may have.
uint64_t BothBits(uint64_t left, uint64_t right) { return left | right; }

}  // namespace

WatchedPolicy::WatchedPolicy(std::mt19937_64& random) {
  static constexpr ModelPolicy kPolicies[] = {LeftValue, RightValue, MaxValue, BothBits};
  model_ = kPolicies[random() % std::size(kPolicies)];
}

Fault TrieWorld::CheckAlgebra(AlgebraResult result, ModelPaths expected, const ModelPair& left,
                              const ModelPair& right) {
  Pay(2 * (left.paths.size() + right.paths.size()) + expected.size());
  if (Fault fault = FirstDifference(result.trie, expected); !fault.empty()) return fault;
  if (absl::Status valid = result.trie.IsValid(); !valid.ok()) return valid.ToString();
  if (result.equals_left != (expected == left.paths)) {
    return fmt::format("equals_left is {}", result.equals_left);
  }
  if (result.equals_right != (expected == right.paths)) {
    return fmt::format("equals_right is {}", result.equals_right);
  }
  if (result.equals_left && !result.trie.SharesRootWith(left.trie)) {
    return "equals the left one, but has other nodes";
  }
  if (!result.equals_left && result.equals_right && !result.trie.SharesRootWith(right.trie)) {
    return "equals the right one, but has other nodes";
  }
  for (const ModelPair* input : {&left, &right}) {
    if (Fault fault = FirstDifference(input->trie, input->paths); !fault.empty()) {
      return "input: " + fault;
    }
  }
  if (Random(4) == 0) Keep(std::move(result.trie), std::move(expected));
  return "";
}

Fault TrieWorld::Joining() {
  const ModelPair& left = PickAny();
  const ModelPair& right = PickAny();
  WatchedPolicy policy(random_);
  AlgebraResult result = Join(left.trie, right.trie, policy);
  if (Fault fault = policy.fault(); !fault.empty()) return fault;
  return CheckAlgebra(std::move(result), ModelJoin(left.paths, right.paths, policy.model()), left,
                      right);
}

Fault TrieWorld::Meeting() {
  const ModelPair& left = PickAny();
  const ModelPair& right = PickAny();
  WatchedPolicy policy(random_);
  AlgebraResult result = Meet(left.trie, right.trie, policy);
  if (Fault fault = policy.fault(); !fault.empty()) return fault;
  return CheckAlgebra(std::move(result), ModelMeet(left.paths, right.paths, policy.model()), left,
                      right);
}

Fault TrieWorld::Subtracting() {
  const ModelPair& left = PickAny();
  const ModelPair& right = PickAny();
  return CheckAlgebra(Subtract(left.trie, right.trie), ModelSubtract(left.paths, right.paths), left,
                      right);
}

Fault TrieWorld::Restricting() {
  const ModelPair& left = PickAny();
  ModelPair right = PickAny();
  if (Random(2) == 0) {  // A few short prefixes, so that something is left.
    right = {};
    for (uint64_t count = Random(4); count > 0; --count) {
      DrawPrefix();
      right.paths[path_] = RandomValue(random_);
    }
    right.trie = TrieOf(right.paths);
  }
  Pay(right.paths.size());
  return CheckAlgebra(Restrict(left.trie, right.trie), ModelRestrict(left.paths, right.paths), left,
                      right);
}

Fault TrieWorld::SymmetricDiffering() {
  const ModelPair& left = PickAny();
  const ModelPair& right = PickAny();
  return CheckAlgebra(SymmetricDifference(left.trie, right.trie),
                      ModelSymmetricDifference(left.paths, right.paths), left, right);
}

Fault TrieWorld::Differing() {
  const ModelPair& newer = PickAny();
  const ModelPair& older = PickAny();
  Pay(2 * newer.paths.size() + older.paths.size());
  PathTrie result = Difference(newer.trie, older.trie);
  ModelPaths expected = ModelDifference(newer.paths, older.paths);
  if (Fault fault = FirstDifference(result, expected); !fault.empty()) return fault;
  if (absl::Status valid = result.IsValid(); !valid.ok()) return valid.ToString();
  if (Random(4) == 0) Keep(std::move(result), std::move(expected));
  return "";
}

Fault TrieWorld::JoiningAll() {
  WatchedPolicy policy(random_);
  std::vector<PathTrie> tries;
  ModelPaths expected;
  for (uint64_t count = Random(7); count > 0; --count) {
    const ModelPair& pair = PickAny();
    tries.push_back(pair.trie);
    expected = ModelJoin(expected, pair.paths, policy.model());
    Pay(2 * pair.paths.size() + expected.size());
  }
  PathTrie result = JoinAll(tries, policy);
  if (Fault fault = policy.fault(); !fault.empty()) return fault;
  if (Fault fault = FirstDifference(result, expected); !fault.empty()) return fault;
  if (absl::Status valid = result.IsValid(); !valid.ok()) return valid.ToString();
  if (Random(4) == 0) Keep(std::move(result), std::move(expected));
  return "";
}

}  // namespace pathkb
