// Goal: of a pair whose files are damaged or mixed up, every answer is right or an error, and
// Verify() sees each damage. Method: bytes of the .tree, the .terms and the .sums changed in three
// ways, and each file cut; each time the pair is opened, asked for paths that lead through the
// damaged block and for some that were never there, and walked over. Some thousand places of each
// file, by seed, and Verify() for a part of them; with PATHKB_TEST_EVERY_BYTE in the environment
// every byte, every length, and Verify() each time (half an hour). Without its .sums a .tree may
// answer wrongly, but must still end each call, inside its bytes.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "tests/support/test_pairs.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

constexpr int kMasks[] = {0x01, 0x80, 0xFF};

// Paths of a .tree of about 62 KiB, and of about 150 KiB.
constexpr uint64_t kOneBlock = 4500;
constexpr uint64_t kThreeBlocks = 11'000;

bool EveryByte() { return std::getenv("PATHKB_TEST_EVERY_BYTE") != nullptr; }

// How far to go each time for about `tries` of `places`; no multiple of 3, for all ways to occur.
size_t StepOver(size_t places, size_t tries) {
  const size_t step = EveryByte() ? 1 : std::max<size_t>(places / tries, 1);
  return step % 3 == 0 ? step + 1 : step;
}

// A pair that is damaged again and again, and what came of it.
class DamagedPair {
 public:
  DamagedPair(uint64_t paths, const PairOptions& options)
      : seed_(TestSeed()),
        contents_(SomeFacts(paths, seed_)),
        pair_(WritePair(contents_, TestDatabase(), options)),
        files_(pair_),
        random_(seed_) {
    for (const auto& [path, entry] : contents_) paths_.push_back(path);
  }

  const WrittenPair& pair() const { return pair_; }
  HeldPair& files() { return files_; }
  SnapshotRecord& record() { return record_; }

  // The outcomes of Ask(), for a report.
  struct Outcomes {
    uint64_t tries = 0;
    uint64_t refused_at_open = 0;
    uint64_t refused_by_a_call = 0;  // Some call; the others answered right.
    uint64_t all_right = 0;
    uint64_t with_wrong_answers = 0;
    uint64_t verified = 0;
    uint64_t unnoticed = 0;  // By Verify().
    std::string what;        // The first wrong answer.
  };

  // Opens what is there, asks for each of `probes` and walks `steps` values from the first of them
  // on, and verifies if `verify`.
  void Ask(const std::vector<std::string>& probes, int steps, bool verify, Outcomes& outcomes) {
    ++outcomes.tries;
    const auto snapshot = files_.Open(record_);
    Answers answers;
    if (!snapshot.ok()) {
      answers.AddRefused(snapshot.status());
      outcomes.refused_at_open += answers.refused;
    } else {
      for (const std::string& path : probes) AskForPath(**snapshot, contents_, path, answers);
      AskByWalking(**snapshot, contents_, probes[0], steps, answers);
      outcomes.refused_by_a_call += answers.refused > 0 ? 1 : 0;
      outcomes.all_right += answers.refused == 0 && answers.wrong == 0 ? 1 : 0;
      if (verify) {
        ++outcomes.verified;
        outcomes.unnoticed += (*snapshot)->Verify().ok() ? 1 : 0;
      }
    }
    if (answers.wrong > 0 && outcomes.with_wrong_answers++ == 0) outcomes.what = answers.what;
  }

  // Paths that are asked for when `block` of `file` is damaged: some that fail if all of it is
  // wrong, so that each lookup leads through it, and some others, there or not.
  std::vector<std::string> ProbesFor(HeldBytes& file, uint64_t block) {
    const uint64_t start = block * kSumBlockBytes;
    const size_t length = std::min<size_t>(kSumBlockBytes, file.view().size() - start);
    const std::string right(file.view().substr(start, length));
    const auto snapshot = files_.Open(record_);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    std::vector<std::string> probes;
    for (size_t i = 0; i < length; ++i) file[start + i] = static_cast<char>(~right[i]);
    for (int i = 0; i < 2000 && probes.size() < 4; ++i) {
      const std::string& path = paths_[random_() % paths_.size()];
      // With nothing known about any block.
      const auto again = files_.Open(record_);
      if (!again.ok()) break;  // Every call will fail.
      Answers answers;
      AskForPath(**again, contents_, path, answers);
      if (answers.refused > 0) probes.push_back(path);
    }
    for (size_t i = 0; i < length; ++i) file[start + i] = right[i];
    probes.push_back(paths_[random_() % paths_.size()]);
    probes.push_back(paths_[random_() % paths_.size()] + "?");
    probes.push_back("spaces/s/terms/numbers/-1");
    return probes;
  }

  // Changes bytes of `file` in three ways, about `tries` times in all; asks each time, and at each
  // `verify_every`th verifies.
  Outcomes FlipAll(HeldBytes& file, size_t tries, uint64_t verify_every, int steps = 8) {
    Outcomes outcomes;
    if (EveryByte()) verify_every = 1;
    uint64_t probed_block = ~uint64_t{0};
    std::vector<std::string> probes;
    const size_t step = StepOver(3 * file.view().size(), tries);
    for (size_t i = random_() % step; i < 3 * file.view().size(); i += step) {
      const size_t at = i / 3;
      if (at / kSumBlockBytes != probed_block) {
        probed_block = at / kSumBlockBytes;
        probes = ProbesFor(file, probed_block);
      }
      const char right = file[at];
      file[at] = static_cast<char>(right ^ kMasks[i % 3]);
      Ask(probes, steps, outcomes.tries % verify_every == 0, outcomes);
      file[at] = right;
    }
    return outcomes;
  }

  // Cuts `file` at lengths below that of `whole`, about `tries` times in all, and tells `bytes` of
  // the record. Asks and verifies each time.
  Outcomes CutAll(std::unique_ptr<HeldBytes>& file, std::string_view whole, size_t tries,
                  uint64_t* bytes) {
    Outcomes outcomes;
    const std::vector<std::string> probes = ProbesFor(*file, 0);
    const size_t step = StepOver(whole.size(), tries);
    // Of a .sums file, 0 bytes in a record mean that there is none.
    const size_t least = bytes == &record_.sums_bytes ? 1 : 0;
    for (size_t length = least + random_() % step; length < whole.size(); length += step) {
      file = std::make_unique<HeldBytes>(whole.substr(0, length));
      if (bytes != nullptr) *bytes = length;
      Ask(probes, 8, /*verify=*/true, outcomes);
    }
    if (bytes != nullptr) *bytes = whole.size();
    file = std::make_unique<HeldBytes>(whole);
    return outcomes;
  }

 private:
  const uint64_t seed_;
  const PairContents contents_;
  const WrittenPair pair_;
  HeldPair files_;
  SnapshotRecord record_ = pair_.record;
  std::vector<std::string> paths_;
  std::mt19937_64 random_;
};

using Outcomes = DamagedPair::Outcomes;

void Print(const char* what, const Outcomes& outcomes) {
  const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf(
      "%-34s %7llu tries: %7llu refused by Open(), %6llu by a call, %6llu all answers right, "
      "%llu with wrong answers; %llu verified, %llu unnoticed\n",
      what, number(outcomes.tries), number(outcomes.refused_at_open),
      number(outcomes.refused_by_a_call), number(outcomes.all_right),
      number(outcomes.with_wrong_answers), number(outcomes.verified), number(outcomes.unnoticed));
}

// Every damage is found: by Open(), by a call, or else by Verify(); and no answer is wrong.
void ExpectNoneWrong(const char* what, const Outcomes& outcomes) {
  Print(what, outcomes);
  EXPECT_EQ(outcomes.with_wrong_answers, 0u) << outcomes.what;
  EXPECT_EQ(outcomes.unnoticed, 0u);
  EXPECT_EQ(outcomes.refused_at_open + outcomes.refused_by_a_call + outcomes.all_right,
            outcomes.tries);
}

void ExpectAllRefused(const char* what, const Outcomes& outcomes) {
  ExpectNoneWrong(what, outcomes);
  EXPECT_EQ(outcomes.refused_at_open, outcomes.tries);
}

TEST(SnapshotDamage, UndamagedPairsAnswerAll) {
  for (const uint64_t paths : {kOneBlock, kThreeBlocks}) {
    DamagedPair damaged(paths, {.compress_terms = paths == kThreeBlocks});
    std::printf("%d paths: tree %zu, terms %zu, sums %zu bytes\n", static_cast<int>(paths),
                damaged.pair().tree.size(), damaged.pair().terms.size(),
                damaged.pair().sums.size());
    Outcomes outcomes;
    damaged.Ask({"spaces/", "spaces/s/terms/numbers/-1"}, 10'000, /*verify=*/true, outcomes);
    EXPECT_EQ(outcomes.all_right, 1u) << outcomes.what;
    EXPECT_EQ(outcomes.unnoticed, 1u);
  }
}

TEST(SnapshotDamage, EveryByteOfASmallTree) {
  DamagedPair damaged(kOneBlock, {});
  const size_t bytes = damaged.pair().tree.size();
  EXPECT_TRUE(bytes > 56'000 && bytes <= kSumBlockBytes) << bytes;
  ExpectNoneWrong("tree of 64 KiB, changed", damaged.FlipAll(*damaged.files().tree, 50'000, 97));
  ExpectAllRefused("tree of 64 KiB, cut",
                   damaged.CutAll(damaged.files().tree, damaged.pair().tree, 10'000, nullptr));
  ExpectAllRefused("... and the manifest agrees",
                   damaged.CutAll(damaged.files().tree, damaged.pair().tree, 10'000,
                                  &damaged.record().tree_bytes));
}

TEST(SnapshotDamage, EveryByteOfATreeOfThreeBlocks) {
  DamagedPair damaged(kThreeBlocks, {});
  const size_t bytes = damaged.pair().tree.size();
  EXPECT_TRUE(bytes > 2 * kSumBlockBytes + 10'000 && bytes < 3 * kSumBlockBytes) << bytes;
  const Outcomes outcomes = damaged.FlipAll(*damaged.files().tree, 25'000, 97);
  ExpectNoneWrong("tree of 150 KiB, changed", outcomes);
  // The block in the middle is not looked at by Open(), and each of its bytes by some call.
  EXPECT_GT(outcomes.refused_by_a_call, outcomes.tries * 2 / 5);
  EXPECT_EQ(outcomes.all_right, 0u);
  ExpectAllRefused("tree of 150 KiB, cut", damaged.CutAll(damaged.files().tree, damaged.pair().tree,
                                                          10'000, &damaged.record().tree_bytes));
}

TEST(SnapshotDamage, EveryByteOfSums) {
  for (const uint64_t paths : {kOneBlock, kThreeBlocks}) {
    DamagedPair damaged(paths, {});
    ExpectNoneWrong("sums, changed", damaged.FlipAll(*damaged.files().sums, 1000, 1));
    ExpectAllRefused("sums, cut",
                     damaged.CutAll(damaged.files().sums, damaged.pair().sums, 10'000, nullptr));
    ExpectAllRefused("... and the manifest agrees",
                     damaged.CutAll(damaged.files().sums, damaged.pair().sums, 10'000,
                                    &damaged.record().sums_bytes));
  }
}

TEST(SnapshotDamage, EveryByteOfTerms) {
  DamagedPair damaged(kOneBlock, {});
  EXPECT_GT(damaged.pair().terms.size(), kSumBlockBytes);
  ExpectNoneWrong("terms, changed", damaged.FlipAll(*damaged.files().terms, 20'000, 97));
  ExpectAllRefused("terms, cut",
                   damaged.CutAll(damaged.files().terms, damaged.pair().terms, 10'000, nullptr));
  ExpectAllRefused("... and the manifest agrees",
                   damaged.CutAll(damaged.files().terms, damaged.pair().terms, 10'000,
                                  &damaged.record().terms_bytes));
}

TEST(SnapshotDamage, EveryByteOfCompressedTerms) {
  DamagedPair damaged(kOneBlock, {.compress_terms = true});
  ExpectNoneWrong("compressed terms, changed", damaged.FlipAll(*damaged.files().terms, 8'000, 97));
  ExpectAllRefused("compressed terms, cut",
                   damaged.CutAll(damaged.files().terms, damaged.pair().terms, 10'000,
                                  &damaged.record().terms_bytes));
}

// Tables and footer are there, but nothing tells that they are wrong until Verify() makes the
// digest. Answers may be wrong; calls end, and stay in the file.
TEST(SnapshotDamage, ATreeWithoutSumsEndsEachCall) {
  DamagedPair damaged(kOneBlock, {});
  damaged.record().sums_bytes = 0;
  const Outcomes changed = damaged.FlipAll(*damaged.files().tree, 40'000, 97, /*steps=*/64);
  Print("tree without sums, changed", changed);
  EXPECT_EQ(changed.unnoticed, 0u);
  // Else the lookups do not come to the damage, or something else checks the tree.
  EXPECT_GT(changed.with_wrong_answers, 0u);
  EXPECT_GT(changed.refused_at_open + changed.refused_by_a_call, 0u);
  const Outcomes cut = damaged.CutAll(damaged.files().tree, damaged.pair().tree, 10'000,
                                      &damaged.record().tree_bytes);
  Print("tree without sums, cut", cut);
  EXPECT_EQ(cut.unnoticed, 0u);
}

// Opens and, if that succeeds, verifies `files` as what `record` names, but for the sizes.
absl::Status OpenMixed(const WrittenPair& files, SnapshotRecord record, bool verify) {
  HeldPair held(files);
  record.tree_bytes = files.tree.size();
  record.terms_bytes = files.terms.size();
  record.sums_bytes = files.sums.size();
  const auto snapshot = held.Open(record);
  if (snapshot.ok() && verify) return (*snapshot)->Verify();
  return snapshot.status();
}

// Every choice of files of two pairs, each of them sound in itself. The sizes are no help.
TEST(SnapshotDamage, MixedPairsAreRefused) {
  const WrittenPair pair = WritePair(SomeFacts(3000, 1), TestDatabase());
  const DatabaseId other_database = *DatabaseId::FromHex("ff0102030405060708090a0b0c0d0e0f");
  const WrittenPair others[] = {
      // The same facts at another revision, and in another database; other facts.
      WritePair(SomeFacts(3000, 1), TestDatabase(), {.revision = 8}),
      WritePair(SomeFacts(3000, 1), other_database),
      WritePair(SomeFacts(3000, 2), TestDatabase(), {.revision = 8}),
      // Two histories of one database, which only a copy of a data directory can have.
      WritePair(SomeFacts(3000, 2), TestDatabase(), {.revision = 7}),
  };
  EXPECT_EQ(OpenMixed(pair, pair.record, /*verify=*/true), absl::OkStatus());
  int tried = 0;
  for (const WrittenPair& other : others) {
    for (int choice = 1; choice < 8; ++choice) {
      SCOPED_TRACE(testing::Message() << "pair " << &other - others << ", choice " << choice);
      WrittenPair mixed = pair;
      if (choice & 1) mixed.tree = other.tree;
      if (choice & 2) mixed.terms = other.terms;
      if (choice & 4) mixed.sums = other.sums;
      if (mixed.tree == pair.tree && mixed.terms == pair.terms && mixed.sums == pair.sums) continue;
      ++tried;
      // Nothing that Open() looks at tells two .terms of one revision apart.
      const bool same_revision = choice == 2 && &other == &others[3];
      EXPECT_EQ(OpenMixed(mixed, pair.record, same_revision).code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_GE(tried, 20);
}

}  // namespace
}  // namespace pathkb
