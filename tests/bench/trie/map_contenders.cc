#include "tests/bench/trie/map_contenders.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"

#include "core/base/string_views.h"

namespace pathkb::bench {

namespace {

// `Traits` names the map, and makes of a key what the map can look up without a copy.
template <class Traits>
class MapContender final : public Contender {
 public:
  using Map = typename Traits::Map;

  std::string_view name() const override { return Traits::kName; }
  std::unique_ptr<Contender> Empty() const override { return std::make_unique<MapContender>(); }

  void Insert(const KeyList& keys) override {
    for (size_t i = 0; i < keys.size(); ++i) {
      map_.insert_or_assign(std::string(keys.key(i)), keys.value(i));
    }
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = map_.find(Traits::View(keys.key(i)));
      if (found != map_.end()) sum += found->second + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    for (const auto& [key, value] : map_) {
      sum += value + 1 + key.size() + static_cast<uint8_t>(key.back());
    }
    return sum;
  }

  uint64_t ScanFrom(const KeyList& starts, size_t count) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < starts.size(); ++i) {
      auto at = map_.lower_bound(Traits::View(starts.key(i)));
      for (size_t n = 0; n < count && at != map_.end(); ++n, ++at) sum += at->second + 1;
    }
    return sum;
  }

  std::unique_ptr<Contender> Build(const KeyList& sorted) const override {
    auto result = std::make_unique<MapContender>();
    Map& map = result->map_;
    for (size_t i = 0; i < sorted.size(); ++i) {
      map.emplace_hint(map.end(), std::string(sorted.key(i)), sorted.value(i));
    }
    return result;
  }

  std::unique_ptr<Contender> Copy() const override {
    auto copy = std::make_unique<MapContender>();
    copy->map_ = map_;
    return copy;
  }

  std::optional<double> CopySeconds() const override {
    const Stopwatch stopwatch;
    const std::unique_ptr<Contender> copy = Copy();
    return stopwatch.Seconds();
  }

  // One edit is enough here: it is lost beside the copy.
  std::optional<double> CopyAndEditSeconds(const KeyList& edits) const override {
    const Stopwatch stopwatch;
    {
      Map copy = map_;
      copy.insert_or_assign(std::string(edits.key(0)), edits.value(0));
    }
    return stopwatch.Seconds();
  }

  std::unique_ptr<Contender> Combine(Combination combination,
                                     const Contender& right) const override {
    auto result = std::make_unique<MapContender>();
    const Map& other = static_cast<const MapContender&>(right).map_;
    // A switch out here, so that each merge is a loop of its own.
    switch (combination) {
      case Combination::kJoin:
        result->template Merge<Combination::kJoin>(map_, other);
        break;
      case Combination::kMeet:
        result->template Merge<Combination::kMeet>(map_, other);
        break;
      case Combination::kSubtract:
        result->template Merge<Combination::kSubtract>(map_, other);
        break;
      case Combination::kDifference:
        result->template Merge<Combination::kDifference>(map_, other);
        break;
    }
    return result;
  }

 private:
  // Walks both in key order, as std::set_union() and its like do, and appends to this one.
  template <Combination combination>
  void Merge(const Map& left, const Map& right) {
    auto l = left.begin();
    auto r = right.begin();
    while (l != left.end() && r != right.end()) {
      const int order = l->first.compare(r->first);
      if (order < 0) {
        if constexpr (combination != Combination::kMeet) map_.emplace_hint(map_.end(), *l);
        ++l;
      } else if (order > 0) {
        if constexpr (combination == Combination::kJoin) map_.emplace_hint(map_.end(), *r);
        ++r;
      } else {
        if constexpr (combination == Combination::kDifference) {
          if (l->second != r->second) map_.emplace_hint(map_.end(), *l);
        } else if constexpr (combination != Combination::kSubtract) {
          map_.emplace_hint(map_.end(), *r);
        }
        ++l;
        ++r;
      }
    }
    if constexpr (combination != Combination::kMeet) {
      for (; l != left.end(); ++l) map_.emplace_hint(map_.end(), *l);
    }
    if constexpr (combination == Combination::kJoin) {
      for (; r != right.end(); ++r) map_.emplace_hint(map_.end(), *r);
    }
  }

  Map map_;
};

struct BtreeTraits {
  using Map = absl::btree_map<std::string, uint64_t>;
  static constexpr std::string_view kName = "btree";
  static auto View(std::string_view key) { return ToAbsl(key); }
};

struct StdMapTraits {
  using Map = std::map<std::string, uint64_t, std::less<>>;
  static constexpr std::string_view kName = "map";
  static std::string_view View(std::string_view key) { return key; }
};

}  // namespace

std::unique_ptr<Contender> MakeBtreeContender() {
  return std::make_unique<MapContender<BtreeTraits>>();
}

std::unique_ptr<Contender> MakeStdMapContender() {
  return std::make_unique<MapContender<StdMapTraits>>();
}

}  // namespace pathkb::bench
