// What happens when there is no memory: a script of edits, algebra and copies runs again and again,
// and the first allocation fails, then the second, the third, until one run gets through. After
// each failure every trie must hold what it held before the operation, which then succeeds when it
// is tried again; in the end not one allocation is left over.

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/algebra.h"
#include "core/trie/difference.h"
#include "core/trie/failing_allocator.h"
#include "core/trie/merkleize.h"
#include "core/trie/node_reaper.h"
#include "core/trie/trie_builder.h"
#include "core/trie/trie_model.h"
#include "core/trie/write_zipper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

// What the script works on, and what that must hold. The maps are shared by all moments at which
// they are the same.
constexpr size_t kTries = 4;
using Tries = std::array<PathTrie, kTries>;
using Models = std::array<std::shared_ptr<const ModelPaths>, kTries>;

Models NoPaths() {
  Models models;
  models.fill(std::make_shared<const ModelPaths>());
  return models;
}

// One operation, which changes one trie. It does all or, with an exception, nothing.
struct Operation {
  std::string name;
  std::function<void(Tries&)> run;
  Models after;
};

// Operations, one after the other, with what the tries hold after each. Made once and run often.
class Script {
 public:
  explicit Script(uint64_t seed);

  const std::vector<Operation>& operations() const { return operations_; }

 private:
  // Adds an operation after which `trie` holds `after`.
  void Add(std::string name, size_t trie, ModelPaths after, std::function<void(Tries&)> run);

  void Set(size_t trie, const std::string& path, uint64_t value);
  void Remove(size_t trie, const std::string& path);
  void Copy(size_t from, size_t to);
  void AddFanOuts(std::mt19937_64& random);
  void AddRandomEdit(std::mt19937_64& random);
  void AddRandomAlgebra(std::mt19937_64& random);
  void AddRandomZipperEdit(std::mt19937_64& random);

  const ModelPaths& paths(size_t trie) const { return *models_[trie]; }

  Models models_ = NoPaths();
  std::vector<Operation> operations_;
};

Script::Script(uint64_t seed) {
  std::mt19937_64 random(seed);
  AddFanOuts(random);
  for (int i = 0; i < 60; ++i) Set(random() % kTries, RandomPath(random), RandomValue(random));
  for (int i = 0; i < 300; ++i) {
    const uint64_t kind = random() % 8;
    if (kind < 5) AddRandomEdit(random);
    if (kind == 5 || kind == 6) AddRandomAlgebra(random);
    if (kind == 7) AddRandomZipperEdit(random);
  }
  for (size_t i = 0; i < kTries; ++i) Add("Clear", i, {}, [i](Tries& tries) { tries[i].Clear(); });
}

void Script::Add(std::string name, size_t trie, ModelPaths after, std::function<void(Tries&)> run) {
  models_[trie] = std::make_shared<const ModelPaths>(std::move(after));
  operations_.push_back({std::move(name), std::move(run), models_});
}

void Script::Set(size_t trie, const std::string& path, uint64_t value) {
  ModelPaths after = paths(trie);
  after[path] = value;
  Add("Set", trie, std::move(after), [=](Tries& tries) { tries[trie].Set(path, value); });
}

void Script::Remove(size_t trie, const std::string& path) {
  ModelPaths after = paths(trie);
  after.erase(path);
  Add("Remove", trie, std::move(after), [=](Tries& tries) { tries[trie].Remove(path); });
}

void Script::Copy(size_t from, size_t to) {
  Add("copy", to, paths(from), [=](Tries& tries) { tries[to] = tries[from]; });
}

// A branch that gets 256 children and loses them again, alone and beside a copy.
void Script::AddFanOuts(std::mt19937_64& random) {
  for (const bool copied : {false, true}) {
    for (int byte = 0; byte < 256; ++byte) {
      if (copied && byte % 8 == 0) Copy(0, 1);
      Set(0, std::string("run") + static_cast<char>(byte * 37), random() % 2 == 0 ? 0 : random());
    }
    for (int byte = 0; byte < 256; ++byte) {
      if (copied && byte % 8 == 0) Copy(0, 1);
      Remove(0, std::string("run") + static_cast<char>(byte * 101));
    }
  }
}

void Script::AddRandomEdit(std::mt19937_64& random) {
  const size_t trie = random() % kTries;
  const size_t other = random() % kTries;
  const std::string path = RandomPath(random);
  const std::string prefix = RandomPath(random).substr(0, 2);
  ModelPaths after = paths(trie);
  switch (random() % 8) {
    case 0:
    case 1:
      return Set(trie, path, RandomValue(random));
    case 2:
      return Copy(other, trie);
    case 3: {
      const auto existing = paths(trie).lower_bound(path);
      return Remove(trie, existing == paths(trie).end() ? path : existing->first);
    }
    case 4:
      if (path.size() < 2) return;  // Would leave too little.
      ModelRemoveBelow(after, path);
      return Add("RemoveBelow", trie, after, [=](Tries& tries) { tries[trie].RemoveBelow(path); });
    case 5:
      return Add("Subtrie", trie, ModelSubtrie(paths(other), prefix),
                 [=](Tries& tries) { tries[trie] = tries[other].Subtrie(prefix); });
    default:
      if (paths(trie).size() + paths(other).size() > 400) return;
      ModelGraft(after, path, ModelSubtrie(paths(other), prefix));
      return Add("Graft", trie, after,
                 [=](Tries& tries) { tries[trie].Graft(path, tries[other].Subtrie(prefix)); });
  }
}

// Mostly a value that neither of them has.
uint64_t BothBits(uint64_t left, uint64_t right) { return left | right; }

void Script::AddRandomAlgebra(std::mt19937_64& random) {
  const size_t a = random() % kTries;
  const size_t b = random() % kTries;
  const size_t to = random() % kTries;
  if (a != b && random() % 2 == 0) {
    // Mostly the same, so that something is left of it, but not everything as it was.
    Copy(a, b);
    for (uint64_t edits = 1 + random() % 8; edits > 0 && !paths(b).empty(); --edits) {
      const auto near = paths(b).lower_bound(RandomPath(random));
      const std::string path = near == paths(b).end() ? paths(b).begin()->first : near->first;
      const size_t edited = random() % 2 == 0 ? a : b;
      random() % 2 == 0 ? Set(edited, path, RandomValue(random)) : Remove(edited, path);
    }
  }
  switch (random() % 9) {
    case 0:
      return Add("Join", to, ModelJoin(paths(a), paths(b), BothBits),
                 [=](Tries& tries) { tries[to] = Join(tries[a], tries[b], BothBits).trie; });
    case 1:
      return Add("Meet", to, ModelMeet(paths(a), paths(b), BothBits),
                 [=](Tries& tries) { tries[to] = Meet(tries[a], tries[b], BothBits).trie; });
    case 2:
      return Add("Subtract", to, ModelSubtract(paths(a), paths(b)),
                 [=](Tries& tries) { tries[to] = Subtract(tries[a], tries[b]).trie; });
    case 3:
      return Add("Restrict", to, ModelRestrict(paths(a), paths(b)),
                 [=](Tries& tries) { tries[to] = Restrict(tries[a], tries[b]).trie; });
    case 4:
      return Add("SymmetricDifference", to, ModelSymmetricDifference(paths(a), paths(b)),
                 [=](Tries& tries) { tries[to] = SymmetricDifference(tries[a], tries[b]).trie; });
    case 5:
      return Add("Difference", to, ModelDifference(paths(a), paths(b)),
                 [=](Tries& tries) { tries[to] = Difference(tries[a], tries[b]); });
    case 6: {
      ModelPaths all;
      for (size_t i = 0; i < kTries; ++i) all = ModelJoin(all, paths(i), BothBits);
      return Add("JoinAll", to, all, [=](Tries& tries) { tries[to] = JoinAll(tries, BothBits); });
    }
    case 7:
      return Add("Merkleize", to, paths(a), [=](Tries& tries) { tries[to] = Merkleize(tries[a]); });
    default:
      return Add("TrieBuilder", to, paths(a), [to, sorted = paths(a)](Tries& tries) {
        TrieBuilder builder;
        for (const auto& [path, value] : sorted) {
          if (!builder.Append(path, value).ok()) std::abort();
        }
        tries[to] = builder.Finish();
      });
  }
}

void Script::AddRandomZipperEdit(std::mt19937_64& random) {
  const size_t trie = random() % kTries;
  const size_t other = random() % kTries;
  // So short that the zipper's own copy of it needs no memory.
  const std::string path = RandomPath(random).substr(0, 3);
  const std::string bytes = RandomPath(random);
  const auto zipper = [trie, path](Tries& tries) {
    WriteZipper at_path(&tries[trie]);
    at_path.Descend(path);
    return at_path;
  };
  const ModelPaths part = ModelSubtrie(paths(trie), path);
  ModelPaths changed;  // What then is at the path.
  std::string name;
  std::function<void(Tries&)> run;
  switch (random() % 6) {
    case 0:
      name = "InsertPrefix";
      ModelGraft(changed, bytes, part);
      run = [=](Tries& tries) { zipper(tries).InsertPrefix(bytes); };
      break;
    case 1:
      name = "RemovePrefix";
      changed = ModelSubtrie(part, bytes);
      if (changed.empty()) changed = part;
      run = [=](Tries& tries) { zipper(tries).RemovePrefix(bytes); };
      break;
    case 2:
      name = "JoinInto";
      changed = ModelJoin(part, paths(other), BothBits);
      run = [=](Tries& tries) { zipper(tries).JoinInto(PathTrie(tries[other]), BothBits); };
      break;
    case 3:
      name = "MeetInto";
      changed = ModelMeet(part, paths(other), BothBits);
      run = [=](Tries& tries) { zipper(tries).MeetInto(PathTrie(tries[other]), BothBits); };
      break;
    case 4:
      name = "Subtract";
      changed = ModelSubtract(part, paths(other));
      run = [=](Tries& tries) { zipper(tries).Subtract(PathTrie(tries[other])); };
      break;
    default:
      name = "TakeSubtrie";
      run = [=](Tries& tries) { zipper(tries).TakeSubtrie(); };
  }
  ModelPaths after = paths(trie);
  ModelGraft(after, path, changed);
  Add("WriteZipper::" + name, trie, std::move(after), std::move(run));
}

// Empty if the tries are sound and hold what the models do.
std::string WhatIsWrong(const Tries& tries, const Models& models) {
  for (size_t i = 0; i < kTries; ++i) {
    if (const absl::Status valid = tries[i].IsValid(); !valid.ok()) return valid.ToString();
    if (std::string other = FirstDifference(tries[i], *models[i]); !other.empty()) return other;
  }
  return "";
}

// Runs the script, in which one operation meets a failure after that many allocations. It may be
// lasting until that operation has given up. Returns false if the script came through without
// meeting it.
bool RunWithFailure(const Script& script, int64_t allocations, bool lasting) {
  Tries tries;
  int64_t left = allocations;
  const Models nothing = NoPaths();
  const Models* before = &nothing;
  for (const Operation& operation : script.operations()) {
    if (left < 0) {  // All is well again.
      operation.run(tries);
      continue;
    }
    bool thrown = false;
    {
      AllocationFailure failure(left, lasting);
      try {
        operation.run(tries);
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      left = failure.left();
    }
    if (left < 0) {
      const std::string where = "allocation " + std::to_string(allocations) + ", operation " +
                                std::to_string(&operation - script.operations().data()) + ", " +
                                operation.name;
      if (thrown) {
        const std::string wrong = WhatIsWrong(tries, *before);
        EXPECT_EQ(wrong, "") << where << ", after the failure";
        operation.run(tries);
      }
      // Some can do without the memory they asked for.
      const std::string wrong = WhatIsWrong(tries, operation.after);
      EXPECT_EQ(wrong, "") << where << (thrown ? ", tried again" : ", which got through");
      if (::testing::Test::HasFailure()) return false;
    }
    before = &operation.after;
  }
  const std::string wrong = WhatIsWrong(tries, NoPaths());
  EXPECT_EQ(wrong, "") << "after allocation " << allocations << " failed";
  return left < 0;
}

TEST(AllocationFailureTest, DroppingATrieNeedsNoMemory) {
  const int64_t live_before = LiveAllocations();
  PathTrie trie;
  for (uint64_t i = 0; i < 20'000; ++i) {
    const std::string path = "item/" + std::to_string(i * 7919) + "/";
    trie.Set(path, i);
    trie.Set(path + "name", ~i);
  }
  // So many that not all are freed at once.
  EXPECT_GT(LiveAllocations(), live_before + static_cast<int64_t>(2 * NodeReaper::kNodesAtOnce));
  {
    const AllocationFailure failure(0, /*lasting=*/true);
    trie.Clear();
  }
  NodeReaper::WaitUntilIdle();
  // The reaper itself may have been made.
  EXPECT_LE(LiveAllocations(), live_before + 10);
}

TEST(AllocationFailureTest, EachAllocationOfAScriptFailsOnce) {
  const uint64_t seed = TestSeed();
  for (uint64_t round = 0; round < 6 && !HasFailure(); ++round) {
    const Script script(seed + round);
    // The script alone must do as its models say.
    Tries tries;
    for (const Operation& operation : script.operations()) {
      operation.run(tries);
      const std::string wrong = WhatIsWrong(tries, operation.after);
      ASSERT_EQ(wrong, "") << operation.name;
    }
    // Either one allocation fails and the next ones succeed, or memory is out for the rest of the
    // operation, so that no way back may need any.
    const bool lasting = round % 2 == 1;
    int64_t allocations = 0;
    const int64_t live_before = LiveAllocations();
    while (RunWithFailure(script, allocations, lasting)) {
      ASSERT_EQ(LiveAllocations(), live_before) << "after allocation " << allocations;
      ++allocations;
    }
    EXPECT_GT(allocations, 150);
  }
}

}  // namespace
}  // namespace pathkb
