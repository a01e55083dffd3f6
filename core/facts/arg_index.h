// The argument index: every expression of a space once more under keys that begin with one of its
// later arguments, so that a pattern that binds that one need not look at its whole relation.
//
//   spaces/s/terms/    03 hyponym n01 n02 <name>      the fact (hyponym n01 n02)
//   spaces/s/terms1/   03 n01 hyponym n02 <name>      child 1 before child 0
//   spaces/s/terms2/   03 hyponym n02 n01 <name>      child 2 right behind child 0
//   spaces/s/index/2   = 0                            argument 2 is indexed: terms2/ is whole
//   spaces/s/indexing/2 = 0                           it is being built: terms2/ has gaps
//
// Such a family is kept for each argument position that the space wants, 1 to kIndexPositionsMax;
// child 0 is the head. It holds the expressions of up to 63 children that have a child there, each
// with the value that its key under terms/ has. Subterms move as bytes; tags of variables stay as
// they are, so a repeated variable may stand before its first occurrence.

#ifndef PATHKB_CORE_FACTS_ARG_INDEX_H_
#define PATHKB_CORE_FACTS_ARG_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/trie/zipper.h"

namespace pathkb {

// The last child of an expression that can be indexed.
inline constexpr int kIndexPositionsMax = 9;

// A set of argument positions, each 1 to kIndexPositionsMax. A value type.
class IndexedArguments {
 public:
  IndexedArguments() = default;

  bool Has(int position) const { return (bits_ >> position & 1) != 0; }
  void Add(int position) { bits_ |= static_cast<uint16_t>(1u << position); }
  void Remove(int position) { bits_ &= static_cast<uint16_t>(~(1u << position)); }
  bool empty() const { return bits_ == 0; }
  // The largest position; 0 if there is none.
  int last() const;

  // Those in either, those in both, and those in this one only.
  IndexedArguments With(IndexedArguments other) const { return FromBits(bits_ | other.bits_); }
  IndexedArguments Within(IndexedArguments other) const { return FromBits(bits_ & other.bits_); }
  IndexedArguments Without(IndexedArguments other) const { return FromBits(bits_ & ~other.bits_); }

  // Bit p stands for position p. What is no position is left out.
  uint64_t bits() const { return bits_; }
  static IndexedArguments FromBits(uint64_t bits);

  // "2,3", or "none".
  std::string ToText() const;
  // Reads ToText()'s form, in any order. InvalidArgument, quoting it, for anything else.
  static absl::StatusOr<IndexedArguments> FromText(std::string_view text);

  friend bool operator==(const IndexedArguments&, const IndexedArguments&) = default;

 private:
  uint16_t bits_ = 0;
};

// What is indexed where nobody says otherwise.
inline constexpr std::string_view kIndexArgumentsDefault = "2,3";

// `spaces/<space>/terms<position>/`
std::string ArgumentPrefix(std::string_view space, int position);
// `spaces/<space>/index/<position>`: the key that says that the position's family is whole.
std::string IndexedKey(std::string_view space, int position);
// `spaces/<space>/indexing/<position>`: the key that says that it is being built.
std::string IndexingKey(std::string_view space, int position);

// True for a key of an argument's family, or of a setting, of any space: one that follows from
// facts and SetIndex, and stands for no fact.
bool IsIndexKey(std::string_view key);

// Appends the encoded term with child `position` moved to the front: behind child 0, or before it
// if `position` is 1. False if it is no expression of up to 63 children that has such a child;
// `out` is then as it was. One pass over the children up to that one; allocates nothing but what
// `out` needs. The bytes must begin with an encoded term; others give false or nonsense of no more
// bytes.
bool AppendPermuted(std::string_view encoded_term, int position, std::string& out);

// The way back: `permuted_and_name` is what follows ArgumentPrefix() in a key. Appends the term in
// its own order, without the name, and returns how many bytes it takes, which is as many as it had.
//   DataLoss   it does not begin with an expression that has such a child; `out` is as it was
absl::StatusOr<size_t> AppendUnpermuted(std::string_view permuted_and_name, int position,
                                        std::string& out);

// The index keys of one fact after another, for whoever sets or deletes them. One thread at a time;
// allocates once. `positions` are those of the space.
class ArgumentKeys {
 public:
  ArgumentKeys(std::string_view space, IndexedArguments positions);

  IndexedArguments positions() const { return positions_; }

  // Calls use(key) for each position that the fact has, in ascending order; the key's bytes live
  // until the call returns. The term is looked at once. Bytes as for AppendPermuted().
  template <typename Use>
  void ForEach(std::string_view encoded_term, std::string_view name, Use use) {
    if (positions_.empty()) return;
    const int children = Scan(encoded_term);
    for (int position = 1; position < children; ++position) {
      if (positions_.Has(position)) use(Key(encoded_term, name, position));
    }
  }

 private:
  // Finds the ends of the first children; returns how many of them, 0 for what is not indexed.
  int Scan(std::string_view encoded_term);
  std::string_view Key(std::string_view encoded_term, std::string_view name, int position);

  IndexedArguments positions_;
  size_t digit_at_;  // Where the position stands in key_.
  size_t prefix_bytes_;
  std::string key_;
  size_t ends_[kIndexPositionsMax + 1] = {};  // Of each child, in the term.
};

// Which positions of a space are indexed, and which are on their way.
struct IndexSetting {
  IndexedArguments whole;
  IndexedArguments building;

  IndexedArguments all() const { return whole.With(building); }
  friend bool operator==(const IndexSetting&, const IndexSetting&) = default;
};

// Reads the setting of a space; all empty if it has none. `at_root` is at its root, and is again
// there afterwards. A few dozen bytes' way; fails as the cursor does.
absl::StatusOr<IndexSetting> ReadIndexSetting(Zipper& at_root, std::string_view space);
// Its whole positions: those that a query may use.
absl::StatusOr<IndexedArguments> ReadIndexedArguments(Zipper& at_root, std::string_view space);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_ARG_INDEX_H_
