#include "tests/bench/query/generated_facts.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "tests/bench/trie/random.h"

namespace pathkb::bench {
namespace {

constexpr uint64_t kSeed = 6;
constexpr size_t kWords = 50'000;
constexpr double kTargetExponent = 0.6;
constexpr double kSourceExponent = 0.5;
constexpr const char* kKeys[] = {"name", "note", "summary", "title"};

using Edges = std::vector<std::pair<uint32_t, uint32_t>>;

// So many edges among so many nodes, each once, in order.
Edges SomeEdges(uint64_t count, size_t nodes, Random* random) {
  const Zipf sources(nodes, kSourceExponent);
  const Zipf targets(nodes, kTargetExponent);
  Edges edges;
  edges.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    // Who has many edges is not who is pointed at by many: the numbers are turned around.
    const auto source = static_cast<uint32_t>(sources.Draw(random));
    const auto target = static_cast<uint32_t>(nodes - 1 - targets.Draw(random));
    edges.emplace_back(source, target);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

std::vector<std::string> SomeWords(Random* random) {
  constexpr const char* kSyllables[] = {"ba", "co", "di",  "fen", "gul", "hor", "ki",  "lam",
                                        "mo", "ne", "pri", "qua", "ros", "sti", "tum", "wex"};
  std::vector<std::string> words(kWords);
  for (std::string& word : words) {
    for (uint64_t i = 1 + random->Below(4); i > 0; --i) word += kSyllables[random->Below(16)];
  }
  return words;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

absl::StatusOr<uint64_t> WriteGeneratedFacts(uint64_t facts, const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wx"));
  if (file == nullptr) return absl::InternalError(fmt::format("{}: cannot be made", path));
  Random random(kSeed);
  const size_t nodes = std::max<size_t>(facts / 10, 10);
  uint64_t written = 0;

  const std::vector<std::string> words = SomeWords(&random);
  const Zipf common(kWords, 0.8);
  uint64_t attributes = facts * 43 / 100;
  // Each node has one for each key, until they are enough.
  for (uint64_t node = 0; attributes > 0; ++node) {
    for (size_t key = 0; key < std::size(kKeys) && attributes > 0; ++key, --attributes, ++written) {
      std::string text;
      for (uint64_t i = 6 + random.Below(6); i > 0; --i) {
        text += words[common.Draw(&random)] + " ";
      }
      fmt::print(file.get(), "(attribute {} {} \"{}{}\")\n", node, kKeys[key], text, written);
    }
  }
  for (const auto& [relation, count, among] :
       {std::tuple("edge", facts * 55 / 100, nodes),
        std::tuple("link", facts * 2 / 100, std::max<size_t>(nodes / 50, 5))}) {
    for (const auto& [from, to] : SomeEdges(count, among, &random)) {
      fmt::print(file.get(), "({} {} {})\n", relation, from, to);
      ++written;
    }
  }
  if (std::ferror(file.get()) != 0) return absl::InternalError(fmt::format("{}: no room", path));
  return written;
}

}  // namespace pathkb::bench
