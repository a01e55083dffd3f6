// The one walk behind all of algebra.h and difference.h: two tries go down together, and what they
// do not share is decided path by path. Private to core/trie.
//
// Two places, one in each trie and both at the same path, may be at different offsets of different
// runs, as one trie may have split where the other has not:
//
//   left    (run "ab|cd")            the bar is where the walk stands: at "ab"
//   right   (run "ab|") -'c'-> (run "d")
//
// A place inside a run is taken for a branch with one child, so there is only one case: two
// branches whose children are merged in byte order. Results are put together from below: a part
// that comes out as it was in an input is only pointed to until it is known whether all of its
// parent does too.

#ifndef PATHKB_CORE_TRIE_ALGEBRA_WALK_H_
#define PATHKB_CORE_TRIE_ALGEBRA_WALK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/trie/algebra.h"
#include "core/trie/node.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// What becomes of a path.
struct AlgebraRules {
  enum class Both {
    kNothing,          // Paths that both have are not in the result.
    kPolicy,           // They are, with the value that the policy says.
    kLeftIfDifferent,  // They are, with the left value, unless it is the right one too.
  };

  bool keep_left = false;   // Paths that only the left trie has are in the result.
  bool keep_right = false;  // Paths that only the right one has are.
  Both both = Both::kNothing;
  // A value of the right trie keeps all that the left one has at and below it.
  bool right_value_keeps_left = false;
  const ValuePolicy* policy = nullptr;  // Only for kPolicy. Not called for equal values.
};

// One run over two tries. One thread at a time.
class TrieAlgebra {
 public:
  explicit TrieAlgebra(const AlgebraRules& rules) : rules_(rules) {}
  TrieAlgebra(const TrieAlgebra&) = delete;
  TrieAlgebra& operator=(const TrieAlgebra&) = delete;
  // Releases what an exception left behind.
  ~TrieAlgebra();

  // The result of the rules; to be called once.
  AlgebraResult Run(const PathTrie& left, const PathTrie& right);

  // Pairs of places that were looked at.
  uint64_t visited_pairs() const { return visited_pairs_; }

 private:
  // Behind the first `used` bytes of a slot's run.
  struct Place {
    const TrieSlot* slot;
    size_t used;

    std::string_view rest() const { return slot->run().substr(used); }
  };

  // A part of the result: what an input has at a place, or something new, or nothing.
  struct Part {
    const TrieSlot* source = nullptr;  // In an input; null if the part is new or nothing.
    TrieSlot slot;                     // New: holds a reference.
    uint32_t skip = 0;                 // Bytes of the source's run in front of the place.
    uint8_t byte = 0;                  // That leads to the part.
    bool equals_left = false;          // It is all that the left trie has there.
    bool equals_right = false;

    bool empty() const { return source == nullptr && slot.empty(); }
  };

  // The way through what one trie has below a place.
  struct Side {
    Place place;              // At the end of the run, or inside it.
    TrieBranch::Child child;  // Inside a run: the byte that goes on.
    bool in_run;
    bool more;  // `child` is one.

    Place Child() const {
      return in_run ? Place{place.slot, place.used + 1}
                    : Place{&place.slot->branch()->slot(child.position), 0};
    }
    void Next() { more = !in_run && place.slot->branch()->Next(&child); }
  };

  // Two places on the way down, and what is known of their part of the result.
  struct Frame {
    Place left;  // Where the common run begins.
    Place right;
    size_t common;  // Its bytes.
    Side left_side;
    Side right_side;
    std::optional<uint64_t> value;
    bool equals_left;
    bool equals_right;
    uint8_t byte;       // That led here.
    size_t first_part;  // In parts_.
  };

  // The part for two places if that takes no look below them; else a new frame.
  std::optional<Part> Begin(Place left, Place right, uint8_t byte);
  std::optional<Part> BothLeaves(Place left, Place right);
  // The part for two wide branches, where the runs of both end, if no child of theirs needs a frame
  // or a node of its own; nullopt, and nothing has changed, if one does.
  std::optional<Part> MergeWide(const Frame& frame);
  // The same for two children under one byte that are not the same; false if it needs more.
  bool MergeLeaves(const TrieSlot& left, const TrieSlot& right, TrieSlot* result) const;
  // Goes on with the last frame: until a pair of children needs a frame of its own (false) or all
  // are done.
  bool Advance();
  // The last frame's part of the result.
  Part Finish();
  Part Build(const Frame& frame);
  // Decides about the values where both runs end.
  void MergeValues(Frame& frame, std::optional<uint64_t> left, std::optional<uint64_t> right);
  // Adds a part to the last frame.
  void Add(Part part);
  void AddOnlyLeft();
  void AddOnlyRight();
  // Makes room for one more part, so that adding a new one can not throw.
  void ReservePart() {
    if (parts_.size() == parts_.capacity()) parts_.reserve(2 * parts_.size() + 16);
  }
  // The part as a child of a new branch; it is the new branch's then.
  static TrieEdge EdgeFor(Part& part);

  static Side MakeSide(Place place, size_t common);
  static Part Whole(Place place, bool equals_left, bool equals_right) {
    return {place.slot, TrieSlot(),  static_cast<uint32_t>(place.used),
            0,          equals_left, equals_right};
  }
  // The part for equal places.
  Part Same(Place place) const;

  const AlgebraRules rules_;
  std::vector<Frame> frames_;
  std::vector<Part> parts_;  // Of all frames, those of the last one at the end.
  std::vector<TrieEdge> edges_;
  uint64_t visited_pairs_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_ALGEBRA_WALK_H_
