// The cursor over a PathTrie. This is the scan path of everything held in memory.

#ifndef PATHKB_CORE_TRIE_READ_ZIPPER_H_
#define PATHKB_CORE_TRIE_READ_ZIPPER_H_

#include <vector>

#include "core/trie/node.h"
#include "core/trie/path_buffer.h"
#include "core/trie/path_trie.h"
#include "core/trie/slot.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Walks over the trie as it was at construction: it keeps a copy of its own (one counter), so later
// edits of the original neither disturb nor show. One thread at a time; zippers over copies of one
// trie may be used by different threads.
//
// Cost: DescendByte, the siblings, the first and last child and CountValues are O(1) (and the bytes
// of one run); NextValue is O(1) on average over a scan; Ascend is O(nodes left behind).
class ReadZipper final : public Zipper {
 public:
  explicit ReadZipper(const PathTrie& trie);
  ReadZipper(const ReadZipper& other);
  ReadZipper& operator=(const ReadZipper&) = delete;

  std::unique_ptr<Zipper> Fork() const override;

  std::string_view path() const override { return path_.Prefix(path_bytes_); }
  std::optional<uint64_t> value() const override {
    if (!at_node()) return std::nullopt;
    return frame().slot->optional_value();
  }
  ByteMask child_mask() const override;
  bool HasChildBetween(uint8_t first, uint8_t last) const override;

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
  uint64_t CountValues(uint64_t limit = ~uint64_t{0}) const override;

  // What is here and below as a trie of its own, shared: copies one node at most.
  PathTrie Subtrie() const;

 private:
  // A slot on the way from the root to here.
  struct Frame {
    const TrieSlot* slot;
    size_t start;             // Path bytes in front of the slot's run.
    TrieBranch::Child child;  // The child that the next frame is; meaningless in the last frame.
  };

  const Frame& frame() const { return frames_[depth_]; }
  // Bytes of the last frame's run that the path has.
  size_t run_used() const { return path_bytes_ - frame().start; }
  bool at_node() const { return path_bytes_ == run_end_; }

  // Moves from the end of the last frame's run to one of its children, with none of its run or all.
  // Returns what is there.
  const TrieSlot& Enter(TrieBranch::Child child);
  const TrieSlot& EnterWithRun(TrieBranch::Child child);
  // The same, to the first value at or below the end of the child's run.
  void EnterToValue(TrieBranch::Child child);
  // The same, to the last value at or below it.
  void EnterToLastValue(TrieBranch::Child child);
  // Appends the rest of the last frame's run to the path.
  void FinishRun();
  // Makes the frame at `depth`, at the end of its run, the last one.
  void ReturnTo(size_t depth) {
    depth_ = depth;
    run_end_ = path_bytes_ = frames_[depth + 1].start - 1;
  }
  const PathTrie trie_;  // Keeps the nodes alive.
  // Only frames 0 to depth_ and the first path_bytes_ bytes count. What is behind them is left as
  // it was, so that a search that goes up and finds nothing just takes the old figures again.
  std::vector<Frame> frames_;
  size_t depth_ = 0;
  PathBuffer path_;
  size_t path_bytes_ = 0;
  size_t run_end_ = 0;  // Path bytes to the end of the last frame's run.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_READ_ZIPPER_H_
