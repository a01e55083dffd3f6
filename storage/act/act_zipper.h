// The cursor over a mapped .tree file: Zipper over an ActReader.

#ifndef PATHKB_STORAGE_ACT_ACT_ZIPPER_H_
#define PATHKB_STORAGE_ACT_ACT_ZIPPER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"

#include "core/base/byte_mask.h"
#include "core/base/page_counter.h"
#include "core/trie/zipper.h"
#include "storage/act/act_node.h"
#include "storage/act/act_reader.h"
#include "storage/act/byte_buffer.h"

namespace pathkb {

// A path longer than this is refused with ResourceExhausted: a few bytes of a forged file can spell
// a path of any length, by using one long segment again and again.
inline constexpr uint64_t kActPathBytesMax = uint64_t{1} << 30;

// Zipper's contract, with these costs: a step to the next sibling or value is one node parse for
// each level passed; DescendByte() and PreviousSibling() step over the siblings before the one
// wanted; segments are compared and skipped whole. Memory: the path, and about 100 bytes for each
// node on it.
//
// Borrows the reader, which must outlive it. What cannot be read counts as absent, and status()
// then says where and why (DataLoss; ResourceExhausted for a path over the bound). Every move ends,
// also in a forged file with astronomically many dead ends: a subtrie found to hold no value is
// remembered, and not searched again. The k-path moves, which ask for no value, do not profit from
// that: whoever uses them on files of others must have them verified, or bounded, before.
class ActZipper final : public Zipper {
 public:
  explicit ActZipper(const ActReader& reader, uint64_t path_bytes_max = kActPathBytesMax);

  // Has the pages that it and its forks look at from now on counted in `pages`, which must outlive
  // them; null, as at first: nobody counts, and nothing is paid for that.
  void CountPages(PageCounter* pages) { pages_ = pages; }

  std::unique_ptr<Zipper> Fork() const override;
  std::string_view path() const override { return path_.view(); }
  std::optional<uint64_t> value() const override;
  ByteMask child_mask() const override;
  bool HasChildBetween(uint8_t first, uint8_t last) const override;
  absl::Status status() const override;

  void Reset() override;
  bool DescendByte(uint8_t byte) override;
  bool Descend(std::string_view bytes) override;
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
  bool PreviousValue() override;

 private:
  // A node on the path. The last frame is where the cursor is: at a branch node, path() ends where
  // the node starts; in a line node, anywhere in its segment, the end included if it has no child
  // (or none that can be read).
  struct Frame {
    ActNode node;
    size_t path_bytes = 0;  // Length of the path where the node starts.
    int index = 0;          // Among its siblings.
  };

  // A search notes where it begins, and what it is about to change behind the first `path_bytes`
  // bytes of the path, so that it can go back if it was in vain; without reading the file, for what
  // was readable on the way here may not be any more. GoBack() returns false.
  void BeginSearch();
  void LetGo(size_t path_bytes);
  bool GoBack();

  const Frame& last() const { return frames_[depth_ - 1]; }
  // One more frame, with anything in it, as the last one.
  Frame& NewFrame() {
    if (depth_ < kept_frames_) SaveFrames();
    if (depth_ == frames_.size()) frames_.resize(2 * depth_);
    return frames_[depth_++];
  }
  // Bytes of the last node's segment that are behind the cursor; it must be a line node.
  size_t line_bytes() const { return path_.size() - last().path_bytes; }
  // Puts aside the frames of BeginSearch() that are about to be overwritten, from depth_ on.
  void SaveFrames();
  bool has_children() const;
  // True if the cursor is at the start of a node that a branch refers to.
  bool has_siblings() const;

  // As Ascend(), also for searches.
  bool GoUp(size_t count);
  // Completes the last frame, whose node is read: it is number `index` below the node before it, a
  // line or a branch that it leaves by byte `edge`. False, with the frame taken away, if the path
  // would become too long.
  bool Enter(int index, uint8_t edge);
  // The common case of EnterChild(); false, with nothing changed, if it must be asked.
  bool EnterQuickly(int index, uint8_t edge);
  // Goes down to child `index` of the last node: a branch, by its byte `edge`, or a line node at
  // its end.
  bool EnterChild(int index, uint8_t edge);
  bool EnterChild(int index);
  // Goes down to the first child of the last node at or after number `index`, whose node starts at
  // `offset`, that can be read; or to the last one at or before `index`.
  bool EnterFirstReadable(uint64_t offset, int index);
  bool EnterLastReadable(int index);
  // Goes on `byte_count` bytes along the segment of the last node, at most to its end; if that is
  // reached, into the child.
  void GoAlongLine(size_t byte_count);
  // Goes down to the first child; over all of a segment at once.
  bool StepDown();
  // The same to the last child.
  bool StepDownLast();
  // Goes on to the next value below (only if `down`) or behind, in what lies under `prefix_bytes`
  // bytes of the path; false, with nothing changed, if there is none. The common case of Search():
  // every node can be read and leads to a value.
  enum class Quick { kFound, kNone, kUnsure };
  Quick SearchQuickly(bool down, size_t prefix_bytes);
  // The commonest case: from one leaf to the next, which is its sibling. False, with nothing
  // changed, if it is any other case.
  bool GoToNextLeaf(size_t prefix_bytes);
  // The same in any case.
  bool Search(bool down, size_t prefix_bytes);
  // The innermost frame, from the last one on, that has a sibling behind it and lies under
  // `prefix_bytes` bytes of the path; 0 if there is none.
  size_t FrameWithNext(size_t prefix_bytes) const;

  // Searches on from here for a value below (only if `down`), then behind, in what lies under
  // `prefix_bytes` bytes of the path.
  bool SearchOn(bool down, size_t prefix_bytes);

  // Counts the pages that were looked at to enter the last frame.
  void NotePages() const;

  void NoteDamage(uint64_t offset, std::string_view problem);

  const ActReader* reader_;
  uint64_t path_bytes_max_;
  PageCounter* pages_ = nullptr;
  ByteBuffer path_;
  // frames_[0, depth_) are in use, from the root down, never none; the rest is kept for its memory.
  std::vector<Frame> frames_;
  size_t depth_ = 0;
  absl::Status status_;

  size_t kept_bytes_ = 0;                 // Of the path at BeginSearch(), still as they were; ...
  ByteBuffer cut_;                        // ... and what followed them then.
  size_t search_depth_ = 0;               // depth_ at BeginSearch(), ...
  size_t kept_frames_ = 0;                // ... how many frames are still as they were, ...
  std::vector<Frame> saved_frames_;       // ... and the others as they were, the last one first.
  absl::flat_hash_set<uint64_t> barren_;  // Offsets of nodes with children but no value below.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_ZIPPER_H_
