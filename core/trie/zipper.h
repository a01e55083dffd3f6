// What a cursor over a path trie can do: the one seam between memory and files. Matching, scanning,
// snapshot writing and algebra are written against it once, and run over a PathTrie (read_zipper),
// a mapped .tree (storage/act/act_zipper) and one laid over another (overlay_zipper).
//
//             (root)            A cursor stands at a path that exists: the root, or a prefix of
//              / \              some stored path. Each path may hold a 64-bit value. Children are
//             a   b = 7         the bytes that lead on from here, visited in ascending order, so
//            / \                values come in ascending byte order of their paths, a path before
//       ab = 1  ac              its extensions.
//
// A move that fails leaves the cursor where it was and returns false (or 0).

#ifndef PATHKB_CORE_TRIE_ZIPPER_H_
#define PATHKB_CORE_TRIE_ZIPPER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/base/byte_mask.h"

namespace pathkb {

// One thread at a time; forks are independent of each other. Borrows whatever it walks over, which
// must not change or go away while the cursor is used.
class Zipper {
 public:
  virtual ~Zipper() = default;

  // A second cursor at the same place, with the same root.
  virtual std::unique_ptr<Zipper> Fork() const = 0;

  // Bytes from the root to here. Valid until the next move.
  virtual std::string_view path() const = 0;

  // The value at this path; nullopt if there is none.
  virtual std::optional<uint64_t> value() const = 0;

  // Which of the layers beneath holds value(): 0 is the only or the upper one, 1 the lower one.
  // Meaningless without a value.
  virtual int value_layer() const { return 0; }

  // The bytes that lead on from here. A byte may lead to nothing but dead ends (a file may hold
  // paths without a value; in an overlay a tombstone hides what is below), so only NextValue()
  // tells whether a value follows.
  virtual ByteMask child_mask() const = 0;

  // True if child_mask() has a byte from `first` to `last`, both included; mostly cheaper.
  virtual bool HasChildBetween(uint8_t first, uint8_t last) const {
    const std::optional<uint8_t> byte = child_mask().NextFrom(first);
    return byte.has_value() && *byte <= last;
  }

  // Damage met on the way, such as a file that contradicts itself; the cursor then treats what it
  // cannot read as absent. Sticky. Always OK for tries in memory.
  virtual absl::Status status() const { return absl::OkStatus(); }

  // Moves that may pass over any number of places without a value before they arrive (deletes, in
  // an overlay) ask `go_on` at each; when it says false, they end as if there was nothing, and the
  // cursor stays. Null, as at first: they are patient. Forks are.
  virtual void SetPatience(std::function<bool()> go_on) { static_cast<void>(go_on); }

  // --- Moves -------------------------------------------------------------------------------------

  // Goes to the root.
  virtual void Reset() = 0;

  // Goes down one byte.
  virtual bool DescendByte(uint8_t byte) = 0;

  // Goes down all of `bytes`, or not at all.
  virtual bool Descend(std::string_view bytes);

  // Goes down as many of `bytes` as exist, and returns how many that were.
  virtual size_t DescendExisting(std::string_view bytes);

  // Goes down to the first or last child.
  virtual bool DescendFirst();
  virtual bool DescendLast();

  // Goes down while there is exactly one child and no value, to the next path that has a value or
  // is no such run; at least one byte. Returns the bytes gone, 0 if there is not exactly one child
  // here.
  virtual size_t DescendRun();

  // Goes up `count` bytes; false if the root is nearer than that.
  virtual bool Ascend(size_t count) = 0;

  // Goes to the nearest sibling after or before this path.
  virtual bool NextSibling();
  virtual bool PreviousSibling();

  // Goes to the next path with a value in path order; one that extends this path counts as next,
  // the value right here does not. False at the end, and the cursor stays.
  virtual bool NextValue();

  // As NextValue(), but never leaves what lies below `prefix_bytes` bytes of the present path,
  // which must not be longer than path().
  virtual bool NextValueWithin(size_t prefix_bytes);

  // As NextValueWithin(), but passes over everything below the present path: to the next path with
  // a value that does not extend this one.
  virtual bool NextValueBehind(size_t prefix_bytes);

  // Goes to the first path with a value that is at or after `target` in byte order; `target` counts
  // from the root. False if there is none, and the cursor stays.
  virtual bool SeekValue(std::string_view target);

  // Goes to the last path with a value that is before this one in byte order; a prefix of this path
  // counts as before. False at the beginning, and the cursor stays.
  virtual bool PreviousValue();

  // Paths of equal length: to the first path that is exactly `count` bytes longer than this one,
  // and from such a path on to the next that shares all but the last `count` bytes with it. False
  // if there is none, and the cursor stays. For all pairs behind "ab":
  //   Descend("ab"); for (bool more = DescendFirstKPath(2); more; more = NextKPath(2)) use(path());
  virtual bool DescendFirstKPath(size_t count);
  virtual bool NextKPath(size_t count);

  // Goes up to the nearest place above that is no run: one with a value or with several children;
  // or to the root. Returns the bytes gone.
  virtual size_t AscendToFork();

  // A place to come back to. Valid for all cursors with the same content.
  struct Position {
    std::string path;
  };
  Position SavePosition() const { return {std::string(path())}; }
  // Goes there; false, and the cursor stays, if the path does not exist here.
  bool RestorePosition(const Position& position);

  // How many bytes lead on from here.
  int child_count() const { return child_mask().count(); }

  // Number of values at and below this path, by walking; stops counting at `limit`.
  virtual uint64_t CountValues(uint64_t limit = ~uint64_t{0}) const;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_ZIPPER_H_
