// The moves that every cursor gets for nothing, made of the pure ones. They are written for cursors
// over files too: a byte of child_mask() may turn out to be unreadable or to lead to nothing but
// dead ends.

#include "core/trie/zipper.h"

#include <algorithm>
#include <string>

#include "core/base/check.h"

namespace pathkb {
namespace {

uint8_t LastByte(const Zipper& zipper) { return static_cast<uint8_t>(zipper.path().back()); }

// Remembers what must be descended again when a search that went up comes to nothing. Costs nothing
// until the first step up.
class WayBack {
 public:
  explicit WayBack(Zipper& zipper) : zipper_(zipper), kept_bytes_(zipper.path().size()) {}

  // To be called before a move that leaves the last byte of the path.
  void LeaveLastByte() {
    if (zipper_.path().size() > kept_bytes_) return;  // Not a byte of where we began.
    left_.push_back(zipper_.path().back());
    --kept_bytes_;
  }

  // Goes to where the search began.
  void Return() {
    zipper_.Ascend(zipper_.path().size() - kept_bytes_);
    std::reverse(left_.begin(), left_.end());
    zipper_.Descend(left_);
  }

 private:
  Zipper& zipper_;
  size_t kept_bytes_;  // Path bytes never left.
  std::string left_;   // Those behind them, last one first.
};

// Goes to the first path with a value among what is at or below the siblings after this path, or
// the siblings after those above it, as long as they are below `prefix_bytes` bytes. If there is
// none, false, and the cursor is somewhere above.
bool FindBehind(Zipper& zipper, size_t prefix_bytes, WayBack& way_back) {
  while (zipper.path().size() > prefix_bytes) {
    way_back.LeaveLastByte();
    if (!zipper.NextSibling()) {
      zipper.Ascend(1);
      continue;
    }
    do {
      if (zipper.value().has_value()) return true;
    } while (zipper.DescendFirst());
  }
  return false;
}

}  // namespace

bool Zipper::Descend(std::string_view bytes) {
  const size_t found = DescendExisting(bytes);
  if (found == bytes.size()) return true;
  Ascend(found);
  return false;
}

size_t Zipper::DescendExisting(std::string_view bytes) {
  size_t found = 0;
  while (found < bytes.size() && DescendByte(static_cast<uint8_t>(bytes[found]))) ++found;
  return found;
}

bool Zipper::DescendFirst() {
  const ByteMask mask = child_mask();
  for (auto byte = mask.first(); byte.has_value(); byte = mask.NextFrom(*byte + 1u)) {
    if (DescendByte(*byte)) return true;
  }
  return false;
}

bool Zipper::DescendLast() {
  const ByteMask mask = child_mask();
  for (auto byte = mask.last(); byte.has_value(); byte = mask.LastBelow(*byte)) {
    if (DescendByte(*byte)) return true;
  }
  return false;
}

size_t Zipper::DescendRun() {
  size_t bytes = 0;
  for (;;) {
    const ByteMask mask = child_mask();
    const auto byte = mask.first();
    if (!byte.has_value() || mask.NextFrom(*byte + 1u).has_value()) return bytes;
    if (!DescendByte(*byte)) return bytes;
    ++bytes;
    if (value().has_value()) return bytes;
  }
}

bool Zipper::NextSibling() {
  if (path().empty()) return false;
  const uint8_t here = LastByte(*this);
  Ascend(1);
  const ByteMask mask = child_mask();
  for (auto byte = mask.NextFrom(here + 1u); byte.has_value(); byte = mask.NextFrom(*byte + 1u)) {
    if (DescendByte(*byte)) return true;
  }
  DescendByte(here);
  return false;
}

bool Zipper::PreviousSibling() {
  if (path().empty()) return false;
  const uint8_t here = LastByte(*this);
  Ascend(1);
  const ByteMask mask = child_mask();
  for (auto byte = mask.LastBelow(here); byte.has_value(); byte = mask.LastBelow(*byte)) {
    if (DescendByte(*byte)) return true;
  }
  DescendByte(here);
  return false;
}

bool Zipper::NextValue() { return NextValueWithin(0); }

bool Zipper::NextValueWithin(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path().size());
  WayBack way_back(*this);
  while (DescendFirst()) {
    if (value().has_value()) return true;
  }
  if (FindBehind(*this, prefix_bytes, way_back)) return true;
  way_back.Return();
  return false;
}

bool Zipper::NextValueBehind(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path().size());
  WayBack way_back(*this);
  if (FindBehind(*this, prefix_bytes, way_back)) return true;
  way_back.Return();
  return false;
}

bool Zipper::SeekValue(std::string_view target) {
  WayBack way_back(*this);
  const std::string_view here = path();
  const size_t common_max = std::min(here.size(), target.size());
  const size_t common = static_cast<size_t>(
      std::mismatch(here.begin(), here.begin() + common_max, target.begin()).first - here.begin());
  while (path().size() > common) {
    way_back.LeaveLastByte();
    Ascend(1);
  }
  size_t found = common + DescendExisting(target.substr(common));
  if (found == target.size()) {
    if (value().has_value() || NextValueWithin(0)) return true;
    way_back.Return();
    return false;
  }
  // No child under the next byte: the first later child comes next, or what is behind this path.
  const ByteMask mask = child_mask();
  const unsigned missing = static_cast<uint8_t>(target[found]);
  for (auto byte = mask.NextFrom(missing + 1); byte.has_value(); byte = mask.NextFrom(*byte + 1u)) {
    if (!DescendByte(*byte)) continue;
    if (value().has_value() || NextValueWithin(0)) return true;
    break;  // Nothing but dead ends from here to the end.
  }
  if (path().size() == found && FindBehind(*this, 0, way_back)) return true;
  way_back.Return();
  return false;
}

uint64_t Zipper::CountValues(uint64_t limit) const {
  if (limit == 0) return 0;
  uint64_t count = value().has_value() ? 1 : 0;
  if (count == limit) return count;
  const size_t prefix_bytes = path().size();
  const std::unique_ptr<Zipper> walker = Fork();
  while (count < limit && walker->NextValueWithin(prefix_bytes)) ++count;
  return count;
}

}  // namespace pathkb
