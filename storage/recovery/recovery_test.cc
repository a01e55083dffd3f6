// A script of commits and snapshots on the crash file system, cut off at every call with every
// choice of what survives: what was acknowledged is recovered, nothing is half there, and recovery
// writes nothing. Then single damages: each gives back everything from elsewhere or says what is
// lost.

#include "storage/recovery/recovery.h"

#include <map>
#include <vector>

#include "gtest/gtest.h"

#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/facts/keys.h"
#include "core/facts/request_table.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

constexpr char kDir[] = "/db";

Batch NumberedBatch(uint64_t revision) {
  Batch batch;
  batch.space = "s";
  for (int i = 0; i < 3; ++i) {
    Change change;
    change.encoded_term = "\xC3r" + std::to_string(revision % 10) + std::to_string(i);
    Entry entry;
    entry.source = std::to_string(revision);
    change.entry = EncodeEntry(entry);
    batch.changes.push_back(change);
  }
  return batch;
}

// Every key with its entry bytes.
std::map<std::string, std::string> Contents(const RecoveredState& state) {
  std::map<std::string, std::string> contents;
  if (state.base != nullptr) {
    const auto zipper = state.base->NewZipper();
    std::string scratch;
    while (zipper->NextValue()) {
      contents[std::string(zipper->path())] = *state.base->FindEntry(*zipper->value(), scratch);
    }
    EXPECT_TRUE(zipper->status().ok());
  }
  for (uint64_t revision = 1; revision <= state.revision; ++revision) {
    for (const Change& change : NumberedBatch(revision).changes) {
      const std::string key = TermKey("s", change.encoded_term, "");
      const auto value = state.working.trie().Find(key);
      if (value.has_value()) contents[key] = state.working.entries().Find(*value);
    }
  }
  return contents;
}

std::map<std::string, std::string> Expected(uint64_t revision) {
  std::map<std::string, std::string> contents;
  for (uint64_t r = 1; r <= revision; ++r) {
    for (const Change& change : NumberedBatch(r).changes) {
      contents[TermKey("s", change.encoded_term, "")] = change.entry;
    }
  }
  return contents;
}

// A writer as the server is one, in small: commits, segments, snapshots, restarts.
class Script {
 public:
  explicit Script(FileSystem& files) : files_(files) {}

  uint64_t acknowledged() const { return acknowledged_; }

  absl::Status Open() {
    wal_.reset();
    directory_ = DataDirectory();
    PATHKB_RETURN_IF_ERROR(files_.CreateDirectory("/"));
    PATHKB_ASSIGN_OR_RETURN(directory_, DataDirectory::CreateOrOpen(files_, kDir));
    PATHKB_ASSIGN_OR_RETURN(state_, Recover(files_, kDir));
    return PrepareForWriting(files_, kDir, state_);
  }

  absl::Status Commit() {
    const uint64_t revision = state_.revision + 1;
    if (wal_ == nullptr) {
      PATHKB_ASSIGN_OR_RETURN(
          wal_, WalWriter::Create(files_, std::string(kDir) + "/" + WalSegmentName(revision),
                                  state_.manifest.database_id, revision));
    }
    Batch batch = NumberedBatch(revision);
    const std::string payload = EncodeBatch(batch);
    const WalRecord record = {revision, 1, payload};
    PATHKB_RETURN_IF_ERROR(wal_->AppendGroup({&record, 1}));
    PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts,
                            state_.working.Apply(batch, state_.base.get()));
    state_.revision = revision;
    state_.facts += counts.inserted;
    acknowledged_ = revision;
    return absl::OkStatus();
  }

  // As the snapshot worker does it: a new segment, the pair, the manifest.
  absl::Status Snapshot() {
    wal_.reset();
    const auto contents = Contents(state_);
    PathTrie trie;
    EntryStore entries;
    for (const auto& [key, entry] : contents) trie.Set(key, entries.Intern(entry));
    ReadZipper zipper(trie);
    SnapshotSource source;
    source.zipper = &zipper;
    source.entry_bytes = [&](uint64_t id, int) -> absl::StatusOr<std::string_view> {
      return entries.Find(id);
    };
    source.revision = state_.revision;
    source.created_unix_ms = static_cast<int64_t>(1000 + state_.revision);
    source.database_id = state_.manifest.database_id;
    PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record, WriteSnapshot(files_, kDir, source));
    Manifest next = state_.manifest;
    ++next.number;
    if (next.base.has_value()) next.older = {*next.base};
    next.wal_first_revision = next.base.has_value() ? next.base->revision + 1 : 1;
    next.base = record;
    PATHKB_RETURN_IF_ERROR(PublishManifest(files_, kDir, next));
    PATHKB_ASSIGN_OR_RETURN(state_.base, Snapshot::Open(files_, kDir, next.database_id, record));
    state_.manifest = next;
    state_.working = WorkingSet();
    return absl::OkStatus();
  }

  absl::Status Run() {
    PATHKB_RETURN_IF_ERROR(Open());
    for (int part = 0; part < 3; ++part) {
      for (int i = 0; i < 3; ++i) PATHKB_RETURN_IF_ERROR(Commit());
      PATHKB_RETURN_IF_ERROR(Snapshot());
      PATHKB_RETURN_IF_ERROR(Commit());
      PATHKB_RETURN_IF_ERROR(Open());
    }
    return Commit();
  }

 private:
  FileSystem& files_;
  DataDirectory directory_;
  RecoveredState state_;
  std::unique_ptr<WalWriter> wal_;
  uint64_t acknowledged_ = 0;
};

// Recovers `files`, which must hold every commit up to `acknowledged` and at most one more.
void CheckRecovered(CrashFileSystem& files, uint64_t acknowledged) {
  // Before the first start was complete there may be nothing yet.
  if (acknowledged == 0 && !*files.Exists(std::string(kDir) + "/CURRENT")) return;
  const auto before = files.AllFiles();
  const auto state = Recover(files, kDir);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(files.AllFiles(), before) << "recovery must not write";
  EXPECT_GE(state->revision, acknowledged);
  EXPECT_LE(state->revision, acknowledged + 1);
  EXPECT_EQ(Contents(*state), Expected(state->revision));
  EXPECT_EQ(state->facts, Expected(state->revision).size());
  // Writing goes on from there.
  Script again(files);
  ASSERT_TRUE(again.Open().ok());
  EXPECT_TRUE(again.Commit().ok());
}

TEST(RecoveryTest, EveryCutLeavesWhatWasAcknowledged) {
  uint64_t states = 0;
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
    Script script(files);
    const bool complete = script.Run().ok();
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? 8 : 1); ++seed) {
        const auto disk = files.AfterPowerCut(keep, n * 100 + seed);
        CheckRecovered(*disk, script.acknowledged());
        ++states;
        ASSERT_FALSE(HasFailure()) << "cut at call " << n << ", keep " << static_cast<int>(keep)
                                   << ", seed " << n * 100 + seed;
      }
    }
    if (complete) break;
  }
  std::printf("%llu states\n", static_cast<unsigned long long>(states));
}

// The process dies between a write and its sync, starts again, goes on, and then the power fails:
// what the second process read from memory only must not be missing before what it wrote.
TEST(RecoveryTest, WhatRecoveryReadIsOnDiskBeforeWritingGoesOn) {
  CrashFileSystem files;
  {
    Script script(files);
    ASSERT_TRUE(script.Run().ok());
    const uint64_t before = files.calls();
    ASSERT_TRUE(script.Commit().ok());
    // The last call of a commit is its sync; the next one is cut off just before it.
    files.FailCall(files.calls() + (files.calls() - before), absl::UnavailableError("killed"));
    EXPECT_FALSE(script.Commit().ok());
  }
  Script again(files);
  ASSERT_TRUE(again.Open().ok());
  ASSERT_TRUE(again.Commit().ok());
  const auto disk = files.AfterPowerCut(CrashKeep::kAll);
  CheckRecovered(*disk, again.acknowledged());
}

// A directory with two snapshots and commits after each, as after a clean end.
std::unique_ptr<CrashFileSystem> FullDirectory(uint64_t& revision) {
  auto files = std::make_unique<CrashFileSystem>();
  Script script(*files);
  EXPECT_TRUE(script.Run().ok());
  revision = script.acknowledged();
  return files->AfterPowerCut(CrashKeep::kSynced);
}

TEST(RecoveryTest, ADamagedNewestSnapshotFallsBackToTheOneBefore) {
  uint64_t revision = 0;
  const auto good = FullDirectory(revision);
  const Manifest manifest = *ReadCurrent(*good, kDir);
  for (const std::string& name :
       {SnapshotTreeName(manifest.base->id), SnapshotTermsName(manifest.base->id),
        SnapshotSumsName(manifest.base->id)}) {
    const std::string path = std::string(kDir) + "/" + name;
    for (const bool remove : {false, true}) {
      const auto files = good->AfterPowerCut(CrashKeep::kAll);
      if (remove) {
        ASSERT_TRUE(files->Remove(path).ok());
      } else {
        files->PutFile(path, files->AllFiles()[path].substr(0, 20));
      }
      const auto state = Recover(*files, kDir);
      ASSERT_TRUE(state.ok()) << state.status();
      EXPECT_EQ(state->revision, revision);
      EXPECT_EQ(Contents(*state), Expected(revision));
      ASSERT_EQ(state->notes.size(), 2u);
      EXPECT_NE(state->notes[0].find(manifest.base->id), std::string::npos);
      // The next snapshot is made over the pair that serves, and the bad files are kept.
      EXPECT_EQ(state->manifest.base, manifest.older[0]);
      ASSERT_TRUE(PrepareForWriting(*files, kDir, *state).ok());
      EXPECT_EQ(files->List(std::string(kDir) + "/quarantine")->size(), remove ? 2u : 3u);
      EXPECT_EQ(Recover(*files, kDir)->revision, revision);
    }
  }
}

// A power cut before the first sync of a new segment may leave in it what lay on the disk before.
TEST(RecoveryTest, ASegmentWithStrangeBytesForAHeaderAndNothingElseHoldsNothing) {
  uint64_t revision = 0;
  const auto files = FullDirectory(revision);
  const std::string path = std::string(kDir) + "/" + WalSegmentName(revision + 1);
  for (const std::string& bytes : {std::string(48, 'x'), std::string(7, 'x')}) {
    files->PutFile(path, bytes);
    const auto state = Recover(*files, kDir);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->revision, revision);
    EXPECT_EQ(state->hollow_segments, std::vector<std::string>{WalSegmentName(revision + 1)});
  }
  files->PutFile(path, std::string(49, 'x'));
  EXPECT_EQ(Recover(*files, kDir).status().code(), absl::StatusCode::kDataLoss);
}

// Writes a segment with a record for each of `revisions`, each synced, or none of them.
void PutSegment(CrashFileSystem& files, const std::vector<uint64_t>& revisions, bool sync,
                const std::string& source = "") {
  const Manifest manifest = *ReadCurrent(files, kDir);
  const std::string path = std::string(kDir) + "/" + WalSegmentName(revisions.front());
  const auto writer = WalWriter::Create(files, path, manifest.database_id, revisions.front());
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (uint64_t revision : revisions) {
    Batch batch = NumberedBatch(revision);
    if (!source.empty()) {
      Entry entry;
      entry.source = source;
      for (Change& change : batch.changes) change.entry = EncodeEntry(entry);
    }
    const std::string payload = EncodeBatch(batch);
    const WalRecord record = {revision, 1, payload};
    ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
    if (sync) ASSERT_TRUE((*writer)->Sync().ok());
  }
}

// An empty data directory, with no writer.
void MakeDirectory(CrashFileSystem& files) {
  ASSERT_TRUE(files.CreateDirectory("/").ok());
  ASSERT_TRUE(DataDirectory::CreateOrOpen(files, kDir).ok());
}

// A write that failed was made again in a new segment: what the old one holds of it does not count.
TEST(RecoveryTest, ASegmentEndsWhereTheNextOneBegins) {
  for (const bool more : {false, true}) {
    CrashFileSystem files;
    MakeDirectory(files);
    PutSegment(files, {1, 2, 3}, true);
    PutSegment(files, {4, 5, 6, 7}, true, "refused");
    PutSegment(files, more ? std::vector<uint64_t>{5, 6, 7, 8} : std::vector<uint64_t>{5}, true);
    // And half a record at the end of the one that was given up.
    const std::string old = std::string(kDir) + "/" + WalSegmentName(4);
    files.PutFile(old, files.AllFiles()[old] + std::string(30, 'x'));
    const auto state = Recover(files, kDir);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->revision, more ? 8u : 5u);
    EXPECT_TRUE(state->notes.empty()) << state->notes[0];
    auto contents = Contents(*state);
    auto expected = Expected(state->revision);
    // Revision 4 itself was acknowledged.
    Entry refused;
    refused.source = "refused";
    for (const Change& change : NumberedBatch(4).changes) {
      expected[TermKey("s", change.encoded_term, "")] = EncodeEntry(refused);
    }
    EXPECT_EQ(contents, expected);
  }
}

// The same when the new segment has come to hold nothing, also after the next start.
TEST(RecoveryTest, ASegmentWithoutRecordsStillCutsOffTheOneBefore) {
  CrashFileSystem files;
  MakeDirectory(files);
  PutSegment(files, {1, 2, 3}, true);
  ASSERT_TRUE(WalWriter::Create(files, std::string(kDir) + "/" + WalSegmentName(3),
                                ReadCurrent(files, kDir)->database_id, 3)
                  .ok());
  for (int start = 0; start < 3; ++start) {
    const auto state = Recover(files, kDir);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->revision, 2u);
    EXPECT_EQ(Contents(*state), Expected(2));
    ASSERT_TRUE(PrepareForWriting(files, kDir, *state).ok());
  }
}

// A sync has failed, so that another one proves nothing, and the process is gone. The next one
// copies what nothing proves, whichever call of that is the last before the power goes; once it has
// succeeded, a power cut takes nothing of what it read.
TEST(RecoveryTest, TheUnprovenEndIsCopied) {
  for (const bool all : {false, true}) {  // The whole segment, or its end.
    for (uint64_t n = 1;; ++n) {
      CrashFileSystem files;
      MakeDirectory(files);
      {
        const std::string path = std::string(kDir) + "/" + WalSegmentName(1);
        const auto writer =
            WalWriter::Create(files, path, ReadCurrent(files, kDir)->database_id, 1);
        ASSERT_TRUE(writer.ok());
        for (uint64_t revision = 1; revision <= 9; ++revision) {
          const std::string payload = EncodeBatch(NumberedBatch(revision));
          const WalRecord record = {revision, 1, payload};
          ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
          if (revision == 5 && !all) ASSERT_TRUE((*writer)->Sync().ok());
        }
        files.FailCall(files.calls() + 1, absl::DataLossError("Input/output error"));
        ASSERT_FALSE((*writer)->Sync().ok());
      }
      files.FailCall(0, absl::OkStatus());
      const auto state = Recover(files, kDir);
      ASSERT_TRUE(state.ok()) << state.status();
      ASSERT_EQ(state->revision, 9u);
      EXPECT_EQ(state->proven_revision, all ? 0u : 5u);
      files.FailCall(files.calls() + n, absl::UnavailableError("power cut"), true);
      const bool done = PrepareForWriting(files, kDir, *state).ok();
      files.FailCall(0, absl::OkStatus());
      // Without a power cut everything is still there, done or not.
      const auto alive = files.AfterPowerCut(CrashKeep::kAll);
      EXPECT_EQ(Recover(*alive, kDir)->revision, 9u);
      for (CrashKeep keep : kAllCrashKeeps) {
        const auto disk = files.AfterPowerCut(keep, n);
        const auto after = Recover(*disk, kDir);
        ASSERT_TRUE(after.ok()) << after.status() << ", cut at call " << n;
        EXPECT_GE(after->revision, done ? 9u : all ? 0u : 5u);
        EXPECT_EQ(Contents(*after), Expected(after->revision));
        ASSERT_TRUE(PrepareForWriting(*disk, kDir, *after).ok());
        EXPECT_EQ(Recover(*disk->AfterPowerCut(CrashKeep::kSynced), kDir)->revision,
                  after->revision);
      }
      if (done) break;
    }
  }
}

// After a clean stop the log proves itself, by the empty segment at its end, and nothing is copied.
TEST(RecoveryTest, AfterACleanStopNothingIsCopied) {
  CrashFileSystem files;
  MakeDirectory(files);
  PutSegment(files, {1, 2, 3}, true);
  const auto unclean = Recover(files, kDir);
  EXPECT_EQ(unclean->proven_revision, 2u);
  ASSERT_TRUE(WalWriter::Create(files, std::string(kDir) + "/" + WalSegmentName(4),
                                ReadCurrent(files, kDir)->database_id, 4)
                  .ok());
  const auto clean = Recover(files, kDir);
  ASSERT_TRUE(clean.ok()) << clean.status();
  EXPECT_EQ(clean->proven_revision, 3u);
  EXPECT_TRUE(clean->notes.empty());
  const size_t before = files.recorded().size();
  ASSERT_TRUE(PrepareForWriting(files, kDir, *clean).ok());
  const auto calls = files.recorded();
  for (size_t i = before; i < calls.size(); ++i) EXPECT_NE(calls[i].operation, "Append");
}

// With no room for the copy, the reserve is given up for it.
TEST(RecoveryTest, TheReserveMakesRoomForTheCopy) {
  for (const bool reserve : {false, true}) {
    CrashFileSystem files;
    MakeDirectory(files);
    PutSegment(files, {1, 2, 3}, false);
    if (reserve) files.PutFile(std::string(kDir) + "/" + std::string(kReserveName), "0000");
    const auto state = Recover(files, kDir);
    ASSERT_TRUE(state.ok());
    files.FailCall(files.calls() + 4, absl::ResourceExhaustedError("No space left on device"));
    const absl::Status prepared = PrepareForWriting(files, kDir, *state);
    EXPECT_EQ(prepared.ok(), reserve) << prepared;
    EXPECT_FALSE(*files.Exists(std::string(kDir) + "/" + std::string(kReserveName)));
    EXPECT_EQ(Recover(files, kDir)->revision, 3u);
  }
}

// Requests are remembered from the log, also where the snapshot holds the first of them.
TEST(RecoveryTest, RequestsAreRemembered) {
  CrashFileSystem files;
  MakeDirectory(files);
  const Manifest manifest = *ReadCurrent(files, kDir);
  const auto writer = WalWriter::Create(files, std::string(kDir) + "/" + WalSegmentName(1),
                                        manifest.database_id, 1);
  ASSERT_TRUE(writer.ok());
  for (uint64_t revision = 1; revision <= 4; ++revision) {
    Batch batch = NumberedBatch(revision);
    if (revision == 3) batch.changes.clear();  // It changed nothing.
    RequestOutcome outcome;
    outcome.counts.inserted = revision;
    batch.request_id = "id " + std::to_string(revision);
    batch.request_outcome = EncodeRequestOutcome(outcome);
    const std::string payload = EncodeBatch(batch);
    const WalRecord record = {revision, 1, payload};
    ASSERT_TRUE((*writer)->AppendGroup({&record, 1}).ok());
  }
  const auto state = Recover(files, kDir);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->facts, 9u);
  ASSERT_EQ(state->requests.size(), 4u);
  for (uint64_t revision = 1; revision <= 4; ++revision) {
    const RequestOutcome* found = state->requests.Find("id " + std::to_string(revision));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->revision, revision);
    EXPECT_EQ(found->counts.inserted, revision);
  }
}

TEST(RecoveryTest, AMissingSegmentIsReported) {
  uint64_t revision = 0;
  const auto good = FullDirectory(revision);
  // The last segment but one: the last begins after it, so there is a gap.
  std::vector<std::string> segments = *good->List(std::string(kDir) + "/wal");
  ASSERT_GE(segments.size(), 2u);
  const std::string missing = segments[segments.size() - 2];
  ASSERT_TRUE(good->Remove(std::string(kDir) + "/wal/" + missing).ok());
  const auto state = Recover(*good, kDir);
  EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss) << state.status();
  EXPECT_NE(state.status().message().find("in no log segment"), std::string::npos)
      << state.status();
}

}  // namespace
}  // namespace pathkb
