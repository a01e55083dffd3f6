#include "tests/bench/trie/path_trie_contender.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/trie/algebra.h"
#include "core/trie/difference.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/scan.h"
#include "core/trie/trie_builder.h"

namespace pathkb::bench {

namespace {

class PathTrieContender final : public Contender {
 public:
  PathTrieContender() = default;
  explicit PathTrieContender(PathTrie trie) : trie_(std::move(trie)) {}

  std::string_view name() const override { return "pathtrie"; }
  std::unique_ptr<Contender> Empty() const override {
    return std::make_unique<PathTrieContender>();
  }

  void Insert(const KeyList& keys) override {
    for (size_t i = 0; i < keys.size(); ++i) trie_.Set(keys.key(i), keys.value(i));
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      const std::optional<uint64_t> value = trie_.Find(keys.key(i));
      if (value.has_value()) sum += *value + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    ScanValues(trie_, [&sum](std::string_view path, uint64_t value) {
      sum += value + 1 + path.size() + static_cast<uint8_t>(path.back());
    });
    return sum;
  }

  std::optional<uint64_t> ScanByCursor() const override {
    uint64_t sum = 0;
    ReadZipper zipper(trie_);
    while (zipper.NextValue()) {
      const std::string_view path = zipper.path();
      sum += *zipper.value() + 1 + path.size() + static_cast<uint8_t>(path.back());
    }
    return sum;
  }

  uint64_t ScanFrom(const KeyList& starts, size_t count) const override {
    uint64_t sum = 0;
    ReadZipper zipper(trie_);
    for (size_t i = 0; i < starts.size(); ++i) {
      zipper.Reset();
      if (!zipper.SeekValue(starts.key(i))) continue;
      sum += *zipper.value() + 1;
      for (size_t n = 1; n < count && zipper.NextValue(); ++n) sum += *zipper.value() + 1;
    }
    return sum;
  }

  std::unique_ptr<Contender> Copy() const override {
    return std::make_unique<PathTrieContender>(trie_);
  }

  std::optional<double> CopySeconds() const override {
    constexpr size_t kCopies = 1000;
    std::vector<PathTrie> copies;
    copies.reserve(kCopies);
    const Stopwatch stopwatch;
    for (size_t i = 0; i < kCopies; ++i) copies.push_back(trie_);
    return stopwatch.Seconds() / kCopies;
  }

  std::optional<double> CopyAndEditSeconds(const KeyList& edits) const override {
    const Stopwatch stopwatch;
    for (size_t i = 0; i < edits.size(); ++i) {
      PathTrie copy = trie_;
      copy.Set(edits.key(i), edits.value(i));
    }
    return stopwatch.Seconds() / static_cast<double>(edits.size());
  }

  std::optional<uint64_t> GetBatch(const KeyList& keys) const override {
    constexpr size_t kBatch = 64;
    std::array<std::string_view, kBatch> paths;
    std::array<std::optional<uint64_t>, kBatch> values;
    uint64_t sum = 0;
    for (size_t start = 0; start < keys.size(); start += kBatch) {
      const size_t count = std::min(kBatch, keys.size() - start);
      for (size_t i = 0; i < count; ++i) paths[i] = keys.key(start + i);
      trie_.FindBatch(std::span(paths).first(count), std::span(values).first(count));
      for (size_t i = 0; i < count; ++i) {
        if (values[i].has_value()) sum += *values[i] + 1;
      }
    }
    return sum;
  }

  std::unique_ptr<Contender> Build(const KeyList& sorted) const override {
    TrieBuilder builder;
    for (size_t i = 0; i < sorted.size(); ++i) {
      PATHKB_CHECK(builder.Append(sorted.key(i), sorted.value(i)).ok());
    }
    return std::make_unique<PathTrieContender>(builder.Finish());
  }

  std::unique_ptr<Contender> Combine(Combination combination,
                                     const Contender& right) const override {
    const PathTrie& other = static_cast<const PathTrieContender&>(right).trie_;
    switch (combination) {
      case Combination::kDifference:
        return std::make_unique<PathTrieContender>(Difference(trie_, other));
      case Combination::kJoin:
        return std::make_unique<PathTrieContender>(Join(trie_, other, RightValue).trie);
      case Combination::kMeet:
        return std::make_unique<PathTrieContender>(Meet(trie_, other, RightValue).trie);
      case Combination::kSubtract:
        return std::make_unique<PathTrieContender>(Subtract(trie_, other).trie);
    }
    return nullptr;
  }

 private:
  PathTrie trie_;
};

}  // namespace

std::unique_ptr<Contender> MakePathTrieContender() { return std::make_unique<PathTrieContender>(); }

}  // namespace pathkb::bench
