// Walking by bytes keeps both layers aligned with the path. Walking by values lets each layer run
// ahead to its own next value, like a merge of two sorted lists, and takes the smaller one:
//
//   upper   a1 ........ c3(deleted) ...... e2      a1 shown, upper goes ahead to c3
//   lower   a1 .. b1 b2 c3 ........ d4 ......      a1 passed (same path), b1, b2 shown, c3 passed,
//   d4
//
// The merge compares whole paths only, and a layer with nothing ahead drops out of it. Long because
// both ways of walking share what is known of how the layers stand.

#include "core/trie/overlay_zipper.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

// Brings `zipper` to the longest prefix of `path` that it has.
void GoTowards(Zipper& zipper, std::string_view path) {
  const std::string_view here = zipper.path();
  const size_t common_max = std::min(here.size(), path.size());
  const size_t common = static_cast<size_t>(
      std::mismatch(here.begin(), here.begin() + common_max, path.begin()).first - here.begin());
  zipper.Ascend(here.size() - common);
  zipper.DescendExisting(path.substr(common));
}

}  // namespace

OverlayZipper::OverlayZipper(std::unique_ptr<Zipper> upper, std::unique_ptr<Zipper> lower) {
  upper_.zipper = std::move(upper);
  lower_.zipper = lower != nullptr ? std::move(lower) : std::make_unique<ReadZipper>(PathTrie());
  Reset();
}

OverlayZipper::OverlayZipper(const OverlayZipper& other)
    : path_(other.path_),
      upper_{other.upper_.zipper->Fork(), other.upper_.standing, other.upper_.passed_bytes},
      lower_{other.lower_.zipper->Fork(), other.lower_.standing, other.lower_.passed_bytes},
      hiding_bytes_(other.hiding_bytes_),
      hiding_known_(other.hiding_known_),
      shown_(other.shown_) {}

std::unique_ptr<Zipper> OverlayZipper::Fork() const {
  return std::unique_ptr<Zipper>(new OverlayZipper(*this));
}

// --- Where the layers stand
// ------------------------------------------------------------------------

void OverlayZipper::Align() const {
  if (upper_.standing != Standing::kAligned) {
    GoTowards(*upper_.zipper, path_);
    upper_.standing = Standing::kAligned;
  }
  if (!hiding_known_) FindHidingPrefix();
  if (lower_.standing != Standing::kAligned) {
    GoTowards(*lower_.zipper, std::string_view(path_).substr(0, hiding_bytes_));
    lower_.standing = Standing::kAligned;
  }
}

void OverlayZipper::FindHidingPrefix() const {
  hiding_known_ = true;
  hiding_bytes_ = kNone;
  Zipper& upper = *upper_.zipper;
  upper.Reset();
  for (size_t bytes = 0; bytes < path_.size(); ++bytes) {
    const std::optional<uint64_t> value = upper.value();
    if (value.has_value() && HidesBelow(*value)) {
      hiding_bytes_ = bytes;
      break;
    }
    if (!upper.DescendByte(static_cast<uint8_t>(path_[bytes]))) return;
  }
  GoTowards(upper, path_);
}

bool OverlayZipper::UpperHidesHere() const {
  if (!UpperHere()) return false;
  const std::optional<uint64_t> value = upper_.zipper->value();
  return value.has_value() && HidesBelow(*value);
}

Zipper* OverlayZipper::OnlyLayerWith(size_t path_bytes) const {
  if (lower_.zipper->path().size() < path_bytes) return upper_.zipper.get();
  if (upper_.zipper->path().size() < path_bytes) return lower_.zipper.get();
  return nullptr;
}

// --- What is here
// ----------------------------------------------------------------------------------

OverlayZipper::Shown OverlayZipper::Show() const {
  Align();
  if (UpperHere()) {
    if (const std::optional<uint64_t> value = upper_.zipper->value(); value.has_value()) {
      if (IsDeleted(*value)) return {};
      return {UpperValue(*value), 0};
    }
  }
  if (LowerHere()) return {lower_.zipper->value(), 1};
  return {};
}

std::optional<uint64_t> OverlayZipper::value() const {
  return shown_.has_value() ? shown_->value : Show().value;
}

int OverlayZipper::value_layer() const { return shown_.has_value() ? shown_->layer : Show().layer; }

ByteMask OverlayZipper::child_mask() const {
  Align();
  ByteMask mask;
  if (UpperHere()) mask = upper_.zipper->child_mask();
  if (LowerHere() && !UpperHidesHere()) mask = mask | lower_.zipper->child_mask();
  return mask;
}

absl::Status OverlayZipper::status() const {
  absl::Status status = upper_.zipper->status();
  return status.ok() ? lower_.zipper->status() : status;
}

uint64_t OverlayZipper::CountValues(uint64_t limit) const {
  Align();
  // Where the upper layer has nothing, there are no tombstones to look out for.
  if (!UpperHere()) return lower_.zipper->CountValues(limit);
  return Zipper::CountValues(limit);
}

// --- Moves by bytes
// --------------------------------------------------------------------------------

void OverlayZipper::Reset() {
  path_.clear();
  shown_.reset();
  hiding_bytes_ = kNone;
  hiding_known_ = true;
  for (Layer* layer : {&upper_, &lower_}) {
    layer->zipper->Reset();
    layer->standing = Standing::kAligned;
  }
}

bool OverlayZipper::DescendByte(uint8_t byte) {
  Align();
  const bool lower_here = LowerHere();
  const bool hides = lower_here && UpperHidesHere();
  const bool upper_moved = UpperHere() && upper_.zipper->DescendByte(byte);
  const bool lower_moved = lower_here && !hides && lower_.zipper->DescendByte(byte);
  if (!upper_moved && !lower_moved) return false;
  if (hides) hiding_bytes_ = path_.size();
  path_.push_back(static_cast<char>(byte));
  shown_.reset();
  return true;
}

size_t OverlayZipper::DescendExisting(std::string_view bytes) {
  Align();
  size_t found = 0;
  while (found < bytes.size()) {
    const std::string_view rest = bytes.substr(found);
    if (Zipper* only = OnlyLayerWith(path_.size()); only != nullptr) {
      const size_t more = only->DescendExisting(rest);
      path_.append(rest.substr(0, more));
      if (more > 0) shown_.reset();
      return found + more;
    }
    if (!DescendByte(static_cast<uint8_t>(rest.front()))) break;
    ++found;
  }
  return found;
}

bool OverlayZipper::DescendFirst() {
  Align();
  Zipper* only = OnlyLayerWith(path_.size());
  if (only == nullptr) return Zipper::DescendFirst();
  if (!only->DescendFirst()) return false;
  path_.push_back(only->path().back());
  shown_.reset();
  return true;
}

bool OverlayZipper::DescendLast() {
  Align();
  Zipper* only = OnlyLayerWith(path_.size());
  if (only == nullptr) return Zipper::DescendLast();
  if (!only->DescendLast()) return false;
  path_.push_back(only->path().back());
  shown_.reset();
  return true;
}

size_t OverlayZipper::DescendRun() {
  Align();
  const size_t before = path_.size();
  for (;;) {
    if (Zipper* only = OnlyLayerWith(path_.size()); only != nullptr) {
      if (only->DescendRun() == 0) break;
      path_.append(only->path().substr(path_.size()));
    } else {
      const ByteMask mask = child_mask();
      const auto byte = mask.first();
      if (!byte.has_value() || mask.NextFrom(*byte + 1u).has_value()) break;
      if (!DescendByte(*byte)) break;
    }
    shown_.reset();
    if (value().has_value()) break;  // A layer's run ends at tombstones too; those we pass.
  }
  return path_.size() - before;
}

bool OverlayZipper::Ascend(size_t count) {
  if (count > path_.size()) return false;
  if (count == 0) return true;
  path_.resize(path_.size() - count);
  shown_.reset();
  if (hiding_bytes_ != kNone && hiding_bytes_ >= path_.size()) hiding_bytes_ = kNone;
  for (Layer* layer : {&upper_, &lower_}) {
    const size_t here = layer->zipper->path().size();
    if (layer->standing == Standing::kAligned && here > path_.size()) {
      layer->zipper->Ascend(here - path_.size());
    }
  }
  // A layer that is not aligned was so for the longer path; with shown_ gone, whatever comes next
  // aligns it first.
  return true;
}

bool OverlayZipper::NextSibling() {
  if (path_.empty()) return false;
  Align();
  Zipper* only = OnlyLayerWith(path_.size() - 1);
  if (only == nullptr) return Zipper::NextSibling();
  if (!only->NextSibling()) return false;
  path_.back() = only->path().back();
  shown_.reset();
  return true;
}

bool OverlayZipper::PreviousSibling() {
  if (path_.empty()) return false;
  Align();
  Zipper* only = OnlyLayerWith(path_.size() - 1);
  if (only == nullptr) return Zipper::PreviousSibling();
  if (!only->PreviousSibling()) return false;
  path_.back() = only->path().back();
  shown_.reset();
  return true;
}

// --- Moves by values
// -------------------------------------------------------------------------------

bool OverlayZipper::NextValue() { return NextValueWithin(0); }

bool OverlayZipper::NextValueWithin(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_.size());
  if (!shown_.has_value()) shown_ = Show();
  if (upper_.standing == Standing::kAligned && lower_.standing == Standing::kAligned &&
      LowerHere() && UpperHidesHere()) {
    hiding_known_ = false;  // True of path_, not of what we come to.
    lower_.standing = Standing::kPassed;
    lower_.passed_bytes = path_.size();
  }
  return TakeNext(prefix_bytes);
}

bool OverlayZipper::NextValueBehind(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_.size());
  Align();
  if (!shown_.has_value()) shown_ = Show();
  if (LowerHere() && UpperHidesHere()) hiding_known_ = false;
  for (Layer* layer : {&upper_, &lower_}) {
    if (layer->zipper->path().size() != path_.size()) continue;  // All that it has is behind.
    layer->standing = Standing::kPassed;
    layer->passed_bytes = path_.size();
  }
  if (TakeNext(prefix_bytes)) return true;
  Align();  // What is below counts again.
  return false;
}

bool OverlayZipper::SeekValue(std::string_view target) {
  // As if `target` were the path: the layers know what to do where they have not got all of it.
  const std::string left = std::exchange(path_, std::string(target));
  const auto forget = [this] {
    shown_.reset();
    hiding_known_ = false;
    for (Layer* layer : {&upper_, &lower_}) layer->standing = Standing::kPassed;
  };
  forget();
  shown_ = Show();
  if (shown_->value.has_value() || NextValueWithin(0)) return true;
  path_ = left;
  forget();
  return false;
}

bool OverlayZipper::TakeNext(size_t prefix_bytes) {
  for (;;) {
    const bool upper_ready = Ready(upper_, prefix_bytes);
    const bool lower_ready = Ready(lower_, prefix_bytes);
    if (!upper_ready && !lower_ready) return false;
    const std::string_view upper_path = upper_.zipper->path();
    const std::string_view lower_path = lower_.zipper->path();
    const int order = !upper_ready ? 1 : !lower_ready ? -1 : upper_path.compare(lower_path);
    if (order > 0) {
      Take(*lower_.zipper, {lower_.zipper->value(), 1});
      lower_.standing = Standing::kPassed;
      lower_.passed_bytes = kNone;
      return true;
    }
    const uint64_t value = *upper_.zipper->value();
    if (HidesBelow(value)) {
      if (hiding_bytes_ == kNone) hiding_known_ = false;
      if (lower_ready && lower_path.starts_with(upper_path)) {
        lower_.standing = Standing::kPassed;
        lower_.passed_bytes = upper_path.size();
      }
    } else if (order == 0) {
      lower_.standing = Standing::kPassed;
      lower_.passed_bytes = kNone;
    }
    upper_.standing = Standing::kPassed;
    upper_.passed_bytes = kNone;
    if (!IsDeleted(value)) {
      Take(*upper_.zipper, {UpperValue(value), 0});
      return true;
    }
    if (go_on_ != nullptr && !go_on_()) return false;
  }
}

bool OverlayZipper::Ready(Layer& layer, size_t prefix_bytes) {
  switch (layer.standing) {
    case Standing::kAligned:
      return ReadyFromAligned(layer, prefix_bytes);
    case Standing::kPassed:
      return ReadyFromPassed(layer, prefix_bytes);
    case Standing::kAhead:
      return layer.zipper->path().starts_with(std::string_view(path_).substr(0, prefix_bytes));
    case Standing::kEnd:
      return false;
  }
  return false;
}

bool OverlayZipper::ReadyFromAligned(Layer& layer, size_t prefix_bytes) {
  Zipper& zipper = *layer.zipper;
  const size_t here = zipper.path().size();
  if (here == path_.size()) {
    layer.standing = Standing::kPassed;
    layer.passed_bytes = kNone;
    return ReadyFromPassed(layer, prefix_bytes);
  }
  // The layer has not got path_, only its first `here` bytes. That holds below the prefix too.
  if (here < prefix_bytes) return false;
  if (&layer == &upper_ || hiding_bytes_ != here) {
    // Its values behind path_ begin below the first later byte from there.
    const ByteMask mask = zipper.child_mask();
    const unsigned missing = static_cast<uint8_t>(path_[here]);
    for (auto byte = mask.NextFrom(missing + 1); byte.has_value();
         byte = mask.NextFrom(*byte + 1u)) {
      if (!zipper.DescendByte(*byte)) continue;
      layer.standing = zipper.value().has_value() ? Standing::kAhead : Standing::kPassed;
      layer.passed_bytes = kNone;
      return layer.standing == Standing::kAhead || ReadyFromPassed(layer, prefix_bytes);
    }
  }
  layer.standing = Standing::kPassed;
  layer.passed_bytes = here;
  return ReadyFromPassed(layer, prefix_bytes);
}

bool OverlayZipper::ReadyFromPassed(Layer& layer, size_t prefix_bytes) {
  Zipper& zipper = *layer.zipper;
  // A layer that was left outside the prefix has nothing more inside: either it is behind it, or it
  // was left where the part around the prefix had no more values.
  if (!zipper.path().starts_with(std::string_view(path_).substr(0, prefix_bytes))) return false;
  bool found = false;
  if (layer.passed_bytes == kNone) {
    found = zipper.NextValueWithin(prefix_bytes);
  } else {
    zipper.Ascend(zipper.path().size() - layer.passed_bytes);
    found = zipper.NextValueBehind(prefix_bytes);
  }
  if (found) {
    layer.standing = Standing::kAhead;
  } else if (prefix_bytes == 0) {
    layer.standing = Standing::kEnd;
  }
  return found;
}

void OverlayZipper::Take(const Zipper& layer, Shown shown) {
  const std::string_view path = layer.path();
  if (hiding_bytes_ != kNone && hiding_known_ &&
      !path.starts_with(std::string_view(path_).substr(0, hiding_bytes_))) {
    hiding_known_ = false;
  }
  path_.assign(path);
  shown_ = shown;
}

}  // namespace pathkb
