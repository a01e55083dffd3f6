// The random operations of trie_model_test: a handful of tries and maps that are edited together.

#ifndef PATHKB_CORE_TRIE_TRIE_WORLD_H_
#define PATHKB_CORE_TRIE_TRIE_WORLD_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"

#include "core/trie/algebra.h"
#include "core/trie/read_zipper.h"
#include "core/trie/trie_model.h"

namespace pathkb {

// What an operation has to say: empty if all was as it must be.
using Fault = std::string;

// The fault of an answer that is not the expected one.
template <typename T>
Fault Unequal(std::string_view what, const T& found, const T& expected) {
  if (found == expected) return "";
  return fmt::format("{} is {}, must be {}", what, found, expected);
}

// The same where nothing may have been found.
inline Fault Unequal(std::string_view what, std::optional<uint64_t> found,
                     std::optional<uint64_t> expected) {
  const auto text = [](std::optional<uint64_t> value) {
    return value.has_value() ? fmt::format("{:#x}", *value) : "nothing";
  };
  return Unequal(what, text(found), text(expected));
}

// One of several policies, and whether it was asked what it must not be asked.
class WatchedPolicy {
 public:
  explicit WatchedPolicy(std::mt19937_64& random);
  uint64_t operator()(uint64_t left, uint64_t right) const {
    asked_equal_ |= left == right;
    return model_(left, right);
  }
  ModelPolicy model() const { return model_; }
  Fault fault() const { return asked_equal_ ? "the policy was asked for two equal values" : ""; }

 private:
  ModelPolicy model_;
  mutable bool asked_equal_ = false;
};

// A few tries and their maps, which share nodes with each other as it comes, edited by random
// operations. Paths are of one kind, and sizes up to a bound.
class TrieWorld {
 public:
  explicit TrieWorld(uint64_t seed);

  // Does one random operation. Returns what went wrong.
  Fault Step();
  // Compares all tries with their maps.
  Fault CheckAll();

  // Of the last operation, for messages.
  std::string_view operation() const { return operation_; }
  const std::string& path() const { return path_; }

 private:
  struct Operation {
    const char* name;
    int weight;
    bool dear;  // Costs more than O(path): done only while allowance_ lasts.
    Fault (TrieWorld::*run)();
  };
  static const std::vector<Operation>& Operations();

  // Edits, cheap ones first.
  Fault SetOrRemove();
  Fault Set();
  Fault Remove();
  Fault RemoveBelow();
  Fault Clear();
  Fault Graft();
  Fault SetEachByte();
  Fault RemoveEachByte();
  Fault EditInVain();
  // Looks.
  Fault Find();
  Fault FindBatch();
  Fault CountBelow();
  Fault Subtrie();
  Fault EqualTo();
  Fault Compare();
  Fault CompareBackwards();
  Fault Validate();
  // Copies and other ways to come by a trie.
  Fault Copy();
  Fault Swap();
  Fault Build();
  Fault BuildInDisorder();
  Fault Merkleizing();
  // Algebra.
  Fault Joining();
  Fault Meeting();
  Fault Subtracting();
  Fault Restricting();
  Fault SymmetricDiffering();
  Fault Differing();
  Fault JoiningAll();
  // Cursors.
  Fault WriteZipperLooks();
  Fault WriteZipperTakes();
  Fault WriteZipperInserts();
  Fault WriteZipperRemovesPrefix();
  Fault WriteZipperAlgebra();
  Fault ReadZipperMoves();

  uint64_t Random(uint64_t below) { return random_() % below; }
  // The trie most edits go to, or any.
  ModelPair& Pick() { return pool_[Random(4) == 0 ? Random(pool_.size()) : 0]; }
  ModelPair& PickAny() { return pool_[Random(pool_.size())]; }
  // Draws path_: one that the pair may have or not, or that begins one.
  void DrawPath();
  void DrawPrefix();
  // Draws path_ from those the pair has, if it has any.
  void DrawExisting(const ModelPair& pair);
  // To be called for all that costs more than O(path).
  void Pay(uint64_t entries) { allowance_ -= static_cast<int64_t>(entries); }
  // True if `part` can be put below `prefix` without paths or sizes growing too large.
  bool FitsBelow(const std::string& prefix, const ModelPaths& part);
  // Keeps a result of more than one trie among the others.
  void Keep(PathTrie trie, ModelPaths paths);
  // What is wrong with a result of algebra; keeps it now and then.
  Fault CheckAlgebra(AlgebraResult result, ModelPaths expected, const ModelPair& left,
                     const ModelPair& right);
  // Compares what a cursor shows with `paths`.
  Fault MoveOnce(ReadZipper& zipper, const ModelPaths& paths);
  Fault MoveToValue(ReadZipper& zipper, const ModelPaths& paths);

  std::mt19937_64 random_;
  PathSource source_;
  size_t path_bytes_max_ = 0;
  size_t size_max_ = 0;
  bool growing_ = true;
  int64_t earnings_ = 0;
  int64_t allowance_ = 0;  // Entries that may be looked at; each operation earns some.
  std::vector<ModelPair> pool_;
  std::string_view operation_;
  std::string path_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRIE_WORLD_H_
