// ActReader::Find() and FindBatch(): a walk down that reads no more of each node than it needs.
//
// What looks odd ends the quick walk, and the thorough one of act_node.h starts again from the root
// to say what is wrong. So the quick one needs no messages, and may check late: it loads only what
// certainly lies in the file, and compares with the bound once, when it knows where the node ends.
//
// The batch takes one step of each of several lookups in turn, and between the steps of a lookup
// asks for the memory of its next one.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <emmintrin.h>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/act/quick_read.h"
#include "storage/act/sibling_table.h"

namespace pathkb {
namespace {

// One lookup on its way down: it is about to look at the node at `offset`, or, between the two
// parts of a step, about to find child number `index` of that node in the run at `run`.
struct Lookup {
  uint64_t offset = 0;
  uint64_t bound = 0;             // Of the node at `offset`.
  const uint8_t* rest = nullptr;  // What is left of the path, ...
  uint64_t rest_bytes = 0;        // ... and how much.
  uint64_t run = 0;
  uint32_t index = 0;
  bool has_table = false;
  char* path = nullptr;  // A PathBuffer's bytes.
  size_t number = 0;     // Of the path in a batch.
};

// So many bytes behind the end of a path may be loaded.
constexpr size_t kPathPadBytes = 8;
// Paths up to this length are copied to where that holds without asking for memory.
constexpr size_t kPathBufferBytes = 256;
using PathBuffer = std::array<char, kPathBufferBytes + kPathPadBytes>;

enum class Step { kFound, kAbsent, kDown, kOdd };

// True if the `count` bytes at `a` and `b` are equal; at least one, and seven more may be loaded.
inline bool AreEqual(const uint8_t* a, const uint8_t* b, uint64_t count) {
  for (; count > 8; a += 8, b += 8, count -= 8) {
    if (Load8(a) != Load8(b)) return false;
  }
  return ((Load8(a) ^ Load8(b)) & kLowBytes[count]) == 0;
}

// Looks for `byte` among the edges at `edges`, of which there are `low` or a mask. False if it is
// not there; else sets `index`, and `count` to the number of edges.
__attribute__((always_inline)) inline bool FindEdge(const uint8_t* edges, unsigned low,
                                                    uint8_t byte, uint32_t& index,
                                                    uint32_t& count) {
  if (low < kActChildMask) [[likely]] {
    const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte));
    const auto equal = [&](int start) {
      const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(edges + start));
      return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(some, wanted)));
    };
    uint32_t found = equal(0);
    if (low > 16) found |= equal(16) << 16;
    found &= (uint32_t{1} << low) - 1;
    if (found == 0) return false;
    index = static_cast<uint32_t>(std::countr_zero(found));
    count = low;
    return true;
  }
  const std::array<uint64_t, 4> words = {Load8(edges), Load8(edges + 8), Load8(edges + 16),
                                         Load8(edges + 24)};
  const ByteMask mask(words);
  if (!mask.Test(byte)) return false;
  index = static_cast<uint32_t>(mask.Rank(byte));
  count = kActChildMask;  // Or more: a table of a mask's run is there whatever the number.
  return true;
}

}  // namespace

// What a lookup needs of the reader.
class ActLookup {
 public:
  explicit ActLookup(const ActReader& reader)
      : act_(reader.act_),
        file_(reinterpret_cast<const uint8_t*>(act_.file.data())),
        file_base_(reinterpret_cast<uintptr_t>(file_)),
        tail_base_(reinterpret_cast<uintptr_t>(reader.tail_.data()) - reader.tail_start_),
        tail_start_(reader.tail_start_),
        root_offset_(reader.root_.offset),
        root_bound_(reader.root_bound_) {}

  // The first part of a step. kFound: `value` is the answer. kDown: lookup.run and index are set.
  __attribute__((always_inline)) inline Step Look(Lookup& lookup, uint64_t& value) const;
  // The second part: lookup.offset becomes that of the child. False if something is odd.
  __attribute__((always_inline)) inline bool GoDown(Lookup& lookup) const;

  // All steps to the end.
  __attribute__((always_inline)) inline Step Run(Lookup& lookup, uint64_t& value) const;

  // Puts the lookup at the root, with a copy of `path`, which fits its buffer.
  void Begin(std::string_view path, Lookup& lookup) const {
    std::memcpy(lookup.path, path.data(), path.size());
    lookup.offset = root_offset_;
    lookup.bound = root_bound_;
    lookup.rest = reinterpret_cast<const uint8_t*>(lookup.path);
    lookup.rest_bytes = path.size();
  }

  // Asks for the memory that GoDown() and the next Look() are going to read.
  void Prefetch(const Lookup& lookup) const {
    __builtin_prefetch(file_ + lookup.run);
    // Of a wide table; the entry of a narrow one is in the same line or the one before.
    if (lookup.has_table && lookup.index > 0) {
      __builtin_prefetch(file_ + lookup.run - std::min<uint64_t>(lookup.run, 2 * lookup.index));
    }
  }

 private:
  // As ActReader::NodeBytes(), chosen without a branch.
  const uint8_t* NodeAt(uint64_t offset) const {
    const uintptr_t base = offset < tail_start_ ? file_base_ : tail_base_;
    return reinterpret_cast<const uint8_t*>(base + offset);
  }
  bool IsOdd(uint64_t offset, uint64_t length) const {
    return act_.guard != nullptr && !act_.guard->Check(offset, length);
  }
  __attribute__((always_inline)) inline Step LookAtLine(Lookup& lookup, const uint8_t* at,
                                                        uint8_t header, uint64_t& value) const;

  const ActBytes& act_;
  const uint8_t* const file_;
  const uintptr_t file_base_;
  const uintptr_t tail_base_;  // Plus an offset in the tail, where its copy is.
  const uint64_t tail_start_;
  const uint64_t root_offset_;
  const uint64_t root_bound_;
};

inline Step ActLookup::Look(Lookup& lookup, uint64_t& value) const {
  const uint64_t offset = lookup.offset;
  if (IsOdd(offset, std::min(kActNodeBytesMax, act_.file.size() - offset))) return Step::kOdd;
  const uint8_t* const start = NodeAt(offset);
  const uint8_t* at = start;
  const uint8_t header = *at++;
  if ((header & kActLineBit) != 0) return LookAtLine(lookup, at, header, value);
  if (lookup.rest_bytes == 0) {
    if ((header & kActValueBit) == 0) return Step::kAbsent;
    value = TakeInteger(at);
    return static_cast<uint64_t>(at - start) <= lookup.bound - offset ? Step::kFound : Step::kOdd;
  }
  if ((header & kActValueBit) != 0) PassInteger(at);
  const unsigned low = header & kActLowBits;
  if (low == 0) return Step::kAbsent;
  const uint64_t distance = TakeInteger(at);
  uint32_t count = 0;
  if (low > kActChildMask || distance == 0 || distance > offset - kActArenaOffset ||
      static_cast<uint64_t>(at - start) + low > lookup.bound - offset) [[unlikely]] {
    return Step::kOdd;
  }
  if (!FindEdge(at, low, *lookup.rest, lookup.index, count)) {
    return Step::kAbsent;
  }
  ++lookup.rest;
  --lookup.rest_bytes;
  lookup.run = offset - distance;
  lookup.has_table = count >= act_.table_min;
  return Step::kDown;
}

inline Step ActLookup::LookAtLine(Lookup& lookup, const uint8_t* at, uint8_t header,
                                  uint64_t& value) const {
  const uint64_t offset = lookup.offset;
  const uint8_t* const start = at - 1;
  const uint8_t* const value_at = at;
  if ((header & kActValueBit) != 0) PassInteger(at);
  uint64_t child_distance = 0;
  if ((header & kActLowBits) != 0) {
    child_distance = TakeInteger(at);
    if (header != (kActLineBit | kActLineChildBit) || child_distance == 0 ||
        child_distance > offset - kActArenaOffset) [[unlikely]] {
      return Step::kOdd;
    }
  }
  const uint64_t line_distance = TakeInteger(at);
  if (static_cast<uint64_t>(at - start) > lookup.bound - offset || line_distance == 0 ||
      line_distance > offset - kActArenaOffset) [[unlikely]] {
    return Step::kOdd;
  }
  const uint64_t line = offset - line_distance;
  if (IsOdd(line, kVarintBytesMax)) return Step::kOdd;
  const uint8_t* segment = file_ + line;
  const uint64_t length = TakeInteger(segment);
  const uint64_t segment_at = static_cast<uint64_t>(segment - file_);
  if (length == 0 || segment_at > offset || length > offset - segment_at) [[unlikely]] {
    return Step::kOdd;
  }
  if (length > lookup.rest_bytes) return Step::kAbsent;
  if (IsOdd(segment_at, length)) return Step::kOdd;
  if (!AreEqual(lookup.rest, segment, length)) return Step::kAbsent;
  lookup.rest += length;
  lookup.rest_bytes -= length;
  if (child_distance != 0) {
    lookup.run = offset - child_distance;
    lookup.index = 0;
    return Step::kDown;
  }
  if (lookup.rest_bytes != 0 || (header & kActValueBit) == 0) return Step::kAbsent;
  at = value_at;
  value = TakeInteger(at);
  return Step::kFound;
}

inline bool ActLookup::GoDown(Lookup& lookup) const {
  const uint64_t parent = lookup.offset;
  uint64_t child = lookup.run;
  if (lookup.has_table) {
    const uint32_t index = lookup.index;
    const uint64_t table_bytes = SiblingTableBytes(index + 1, true);
    if (child < kActArenaOffset + table_bytes || IsOdd(child - table_bytes, table_bytes)) {
      return false;
    }
    if ((file_[child - 1] & kWideTableBit) == 0) [[likely]] {
      // The entry of child 1 has the bit that is 0; for child 0 it looks at the node itself.
      const uint32_t position = file_[child - index];
      child += position & (uint32_t{0} - static_cast<uint32_t>(index != 0));
    } else if (index > 0) {
      child += SiblingPosition(act_.file, child, index);
    }
  } else {
    for (uint32_t i = lookup.index; i > 0; --i) {
      if (SkipActNode(act_, child, parent) != nullptr) return false;
    }
  }
  lookup.bound = parent;
  lookup.offset = child;
  return child < parent;
}

inline Step ActLookup::Run(Lookup& lookup, uint64_t& value) const {
  for (;;) {
    const Step step = Look(lookup, value);
    if (step != Step::kDown) return step;
    if (!GoDown(lookup)) return Step::kOdd;
  }
}

absl::StatusOr<std::optional<uint64_t>> ActReader::Find(std::string_view path) const {
  if (path.size() > kPathBufferBytes) return FindThoroughly(path);
  PathBuffer buffer;
  const ActLookup quick(*this);
  Lookup lookup;
  lookup.path = buffer.data();
  quick.Begin(path, lookup);
  uint64_t value = 0;
  const Step step = quick.Run(lookup, value);
  if (step == Step::kOdd || file_->poisoned()) return FindThoroughly(path);
  return step == Step::kFound ? std::optional<uint64_t>(value) : std::nullopt;
}

absl::Status ActReader::FindBatch(std::span<const std::string_view> paths,
                                  std::span<std::optional<uint64_t>> values) const {
  PATHKB_CHECK(paths.size() == values.size());
  constexpr size_t kLookupsAtOnce = 16;
  const ActLookup quick(*this);
  std::array<PathBuffer, kLookupsAtOnce> buffers;
  std::array<Lookup, kLookupsAtOnce> lookups;
  for (size_t i = 0; i < kLookupsAtOnce; ++i) lookups[i].path = buffers[i].data();
  absl::Status status;
  const auto find_thoroughly = [&](size_t number) {
    auto found = FindThoroughly(paths[number]);
    if (found.ok()) values[number] = *found;
    status.Update(found.status());
  };
  // Looks at the node; true if the lookup goes on.
  const auto look = [&](Lookup & lookup) __attribute__((always_inline)) {
    uint64_t value = 0;
    const Step step = quick.Look(lookup, value);
    if (step == Step::kDown) {
      quick.Prefetch(lookup);
      return true;
    }
    if (step == Step::kOdd) {
      find_thoroughly(lookup.number);
    } else {
      values[lookup.number] = step == Step::kFound ? std::optional<uint64_t>(value) : std::nullopt;
    }
    return false;
  };
  size_t next = 0;
  // Begins the next lookup that does not end at once; false if there is none.
  const auto begin = [&](Lookup& lookup) {
    for (; next < paths.size(); ++next) {
      if (paths[next].size() > kPathBufferBytes) {
        find_thoroughly(next);
        continue;
      }
      quick.Begin(paths[next], lookup);
      lookup.number = next;
      if (look(lookup)) {
        ++next;
        return true;
      }
    }
    return false;
  };
  size_t under_way = 0;
  while (under_way < kLookupsAtOnce && begin(lookups[under_way])) ++under_way;
  while (under_way > 0) {
    for (size_t i = 0; i < under_way;) {
      Lookup& lookup = lookups[i];
      bool goes_on = quick.GoDown(lookup);
      if (goes_on) {
        goes_on = look(lookup);
      } else {
        find_thoroughly(lookup.number);
      }
      if (goes_on || begin(lookup)) {
        ++i;
      } else {
        std::swap(lookup, lookups[--under_way]);
      }
    }
  }
  status.Update(CheckPoisoned());
  return status;
}

absl::StatusOr<std::optional<uint64_t>> ActReader::FindThoroughly(std::string_view path) const {
  absl::StatusOr<std::optional<uint64_t>> found = ReadDown(path);
  // Zeros that were read in the place of a page say more about the page than what came of them.
  PATHKB_RETURN_IF_ERROR(CheckPoisoned());
  return found;
}

absl::StatusOr<std::optional<uint64_t>> ActReader::ReadDown(std::string_view path) const {
  ActNode node;
  if (const ActProblem problem = ReadRoot(node)) {
    return Damage(root_.offset, fmt::format("root node: {}", problem));
  }
  // Each turn goes to a node at a lower offset.
  for (;;) {
    int index = 0;
    if (node.is_line()) {
      if (!path.starts_with(node.bytes)) return std::nullopt;
      path.remove_prefix(node.bytes.size());
      if (node.child_count == 0) break;
    } else {
      if (path.empty()) break;
      index = node.ChildIndex(static_cast<uint8_t>(path[0]));
      if (index < 0) return std::nullopt;
      path.remove_prefix(1);
    }
    ActNode child;
    if (auto problem = ReadActChild(act_, node, index, child)) {
      return Damage(node.offset, fmt::format("child {} of this node: {}", index, problem));
    }
    node = child;
  }
  if (!path.empty() || !node.has_value) return std::nullopt;
  return node.value;
}

}  // namespace pathkb
