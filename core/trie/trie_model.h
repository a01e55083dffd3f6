// What the tests of tries share: a std::map that says what a trie must hold, the same algebra over
// such maps, too simple to be wrong, and paths and values that reach all kinds of nodes.

#ifndef PATHKB_CORE_TRIE_TRIE_MODEL_H_
#define PATHKB_CORE_TRIE_TRIE_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/trie/path_trie.h"

namespace pathkb {

// --- What a trie must hold -----------------------------------------------------------------------

using ModelPaths = std::map<std::string, uint64_t>;

// A trie and what it must hold.
struct ModelPair {
  PathTrie trie;
  ModelPaths paths;
};

// A trie that holds these paths, set one by one.
PathTrie TrieOf(const ModelPaths& paths);

// x, xx, xxx and so on down to `depth` bytes, each with what `value` says for so many. Built from
// the bottom, as every step from the top would go all the way down.
PathTrie DeepTrie(size_t depth, uint64_t (*value)(size_t bytes));

// What a trie shows otherwise than the map, by its size and a scan in path order, or backwards;
// empty if nothing.
std::string FirstDifference(const PathTrie& trie, const ModelPaths& paths);
std::string FirstDifferenceBackwards(const PathTrie& trie, const ModelPaths& paths);

// Bytes so that they can be read, the beginning of long ones.
std::string ReadablePath(std::string_view path);

// --- PathTrie's functions over maps --------------------------------------------------------------

// PathTrie::Find().
std::optional<uint64_t> ModelFind(const ModelPaths& paths, const std::string& path);
// From the first to behind the last path that begins with `prefix`.
std::pair<ModelPaths::const_iterator, ModelPaths::const_iterator> ModelBelow(
    const ModelPaths& paths, const std::string& prefix);
// The first path that comes after all that begin with `prefix`; end() if there is none.
ModelPaths::const_iterator ModelBehind(const ModelPaths& paths, std::string prefix);
uint64_t ModelRemoveBelow(ModelPaths& paths, const std::string& prefix);
ModelPaths ModelSubtrie(const ModelPaths& paths, const std::string& prefix);
void ModelGraft(ModelPaths& paths, const std::string& prefix, const ModelPaths& part);

// --- algebra.h over maps -------------------------------------------------------------------------

using ModelPolicy = uint64_t (*)(uint64_t left, uint64_t right);

// Join().
ModelPaths ModelJoin(const ModelPaths& left, const ModelPaths& right, ModelPolicy policy);
// Meet().
ModelPaths ModelMeet(const ModelPaths& left, const ModelPaths& right, ModelPolicy policy);
// Subtract().
ModelPaths ModelSubtract(const ModelPaths& left, const ModelPaths& right);
// Restrict().
ModelPaths ModelRestrict(const ModelPaths& left, const ModelPaths& right);
// SymmetricDifference().
ModelPaths ModelSymmetricDifference(const ModelPaths& left, const ModelPaths& right);
// Difference() of difference.h.
ModelPaths ModelDifference(const ModelPaths& newer, const ModelPaths& older);

// --- Paths and values ----------------------------------------------------------------------------

// 0, small ones and ones of any width, with and without the tombstone bits 62 and 63.
uint64_t RandomValue(std::mt19937_64& random);

// Draws paths of one kind, again and again the same or related ones.
class PathSource {
 public:
  enum class Kind {
    kPieces,    // RandomPath().
    kDense,     // A byte of 256 behind one of few prefixes: nodes of every fan-out.
    kLongRuns,  // Up to `bytes_max` bytes, mostly like all others.
    kPrefixes,  // Each one a prefix of the longer ones.
    kNumbers,   // 8 bytes of a number, or its digits.
    kMixed,     // All of these.
  };
  static constexpr int kKinds = 6;

  // `bytes_max` bounds the paths of kLongRuns.
  PathSource(Kind kind, size_t bytes_max) : kind_(kind), bytes_max_(bytes_max) {}

  // A path of the source's kind.
  std::string Draw(std::mt19937_64& random) const;

  // About the longest that is drawn.
  size_t bytes_max() const {
    return kind_ == Kind::kLongRuns || kind_ == Kind::kMixed ? bytes_max_ : 300;
  }

  // One of the prefixes behind which kDense draws a byte.
  static std::string DrawDensePrefix(std::mt19937_64& random);

 private:
  Kind kind_;
  size_t bytes_max_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRIE_MODEL_H_
