#include "tests/bench/trie/key_sets.h"

#include <array>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

#include "tests/bench/trie/random.h"

namespace pathkb::bench {

namespace {

constexpr uint64_t kSeed = 20220822;

// What follows the relation: a name and how many there are of it, 0 if the name stands alone.
struct Argument {
  const char* name;
  uint64_t count;
};

struct Relation {
  const char* name;
  std::vector<Argument> arguments;
};

const std::vector<Relation>& Relations() {
  static const auto* relations = new std::vector<Relation>{
      {"parent", {{"person_", 100'000}, {"person_", 100'000}}},
      {"knows", {{"person_", 100'000}, {"person_", 100'000}}},
      {"age", {{"person_", 1'000'000}, {"", 100}}},
      {"isa", {{"cat_", 500'000}, {"animal", 0}}},
      {"lives_in", {{"person_", 100'000}, {"city_", 5'000}}},
      {"works_for", {{"person_", 100'000}, {"company_", 20'000}}},
      {"likes", {{"person_", 100'000}, {"thing_", 50'000}}},
      {"part_of", {{"part_", 200'000}, {"machine_", 10'000}}},
      {"located_in", {{"city_", 5'000}, {"country_", 200}}},
      {"wrote", {{"person_", 100'000}, {"book_", 300'000}}},
      {"cites", {{"paper_", 300'000}, {"paper_", 300'000}}},
      {"color", {{"thing_", 500'000}, {"color_", 16}}},
      {"weight", {{"thing_", 500'000}, {"", 1'000}}},
      {"before", {{"event_", 200'000}, {"event_", 200'000}}},
      {"causes", {{"event_", 200'000}, {"event_", 200'000}}},
      {"member", {{"person_", 100'000}, {"club_", 3'000}, {"", 50}}},
      {"sells", {{"company_", 20'000}, {"thing_", 500'000}, {"", 1'000}}},
      {"married", {{"person_", 100'000}, {"person_", 100'000}}},
      {"speaks", {{"person_", 500'000}, {"language_", 100}}},
      {"synonym", {{"word_", 200'000}, {"word_", 200'000}}},
  };
  return *relations;
}

// Each of these makes a key from random numbers; the same one may come again.

class FactPaths {
 public:
  std::string Next(Random* random) const {
    return fmt::format("spaces/s{}/facts/domain{}/entity_{}/attr{}", spaces_.Draw(random),
                       domains_.Draw(random), random->Below(100'000), random->Below(10));
  }

 private:
  const Zipf spaces_{8, 1};
  const Zipf domains_{64, 1};
};

class SexprTexts {
 public:
  std::string Next(Random* random) const {
    const Relation& relation = Relations()[relations_.Draw(random)];
    std::string text = fmt::format("({}", relation.name);
    for (const Argument& argument : relation.arguments) {
      text += fmt::format(" {}", argument.name);
      if (argument.count > 0) text += fmt::format("{}", random->Below(argument.count));
    }
    return text + ")";
  }

 private:
  const Zipf relations_{Relations().size(), 0.7};
};

class LongKeys {
 public:
  LongKeys() {
    Random random(kSeed + 1);
    for (size_t level = 0; level < kLevels.size(); ++level) {
      for (size_t i = 0; i < kLevels[level].choices; ++i) {
        std::string part;
        while (part.size() < kLevels[level].bytes) {
          part.push_back(static_cast<char>('a' + random.Below(26)));
        }
        parts_[level].push_back(std::move(part));
      }
    }
  }

  std::string Next(Random* random) const {
    std::string key;
    for (const auto& choices : parts_) key += choices[random->Below(choices.size())];
    return key + fmt::format("{:020}", random->Below(1'000'000'000'000'000));
  }

 private:
  struct Level {
    size_t choices;
    size_t bytes;
  };
  static constexpr std::array<Level, 4> kLevels = {{{4, 60}, {8, 70}, {16, 70}, {32, 80}}};

  std::array<std::vector<std::string>, kLevels.size()> parts_;
};

template <class Generator>
KeyList MakeDistinct(const Generator& generator, size_t count) {
  Random random(kSeed);
  absl::flat_hash_set<std::string> seen;
  seen.reserve(count);
  KeyList keys;
  while (keys.size() < count) {
    std::string key = generator.Next(&random);
    if (seen.contains(key)) continue;
    keys.Add(key, keys.size());
    seen.insert(std::move(key));
  }
  return keys;
}

KeyList MakeDense(size_t count) {
  std::vector<uint64_t> numbers(count);
  for (size_t i = 0; i < count; ++i) numbers[i] = i;
  Random random(kSeed);
  random.Shuffle(&numbers);
  KeyList keys;
  for (const uint64_t number : numbers) keys.Add(DenseKey(number), keys.size());
  return keys;
}

}  // namespace

std::string_view KeySetName(KeySet set) {
  switch (set) {
    case KeySet::kFacts:
      return "facts";
    case KeySet::kDense:
      return "dense";
    case KeySet::kSexpr:
      return "sexpr";
    case KeySet::kLong:
      return "long";
  }
  return "";
}

std::string DenseKey(uint64_t number) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

KeyList MakeKeys(KeySet set, size_t count) {
  switch (set) {
    case KeySet::kFacts:
      return MakeDistinct(FactPaths(), count);
    case KeySet::kDense:
      return MakeDense(count);
    case KeySet::kSexpr:
      return MakeDistinct(SexprTexts(), count);
    case KeySet::kLong:
      return MakeDistinct(LongKeys(), count);
  }
  return {};
}

KeyList MakeMisses(KeySet set, const KeyList& keys) {
  KeyList misses;
  misses.Reserve(keys.size(), keys.total_bytes());
  Random random(kSeed + 2);
  if (set == KeySet::kDense) {
    for (size_t i = 0; i < keys.size(); ++i) {
      misses.Add(DenseKey(keys.size() + random.Below(keys.size())), 0);
    }
    return misses;
  }
  constexpr std::string_view kReplacements = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr uint64_t kLastBytes = 3;
  absl::flat_hash_set<std::string> present;
  present.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) present.insert(std::string(keys.key(i)));
  std::string key;
  for (size_t i = 0; i < keys.size(); ++i) {
    do {
      key = keys.key(i);
      key[key.size() - 1 - random.Below(kLastBytes)] =
          kReplacements[random.Below(kReplacements.size())];
    } while (present.contains(key));
    misses.Add(key, 0);
  }
  return misses;
}

}  // namespace pathkb::bench
