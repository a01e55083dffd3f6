#include "core/trie/trie_model.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "core/base/string_views.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {

// --- What a trie must hold -----------------------------------------------------------------------

PathTrie TrieOf(const ModelPaths& paths) {
  PathTrie trie;
  for (const auto& [path, value] : paths) trie.Set(path, value);
  return trie;
}

std::string ReadablePath(std::string_view path) {
  constexpr size_t kShown = 80;
  std::string readable = absl::CHexEscape(ToAbsl(path.substr(0, kShown)));
  if (path.size() > kShown) readable += fmt::format("... ({} bytes)", path.size());
  return readable;
}

namespace {

std::string OtherSize(const PathTrie& trie, const ModelPaths& paths) {
  if (trie.size() != paths.size()) {
    return fmt::format("size {}, must be {}", trie.size(), paths.size());
  }
  if (trie.empty() != paths.empty()) return "empty() does not agree with size()";
  if (trie.empty() && trie.MemoryBytes() != 0) return "empty, but takes memory";
  return "";
}

// Compares the values of `zipper`, which begins at the first one if `found`, with those from
// `first` to `last`.
template <typename Iterator, typename Move>
std::string OtherScan(Zipper& zipper, bool found, Iterator first, Iterator last, Move move) {
  for (; first != last; ++first) {
    const auto& [path, value] = *first;
    if (!found) return fmt::format("no path where \"{}\" must be", ReadablePath(path));
    if (zipper.path() != path) {
      return fmt::format("path \"{}\" where \"{}\" must be", ReadablePath(zipper.path()),
                         ReadablePath(path));
    }
    if (zipper.value() != value) {
      return fmt::format("path \"{}\" = {:#x}, must be {:#x}", ReadablePath(path),
                         zipper.value().value_or(0), value);
    }
    found = move(zipper);
  }
  if (!found) return "";
  return fmt::format("path \"{}\" must not be", ReadablePath(zipper.path()));
}

}  // namespace

PathTrie DeepTrie(size_t depth, uint64_t (*value)(size_t bytes)) {
  PathTrie trie;
  for (; depth > 0; --depth) {
    PathTrie above;
    above.Graft("x", std::move(trie));
    above.Set("x", value(depth));
    trie = std::move(above);
  }
  return trie;
}

std::string FirstDifference(const PathTrie& trie, const ModelPaths& paths) {
  if (std::string other = OtherSize(trie, paths); !other.empty()) return other;
  ReadZipper zipper(trie);
  const bool found = zipper.value().has_value() || zipper.NextValue();
  return OtherScan(zipper, found, paths.begin(), paths.end(),
                   [](Zipper& moved) { return moved.NextValue(); });
}

std::string FirstDifferenceBackwards(const PathTrie& trie, const ModelPaths& paths) {
  if (std::string other = OtherSize(trie, paths); !other.empty()) return other;
  ReadZipper zipper(trie);
  while (zipper.DescendLast()) continue;
  return OtherScan(zipper, zipper.value().has_value(), paths.rbegin(), paths.rend(),
                   [](Zipper& moved) { return moved.PreviousValue(); });
}

// --- PathTrie's functions over maps --------------------------------------------------------------

std::optional<uint64_t> ModelFind(const ModelPaths& paths, const std::string& path) {
  const auto found = paths.find(path);
  if (found == paths.end()) return std::nullopt;
  return found->second;
}

ModelPaths::const_iterator ModelBehind(const ModelPaths& paths, std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (prefix.empty()) return paths.end();
  prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return paths.lower_bound(prefix);
}

std::pair<ModelPaths::const_iterator, ModelPaths::const_iterator> ModelBelow(
    const ModelPaths& paths, const std::string& prefix) {
  return {paths.lower_bound(prefix), ModelBehind(paths, prefix)};
}

uint64_t ModelRemoveBelow(ModelPaths& paths, const std::string& prefix) {
  const size_t before = paths.size();
  const auto [first, last] = ModelBelow(paths, prefix);
  paths.erase(first, last);
  return before - paths.size();
}

ModelPaths ModelSubtrie(const ModelPaths& paths, const std::string& prefix) {
  ModelPaths part;
  const auto [first, last] = ModelBelow(paths, prefix);
  for (auto entry = first; entry != last; ++entry) {
    part.emplace_hint(part.end(), entry->first.substr(prefix.size()), entry->second);
  }
  return part;
}

void ModelGraft(ModelPaths& paths, const std::string& prefix, const ModelPaths& part) {
  ModelRemoveBelow(paths, prefix);
  for (const auto& [path, value] : part) paths[prefix + path] = value;
}

// --- algebra.h over maps -------------------------------------------------------------------------

ModelPaths ModelJoin(const ModelPaths& left, const ModelPaths& right, ModelPolicy policy) {
  ModelPaths result = left;
  for (const auto& [path, value] : right) {
    const auto [entry, is_new] = result.try_emplace(path, value);
    if (!is_new) entry->second = policy(entry->second, value);
  }
  return result;
}

ModelPaths ModelMeet(const ModelPaths& left, const ModelPaths& right, ModelPolicy policy) {
  ModelPaths result;
  for (const auto& [path, value] : left) {
    const auto other = right.find(path);
    if (other != right.end()) result[path] = policy(value, other->second);
  }
  return result;
}

ModelPaths ModelSubtract(const ModelPaths& left, const ModelPaths& right) {
  ModelPaths result;
  for (const auto& [path, value] : left) {
    if (!right.contains(path)) result[path] = value;
  }
  return result;
}

ModelPaths ModelRestrict(const ModelPaths& left, const ModelPaths& right) {
  ModelPaths result;
  for (const auto& [prefix, ignored] : right) {
    const auto [first, last] = ModelBelow(left, prefix);
    result.insert(first, last);
  }
  return result;
}

ModelPaths ModelSymmetricDifference(const ModelPaths& left, const ModelPaths& right) {
  ModelPaths result = ModelSubtract(left, right);
  result.merge(ModelSubtract(right, left));
  return result;
}

ModelPaths ModelDifference(const ModelPaths& newer, const ModelPaths& older) {
  ModelPaths result;
  for (const auto& [path, value] : newer) {
    if (ModelFind(older, path) != value) result[path] = value;
  }
  return result;
}

// --- Paths and values ----------------------------------------------------------------------------

uint64_t RandomValue(std::mt19937_64& random) {
  const uint64_t kind = random() % 8;
  uint64_t value = 0;
  if (kind >= 2) value = random() % 4;
  if (kind >= 4) value = random() >> (random() % 64);
  // The largest and the smallest number of each width.
  if (kind == 7) value = (uint64_t{1} << (random() % 64)) - random() % 2;
  if (random() % 8 == 0) value |= kDeletedBit;
  if (random() % 8 == 0) value |= kHidesBelowBit;
  return value;
}

std::string PathSource::DrawDensePrefix(std::mt19937_64& random) {
  static constexpr std::string_view kPrefixes[] = {"", "d", "dense/behind a run/"};
  return std::string(kPrefixes[random() % std::size(kPrefixes)]);
}

namespace {

std::string DrawDense(std::mt19937_64& random) {
  std::string path = PathSource::DrawDensePrefix(random);
  path.push_back(static_cast<char>(random()));
  if (random() % 4 == 0) path.append(random() % 12, static_cast<char>('a' + random() % 2));
  return path;
}

// The same bytes for all, cut somewhere and with a few of them changed, mostly near the end.
std::string DrawLongRun(size_t bytes_max, std::mt19937_64& random) {
  std::string path(random() % 4 == 0 ? random() % (bytes_max + 1) : bytes_max - random() % 20, 'r');
  for (size_t byte = 0; byte < path.size(); byte += 7) path[byte] = static_cast<char>(byte / 7);
  if (path.empty()) return path;
  if (random() % 2 == 0) path[path.size() - 1 - random() % std::min<size_t>(path.size(), 8)] = 'x';
  if (random() % 4 == 0) path[random() % path.size()] = static_cast<char>(random() % 3);
  return path;
}

std::string DrawNumber(std::mt19937_64& random) {
  const uint64_t number = random() % 3 == 0 ? random() : random() % 100'000;
  if (random() % 2 == 0) return std::to_string(number);
  std::string path;
  for (int shift = 56; shift >= 0; shift -= 8) path.push_back(static_cast<char>(number >> shift));
  return path;
}

}  // namespace

std::string PathSource::Draw(std::mt19937_64& random) const {
  Kind kind = kind_;
  if (kind == Kind::kMixed) kind = static_cast<Kind>(random() % (kKinds - 1));
  switch (kind) {
    case Kind::kDense:
      return DrawDense(random);
    case Kind::kLongRuns:
      return DrawLongRun(bytes_max_, random);
    case Kind::kPrefixes:
      return std::string(random() % 200, 'p');
    case Kind::kNumbers:
      return DrawNumber(random);
    case Kind::kPieces:
    case Kind::kMixed:
      break;
  }
  return RandomPath(random);
}

}  // namespace pathkb
