// ActReader::Find() and FindBatch(). Both take the same steps; the batch takes one step of each of
// several lookups in turn, and between a lookup's steps asks for the memory of its next one.

#include <algorithm>
#include <array>
#include <cstdint>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/act/sibling_table.h"

namespace pathkb {
namespace {

// One lookup on its way down.
struct Lookup {
  ActNode node;           // Where it is, ...
  std::string_view rest;  // ... and the bytes of the path behind that.
  size_t number = 0;      // Of the path in the batch.
  int index = 0;          // Of the child that is next.
  uint64_t child = 0;     // Where that one starts, once it is known.
};

enum class Step { kFound, kAbsent, kDown };

// What the node of `lookup`, whose segment was read, has to say. kDown: on to child lookup.index,
// the bytes of `rest` up to there taken off. kFound: node.value is the answer.
inline Step LookAt(Lookup& lookup) {
  const ActNode& node = lookup.node;
  std::string_view& rest = lookup.rest;
  if (node.is_line()) {
    if (!rest.starts_with(node.bytes)) return Step::kAbsent;
    rest.remove_prefix(node.bytes.size());
    lookup.index = 0;
    if (node.child_count != 0) return Step::kDown;
  } else if (!rest.empty()) {
    lookup.index = node.ChildIndex(static_cast<uint8_t>(rest[0]));
    if (lookup.index < 0) return Step::kAbsent;
    rest.remove_prefix(1);
    return Step::kDown;
  }
  return rest.empty() && node.has_value ? Step::kFound : Step::kAbsent;
}

inline void Prefetch(std::string_view file, uint64_t offset) {
  __builtin_prefetch(file.data() + offset);
}

constexpr size_t kLookupsAtOnce = 16;

}  // namespace

absl::StatusOr<std::optional<uint64_t>> ActReader::Find(std::string_view path) const {
  // Each turn goes to a node at a lower offset and takes at least one byte off the path, but for
  // the turn from a line node to its child.
  Lookup lookup{.node = root_, .rest = path};
  for (;;) {
    switch (LookAt(lookup)) {
      case Step::kFound:
        return lookup.node.value;
      case Step::kAbsent:
        return std::nullopt;
      case Step::kDown:
        break;
    }
    ActNode child;
    if (auto problem = ReadActChild(act_, lookup.node, lookup.index, child)) {
      return ChildDamage(lookup.node, lookup.index, problem);
    }
    lookup.node = child;
  }
}

absl::Status ActReader::FindBatch(std::span<const std::string_view> paths,
                                  std::span<std::optional<uint64_t>> values) const {
  std::array<Lookup, kLookupsAtOnce> lookups;
  size_t under_way = 0, next = 0;
  // Looks at the node, and either ends the lookup or asks for what it reads next: the table of the
  // run, or if there is none or no need of it, the run itself.
  const auto look = [&](Lookup& lookup) {
    const Step step = LookAt(lookup);
    if (step != Step::kDown) {
      values[lookup.number] =
          step == Step::kFound ? std::optional<uint64_t>(lookup.node.value) : std::nullopt;
      return false;
    }
    const uint64_t run = lookup.node.first_child;
    Prefetch(act_.file, run);
    if (lookup.index > 0 && lookup.node.child_count >= act_.table_min) {
      // Of a wide table; the entry of a narrow one is in the same line or the one after.
      Prefetch(act_.file, run - std::min<uint64_t>(run, 2 * lookup.index));
    }
    lookup.child = 0;
    return true;
  };
  while (under_way > 0 || next < paths.size()) {
    while (under_way < kLookupsAtOnce && next < paths.size()) {
      Lookup& lookup = lookups[under_way];
      lookup.node = root_;
      lookup.rest = paths[next];
      lookup.number = next++;
      if (look(lookup)) ++under_way;
    }
    for (size_t i = 0; i < under_way;) {
      Lookup& lookup = lookups[i];
      ActProblem problem = nullptr;
      if (lookup.child == 0) {
        problem = FindActChild(act_, lookup.node, lookup.index, lookup.child);
        Prefetch(act_.file, lookup.child);
        // A child so near the run's start has come with it.
        if (problem == nullptr && lookup.child - lookup.node.first_child > 64) {
          ++i;
          continue;
        }
      }
      ActNode child;
      if (problem == nullptr) {
        problem = ReadActNode(act_, lookup.child, lookup.node.offset, child);
      }
      if (problem == nullptr && child.is_line()) problem = ReadActSegment(act_, child);
      if (problem != nullptr) return ChildDamage(lookup.node, lookup.index, problem);
      lookup.node = child;
      if (look(lookup)) {
        ++i;
      } else {
        --under_way;
        if (i != under_way) lookup = lookups[under_way];
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ActReader::ChildDamage(const ActNode& node, int index, ActProblem problem) const {
  return Damage(node.offset, fmt::format("child {} of this node: {}", index, problem));
}

}  // namespace pathkb
