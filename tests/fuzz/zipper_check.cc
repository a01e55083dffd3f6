#include "tests/fuzz/zipper_check.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

namespace pathkb::fuzz {
namespace {

constexpr int kMoves = 60;
constexpr size_t kEntriesChecked = 24;

using Entries = std::map<std::string, uint64_t>;

// Where a cursor is.
struct Place {
  std::string path;
  std::optional<uint64_t> value;
  friend bool operator==(const Place&, const Place&) = default;
};

Place PlaceOf(const Zipper& zipper) { return {std::string(zipper.path()), zipper.value()}; }

std::string_view Front(std::string_view path, size_t bytes) { return path.substr(0, bytes); }

// `path` with other bytes behind its first `shared`.
std::string Target(std::string_view path, size_t shared, InputRandom& random) {
  std::string target(Front(path, shared));
  for (size_t i = random.Below(4); i > 0; --i) target.push_back(static_cast<char>(random.Next()));
  return target;
}

// One move from `before`, and what it must lead to if it succeeds and all is sound; whether it did.
bool Move(Zipper& zipper, const Place& before, const Walked& walked, InputRandom& random) {
  const auto must = [&walked](bool holds) { PATHKB_CHECK(holds || !walked.is_sound); };
  const std::string& from = before.path;
  const size_t prefix = random.Below(from.size() + 1);
  switch (random.Below(walked.is_small ? 12 : 10)) {
    case 0: {
      const uint8_t byte = static_cast<uint8_t>(random.Next());
      if (!zipper.DescendByte(byte)) return false;
      must(zipper.path() == from + static_cast<char>(byte));
      return true;
    }
    case 1:
    case 2: {
      const bool first = random.Below(2) == 0;
      const ByteMask mask = zipper.child_mask();
      if (!(first ? zipper.DescendFirst() : zipper.DescendLast())) return false;
      must(zipper.path().size() == from.size() + 1 && zipper.path().starts_with(from));
      must(mask.Test(static_cast<uint8_t>(zipper.path().back())));
      return true;
    }
    case 3: {
      const size_t gone = zipper.DescendRun();
      must(zipper.path().size() == from.size() + gone && zipper.path().starts_with(from));
      return gone > 0;
    }
    case 4: {
      const size_t count = random.Below(from.size() + 2);
      if (!zipper.Ascend(count)) {
        must(count > from.size());
        return false;
      }
      must(zipper.path() == Front(from, from.size() - count));
      return true;
    }
    case 5:
    case 6: {
      const bool next = random.Below(2) == 0;
      if (!(next ? zipper.NextSibling() : zipper.PreviousSibling())) return false;
      must(zipper.path().size() == from.size());
      must(Front(zipper.path(), from.size() - 1) == Front(from, from.size() - 1));
      must(next ? zipper.path() > from : zipper.path() < from);
      return true;
    }
    case 7:
      if (!zipper.NextValueWithin(prefix)) return false;
      must(zipper.value().has_value() && zipper.path() > from);
      must(zipper.path().starts_with(Front(from, prefix)));
      return true;
    case 8: {
      const std::string target = Target(from, prefix, random);
      if (!zipper.SeekValue(target)) return false;
      must(zipper.value().has_value() && zipper.path() >= target);
      return true;
    }
    case 9: {
      const size_t gone = zipper.DescendExisting(Target("", 0, random));
      must(zipper.path().size() == from.size() + gone);
      return gone > 0;
    }
    case 10:
      if (!zipper.NextValueBehind(prefix)) return false;
      must(zipper.value().has_value() && zipper.path() > from);
      must(zipper.path().starts_with(Front(from, prefix)) && !zipper.path().starts_with(from));
      return true;
    default: {
      const size_t count = 1 + random.Below(3);
      if (!zipper.DescendFirstKPath(count)) return false;
      for (int i = 0; i < 5; ++i) {
        must(zipper.path().size() == from.size() + count && zipper.path().starts_with(from));
        const std::string last(zipper.path());
        if (!zipper.NextKPath(count)) break;
        must(zipper.path() > last);
      }
      return true;
    }
  }
}

bool MovedTo(bool moved, const Zipper& zipper, Entries::const_iterator expected,
             const Entries& entries) {
  if (expected == entries.end()) return !moved;
  return moved && zipper.path() == expected->first && zipper.value() == expected->second;
}

// The moves from one entry.
void CheckMovesFrom(Zipper& zipper, const Entries& entries, Entries::const_iterator entry) {
  const std::string& path = entry->first;
  const auto go_there = [&] {
    zipper.Reset();
    PATHKB_CHECK(path.empty() || zipper.Descend(path));
    PATHKB_CHECK(zipper.path() == path && zipper.value() == entry->second);
  };
  go_there();
  PATHKB_CHECK(MovedTo(zipper.NextValue(), zipper, std::next(entry), entries));
  go_there();
  const bool moved_back = zipper.PreviousValue();
  PATHKB_CHECK(MovedTo(moved_back, zipper,
                       entry == entries.begin() ? entries.end() : std::prev(entry), entries));
  const size_t prefix = path.size() / 2;
  const auto within = [&](Entries::const_iterator found) {
    return found != entries.end() && found->first.starts_with(Front(path, prefix)) ? found
                                                                                   : entries.end();
  };
  go_there();
  PATHKB_CHECK(MovedTo(zipper.NextValueWithin(prefix), zipper, within(std::next(entry)), entries));
  auto behind = std::next(entry);
  uint64_t here = 1;
  for (; behind != entries.end() && behind->first.starts_with(path); ++behind) ++here;
  go_there();
  PATHKB_CHECK(zipper.CountValues() == here);
  PATHKB_CHECK(MovedTo(zipper.NextValueBehind(prefix), zipper, within(behind), entries));
}

}  // namespace

bool IsSmall(const Zipper& zipper) {
  constexpr size_t kPathsMax = 3000;
  const std::unique_ptr<Zipper> cursor = zipper.Fork();
  cursor->Reset();
  for (size_t paths = 0; paths < kPathsMax; ++paths) {
    if (cursor->DescendFirst()) continue;
    while (!cursor->NextSibling()) {
      if (!cursor->Ascend(1)) return true;
    }
  }
  return false;
}

void MoveAtRandom(Zipper& zipper, const Walked& walked, InputRandom& random) {
  for (int i = 0; i < kMoves; ++i) {
    const Place before = PlaceOf(zipper);
    const std::unique_ptr<Zipper> fork = zipper.Fork();
    PATHKB_CHECK(PlaceOf(*fork) == before && fork->child_mask() == zipper.child_mask());
    if (Move(zipper, before, walked, random)) continue;
    PATHKB_CHECK(!walked.is_sound || PlaceOf(zipper) == before);
    PATHKB_CHECK(PlaceOf(*fork) == before);
    if (random.Below(4) == 0) zipper.Reset();
  }
}

void CheckAgainstEntries(Zipper& zipper, const Entries& entries,
                         const std::vector<std::string>& targets) {
  const size_t step = std::max<size_t>(1, entries.size() / kEntriesChecked);
  size_t index = 0;
  for (auto entry = entries.begin(); entry != entries.end(); ++entry, ++index) {
    if (index % step == 0) CheckMovesFrom(zipper, entries, entry);
  }
  for (const std::string& target : targets) {
    zipper.Reset();
    PATHKB_CHECK(MovedTo(zipper.SeekValue(target), zipper, entries.lower_bound(target), entries));
  }
}

}  // namespace pathkb::fuzz
