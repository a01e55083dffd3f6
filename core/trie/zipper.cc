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

size_t CommonBytes(std::string_view a, std::string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + shorter, b.begin()).first -
                             a.begin());
}

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

  // Goes up to the first `path_bytes` bytes of the path.
  void AscendTo(size_t path_bytes) {
    const std::string_view path = zipper_.path();
    if (path_bytes < kept_bytes_) {
      left_.append(path.rend() - kept_bytes_, path.rend() - path_bytes);
      kept_bytes_ = path_bytes;
    }
    zipper_.Ascend(path.size() - path_bytes);
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

// Goes to the first path behind this one that does not extend it and shares `prefix_bytes` bytes
// with it. If there is none, false, and the cursor is at those.
bool LeaveSubtree(Zipper& zipper, size_t prefix_bytes, WayBack& way_back) {
  while (zipper.path().size() > prefix_bytes) {
    way_back.LeaveLastByte();
    if (zipper.NextSibling()) return true;
    zipper.Ascend(1);
  }
  return false;
}

// Goes to the first path with a value among what is at or below the siblings after this path, or
// the siblings after those above it, as long as they are below `prefix_bytes` bytes. If there is
// none, false, and the cursor is somewhere above.
bool FindBehind(Zipper& zipper, size_t prefix_bytes, WayBack& way_back) {
  while (LeaveSubtree(zipper, prefix_bytes, way_back)) {
    do {
      if (zipper.value().has_value()) return true;
    } while (zipper.DescendFirst());
  }
  return false;
}

// Goes to the first path that is `count` bytes longer than `prefix_bytes` bytes of this one, is at
// or below this one or what follows it, and shares those `prefix_bytes` bytes. If there is none,
// false, and the cursor is at those.
bool FindKPath(Zipper& zipper, size_t prefix_bytes, size_t count, WayBack& way_back) {
  for (;;) {
    while (zipper.path().size() - prefix_bytes < count && zipper.DescendFirst()) continue;
    if (zipper.path().size() - prefix_bytes == count) return true;
    // Nothing leads on from here that far.
    if (!LeaveSubtree(zipper, prefix_bytes, way_back)) return false;
  }
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
  const size_t common = CommonBytes(path(), target);
  way_back.AscendTo(common);
  const size_t found = common + DescendExisting(target.substr(common));
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

bool Zipper::PreviousValue() {
  WayBack way_back(*this);
  // Backwards, children come before their parent, and the last child comes first.
  while (!path().empty()) {
    way_back.LeaveLastByte();
    if (PreviousSibling()) {
      while (DescendLast()) continue;
    } else {
      Ascend(1);
    }
    if (value().has_value()) return true;
  }
  way_back.Return();
  return false;
}

bool Zipper::DescendFirstKPath(size_t count) {
  WayBack way_back(*this);  // Stays unused: the search never goes above this path.
  return FindKPath(*this, path().size(), count, way_back);
}

bool Zipper::NextKPath(size_t count) {
  if (count > path().size()) return false;
  const size_t prefix_bytes = path().size() - count;
  WayBack way_back(*this);
  if (LeaveSubtree(*this, prefix_bytes, way_back) &&
      FindKPath(*this, prefix_bytes, count, way_back)) {
    return true;
  }
  way_back.Return();
  return false;
}

size_t Zipper::AscendToFork() {
  size_t bytes = 0;
  while (Ascend(1)) {
    ++bytes;
    if (value().has_value() || child_count() > 1) break;
  }
  return bytes;
}

bool Zipper::RestorePosition(const Position& position) {
  WayBack way_back(*this);
  const size_t common = CommonBytes(path(), position.path);
  way_back.AscendTo(common);
  if (Descend(std::string_view(position.path).substr(common))) return true;
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
