// A cursor laid over another one: the lower layer as the upper one has changed it.
//
//   upper (working set)       lower (snapshot)          what the overlay shows
//   ab = 7                    ab = 1                    ab = 7
//   ac = deleted              ac = 2                    (ac leads nowhere)
//                             ad = 3                    ad = 3
//   b  = deleted, hides       b = 4   bx = 5            (b: only what the upper layer has below)
//   bz = 6                                              bz = 6
//
// tombstone.h says how the upper layer writes this into its values.

#ifndef PATHKB_CORE_TRIE_OVERLAY_ZIPPER_H_
#define PATHKB_CORE_TRIE_OVERLAY_ZIPPER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/trie/zipper.h"

namespace pathkb {

// value() is the upper layer's, without the tombstone bits, where it has one that is not deleted;
// none where that says deleted; else the lower layer's, any 64-bit number, unless hidden from
// above. child_mask() joins both layers, so a deleted path is still a path here, though without a
// value. status() passes on the layers' damage.
//
// One thread at a time; owns its layers and moves them about, so nobody else may.
//
// Cost: NextValue is one NextValue of a layer, one comparison of two paths and one copy of a path,
// and one more of each for every tombstone passed, before each of which the function of
// SetPatience() is asked; where one layer has nothing ahead, the comparison is saved. The other
// moves are one move of each layer that has the path. The first of them after NextValue calls
// brings the layers back to the path: O(path bytes).
class OverlayZipper final : public Zipper {
 public:
  // Both layers are taken to their roots. `lower` may be null: nothing below.
  OverlayZipper(std::unique_ptr<Zipper> upper, std::unique_ptr<Zipper> lower);

  std::unique_ptr<Zipper> Fork() const override;

  std::string_view path() const override { return path_; }
  std::optional<uint64_t> value() const override;
  int value_layer() const override;
  ByteMask child_mask() const override;
  absl::Status status() const override;
  void SetPatience(std::function<bool()> go_on) override { go_on_ = std::move(go_on); }

  void Reset() override;
  bool DescendByte(uint8_t byte) override;
  size_t DescendExisting(std::string_view bytes) override;
  bool DescendFirst() override;
  bool DescendLast() override;
  size_t DescendRun() override;
  bool Ascend(size_t count) override;
  bool NextSibling() override;
  bool PreviousSibling() override;
  bool NextValue() override;
  bool NextValueWithin(size_t prefix_bytes) override;
  bool NextValueBehind(size_t prefix_bytes) override;
  bool SeekValue(std::string_view target) override;
  uint64_t CountValues(uint64_t limit = ~uint64_t{0}) const override;

 private:
  // Where a layer's cursor stands, relative to path_.
  enum class Standing {
    kAligned,  // At the longest prefix of path_ that it has and, the lower one, that is not hidden.
    kAhead,    // At a value behind path_ that no NextValue has dealt with yet.
    kPassed,   // Somewhere that is dealt with, behind path_ or not: its next value may count.
    kEnd,      // Anywhere; no value of the layer is left behind path_.
  };

  struct Layer {
    std::unique_ptr<Zipper> zipper;
    Standing standing = Standing::kAligned;
    // While kPassed: all that begins with this many bytes of the layer's path is dealt with; kNone
    // if only the path where it stands is, and all in front of it.
    size_t passed_bytes = kNone;
  };

  struct Shown {
    std::optional<uint64_t> value;
    int layer = 0;
  };

  static constexpr size_t kNone = ~size_t{0};

  explicit OverlayZipper(const OverlayZipper& other);

  // Brings both layers to kAligned.
  void Align() const;
  void FindHidingPrefix() const;

  // Both after Align(): the layer has path_ and, the lower one, that is not hidden.
  bool UpperHere() const { return upper_.zipper->path().size() == path_.size(); }
  bool LowerHere() const { return lower_.zipper->path().size() == path_.size(); }
  // After Align(): the upper layer's value at path_ hides what the lower one has below.
  bool UpperHidesHere() const;
  // After Align(): the one layer that has the first `path_bytes` bytes of path_; null if both have.
  Zipper* OnlyLayerWith(size_t path_bytes) const;
  // What is at path_.
  Shown Show() const;

  // Makes sure that a layer is kAhead, at a value below the first `prefix_bytes` bytes of path_;
  // false if it has none left there.
  bool Ready(Layer& layer, size_t prefix_bytes);
  // Goes to the smaller of what the layers have next; see NextValueWithin().
  bool TakeNext(size_t prefix_bytes);
  // Ready() from kAligned and from kPassed.
  bool ReadyFromAligned(Layer& layer, size_t prefix_bytes);
  bool ReadyFromPassed(Layer& layer, size_t prefix_bytes);
  // Makes the layer's path the overlay's.
  void Take(const Zipper& layer, Shown shown);

  // path_, and shown_ if it is known, are what the overlay is. The layers' standing follows them
  // when needed, even in const functions.
  std::string path_;
  mutable Layer upper_;
  mutable Layer lower_;
  // Bytes of the shortest prefix of path_, path_ itself excluded, whose value in the upper layer
  // hides what is below; kNone if there is none. Right only while hiding_known_.
  mutable size_t hiding_bytes_ = kNone;
  mutable bool hiding_known_ = true;
  // What is at path_; set by NextValue, which leaves the layers elsewhere.
  std::optional<Shown> shown_;
  std::function<bool()> go_on_;  // Null: passes over any number of deletes.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_OVERLAY_ZIPPER_H_
