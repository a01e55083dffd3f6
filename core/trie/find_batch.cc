// PathTrie::FindBatch(): many lookups side by side. One lookup is a chain of loads, each of which
// has to wait for the one before; so each walk asks for what it needs next, and the others go on
// meanwhile.

#include <array>

#include "core/base/check.h"
#include "core/base/run_compare.h"
#include "core/trie/node.h"
#include "core/trie/path_trie.h"

namespace pathkb {
namespace {

// As many loads as a core keeps open, about.
constexpr size_t kWalks = 16;

// Longer runs reach into cache lines that nobody has asked for.
constexpr size_t kLongRunBytes = 48;

// One lookup on its way.
struct Walk {
  const TrieSlot* slot;
  const char* next;  // Path bytes behind those gone.
  size_t rest;
  size_t index;        // Of the path in the batch.
  bool run_was_asked;  // So was all of the slot's run.
};

enum class Step { kGoesOn, kFound, kMissing };

// Asks for a long run; false if that was done.
bool AskForRun(Walk& walk, std::string_view run) {
  if (walk.run_was_asked) return false;
  walk.run_was_asked = true;
  for (size_t i = 0; i < run.size(); i += 64) __builtin_prefetch(run.data() + i);
  __builtin_prefetch(run.data() + run.size() - 1);
  return true;
}

// Goes one step on, and asks for what comes next there.
Step Advance(Walk& walk) {
  const TrieSlot& slot = *walk.slot;
  if (!slot.is_branch()) {
    const std::string_view run = slot.run();
    if (run.size() >= kLongRunBytes && AskForRun(walk, run)) return Step::kGoesOn;
    const bool found = !slot.empty() && run.size() == walk.rest &&
                       StartsWithRun(walk.next, run.data(), run.size());
    return found ? Step::kFound : Step::kMissing;
  }
  const TrieBranch& branch = *slot.branch();
  if (const size_t run_bytes = branch.run_bytes(); run_bytes > 0) {
    if (run_bytes >= kLongRunBytes && AskForRun(walk, branch.run())) return Step::kGoesOn;
    if (walk.rest < run_bytes || !StartsWithRun(walk.next, branch.run().data(), run_bytes)) {
      return Step::kMissing;
    }
    walk.next += run_bytes;
    walk.rest -= run_bytes;
  }
  if (walk.rest == 0) return branch.has_value() ? Step::kFound : Step::kMissing;
  const int position = branch.Find(static_cast<uint8_t>(*walk.next));
  if (position < 0) return Step::kMissing;
  walk.slot = &branch.slot(position);
  walk.run_was_asked = false;
  ++walk.next;
  --walk.rest;
  walk.slot->Prefetch();
  return Step::kGoesOn;
}

}  // namespace

void PathTrie::FindBatch(std::span<const std::string_view> paths,
                         std::span<std::optional<uint64_t>> values) const {
  PATHKB_CHECK(paths.size() == values.size());
  std::array<Walk, kWalks> walks;
  size_t active = 0;
  size_t started = 0;
  const auto start = [&](Walk& walk) {
    walk = {&root_, paths[started].data(), paths[started].size(), started, false};
    ++started;
  };
  while (active < kWalks && started < paths.size()) start(walks[active++]);
  while (active > 0) {
    for (size_t i = 0; i < active;) {
      Walk& walk = walks[i];
      const Step step = Advance(walk);
      if (step == Step::kGoesOn) {
        ++i;
        continue;
      }
      values[walk.index] =
          step == Step::kFound ? std::optional<uint64_t>(walk.slot->value()) : std::nullopt;
      if (started < paths.size()) {
        start(walk);
        ++i;
      } else {
        walk = walks[--active];
      }
    }
  }
}

}  // namespace pathkb
