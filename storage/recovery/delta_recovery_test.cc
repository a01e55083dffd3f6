// Goal: base, deltas and log together always give back what was there, and where something is
// damaged, either what replaces it does, or recovery says what is at stake. Method: a writer in
// small, which does with random batches of every kind what the server does, keeps the content of
// each revision, and compares it with what recovery finds, sound and damaged.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/changes_since.h"
#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/facts/keys.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/directory/retention.h"
#include "storage/recovery/recovery.h"
#include "storage/snapshot/delta_flush.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Contents = std::map<std::string, std::string>;

constexpr char kDir[] = "/db";

std::unique_ptr<OverlayZipper> ZipperOf(const RecoveredState& state) {
  return std::make_unique<OverlayZipper>(std::make_unique<ReadZipper>(state.working.trie()),
                                         state.base == nullptr ? nullptr : state.base->NewZipper());
}

std::string EntryOf(const RecoveredState& state, uint64_t value, int layer) {
  std::string scratch;
  if (value == 0) return "";
  if (layer == 0) return std::string(state.working.entries().Find(value));
  return std::string(*state.base->FindEntry(value, scratch));
}

// Every key with its entry bytes.
Contents ContentsOf(const RecoveredState& state) {
  Contents contents;
  const auto zipper = ZipperOf(state);
  while (zipper->NextValue()) {
    contents[std::string(zipper->path())] = EntryOf(state, *zipper->value(), zipper->value_layer());
  }
  EXPECT_TRUE(zipper->status().ok()) << zipper->status();
  return contents;
}

Change Set(const std::string& symbol, const std::string& source, const std::string& name = "") {
  Entry entry;
  entry.source = source;
  Change change;
  change.encoded_term = std::string(1, static_cast<char>(0xC0 + symbol.size())) + symbol;
  change.name = name;
  if (!name.empty()) entry.encoded_term = change.encoded_term;
  change.entry = EncodeEntry(entry);
  return change;
}

Batch RandomBatch(std::mt19937_64& random) {
  Batch batch;
  batch.space = random() % 3 == 0 ? "other" : "s";
  for (uint64_t left = 1 + random() % 6; left > 0; --left) {
    const std::string symbol = "x" + std::to_string(random() % 30);
    const std::string name = "n" + std::to_string(random() % 10);
    Change change = Set(symbol, random() % 4 == 0 ? "" : std::to_string(random() % 5),
                        random() % 3 == 0 ? name : "");
    const uint64_t what = random() % 24;
    if (what >= 16) change = {Change::Kind::kDeleteTerm, change.encoded_term, "", ""};
    if (what >= 20) change = {Change::Kind::kDeleteName, "", name, ""};
    if (what == 22) change = {Change::Kind::kDeleteNamesBelow, "", "n1", ""};
    if (what == 23) change = {Change::Kind::kDropSpace, "", "", ""};
    batch.changes.push_back(change);
  }
  return batch;
}

// What the server does to a directory, in small, one step after the other.
class Writer {
 public:
  explicit Writer(CrashFileSystem& files) : files_(files) {
    EXPECT_TRUE(files_.CreateDirectory("/").ok());
  }

  // Starts, as after a kill; checks that all is there.
  void Open() {
    wal_.reset();
    directory_ = DataDirectory();
    auto directory = DataDirectory::CreateOrOpen(files_, kDir);
    ASSERT_TRUE(directory.ok()) << directory.status();
    directory_ = *std::move(directory);
    auto state = Recover(files_, kDir);
    ASSERT_TRUE(state.ok()) << state.status();
    const uint64_t revision_before = state_.revision;
    state_ = *std::move(state);
    mark_ = state_.working_at_delta;
    ASSERT_EQ(state_.revision, revision_before);
    ASSERT_EQ(ContentsOf(state_), by_revision_[state_.revision]);
    ASSERT_EQ(state_.facts, FactsIn(by_revision_[state_.revision]));
    ASSERT_TRUE(PrepareForWriting(files_, kDir, state_).ok());
    RemoveOldFiles(RetentionNeeds::Moment::kStart, nullptr);
  }

  void Commit(Batch batch) {
    const auto counts = state_.working.Apply(batch, state_.base.get());
    ASSERT_TRUE(counts.ok()) << counts.status();
    if (counts->changed() == 0) return;
    const uint64_t revision = ++state_.revision;
    if (wal_ == nullptr) {
      auto wal = WalWriter::Create(files_, Path(WalSegmentName(revision)),
                                   state_.manifest.database_id, revision);
      ASSERT_TRUE(wal.ok()) << wal.status();
      wal_ = *std::move(wal);
    }
    const std::string payload = EncodeBatch(batch);
    const WalRecord record = {revision, 1, payload};
    ASSERT_TRUE(wal_->AppendGroup({&record, 1}).ok());
    by_revision_[revision] = ContentsOf(state_);
    state_.facts = FactsIn(by_revision_[revision]);
  }
  void Commit(const Change& change) { Commit(Batch{"s", {change}}); }

  void Pair(RetentionPolicy retention = {}) {
    wal_.reset();
    now_ms_ += 1000;
    const SnapshotRecord record = WritePair(kDir, now_ms_);
    const Manifest before = state_.manifest;
    Take(PublishSnapshot(files_, kDir, before, {record, before.number + 1, retention, now_ms_}));
    auto base = Snapshot::Open(files_, kDir, before.database_id, record);
    ASSERT_TRUE(base.ok()) << base.status();
    state_.base = *std::move(base);
    state_.working = state_.working.Since(state_.working.trie(), 0);
    mark_ = PathTrie();
    RemoveOldFiles(RetentionNeeds::Moment::kRunning, &before);
  }

  // Nothing happens if nothing changed.
  void Delta() {
    wal_.reset();
    const Manifest before = state_.manifest;
    if (before.CoveredRevision() == state_.revision) return;
    DeltaSource source;
    source.changes = ChangesSince(state_.working.trie(), mark_);
    source.entries = state_.working.entries();
    source.database_id = before.database_id;
    source.from_revision = before.CoveredRevision();
    source.to_revision = state_.revision;
    source.facts = state_.facts;
    source.created_unix_ms = now_ms_ += 1000;
    const auto record = FlushDelta(files_, kDir, source);
    ASSERT_TRUE(record.ok()) << record.status();
    Take(PublishDelta(files_, kDir, before, *record, before.number + 1));
    mark_ = state_.working.trie();
    RemoveOldFiles(RetentionNeeds::Moment::kRunning, &before);
  }

  // Writes a pair of everything into `directory`; it does not count.
  SnapshotRecord WritePair(const std::string& directory, int64_t created_unix_ms) {
    const auto zipper = ZipperOf(state_);
    std::string entry;
    SnapshotSource source;
    source.zipper = zipper.get();
    source.entry_bytes = [&](uint64_t value, int layer) -> absl::StatusOr<std::string_view> {
      entry = EntryOf(state_, value, layer);
      return entry;
    };
    source.revision = state_.revision;
    source.created_unix_ms = created_unix_ms;
    source.database_id = state_.manifest.database_id;
    const auto record = WriteSnapshot(files_, directory, source);
    EXPECT_TRUE(record.ok()) << record.status();
    return record.value_or(SnapshotRecord());
  }

  const RecoveredState& state() const { return state_; }
  const Contents& contents(uint64_t revision) { return by_revision_[revision]; }

 private:
  static std::string Path(const std::string& name) { return std::string(kDir) + "/" + name; }

  static uint64_t FactsIn(const Contents& contents) {
    uint64_t facts = 0;
    for (const auto& [key, entry] : contents) facts += IsTermKey(key) ? 1 : 0;
    return facts;
  }

  void Take(const absl::StatusOr<Manifest>& next) {
    ASSERT_TRUE(next.ok()) << next.status();
    state_.manifest = *next;
  }

  void RemoveOldFiles(RetentionNeeds::Moment moment, const Manifest* previous) {
    const auto names = FilesNotNeeded(files_, kDir, {&state_.manifest, previous, moment, {}});
    ASSERT_TRUE(names.ok()) << names.status();
    ASSERT_TRUE(RemoveFiles(files_, kDir, *names).ok());
  }

  CrashFileSystem& files_;
  DataDirectory directory_;
  RecoveredState state_;
  PathTrie mark_;
  std::unique_ptr<WalWriter> wal_;
  std::map<uint64_t, Contents> by_revision_;
  int64_t now_ms_ = 1'700'000'000'000;
};

uint64_t Seed() {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::string DeltaPath(const DeltaRecord& record) {
  return std::string(kDir) + "/" + DeltaName(record.from_revision, record.to_revision);
}

// Each way to damage a file: gone, cut, one bit flipped.
const std::vector<std::function<void(CrashFileSystem&, const std::string&)>> kDamages = {
    [](CrashFileSystem& files, const std::string& path) { ASSERT_TRUE(files.Remove(path).ok()); },
    [](CrashFileSystem& files, const std::string& path) {
      const std::string bytes = files.AllFiles()[path];
      files.PutFile(path, bytes.substr(0, bytes.size() / 2));
    },
    [](CrashFileSystem& files, const std::string& path) {
      std::string bytes = files.AllFiles()[path];
      ASSERT_GT(bytes.size(), 70u);
      bytes[70] = static_cast<char>(bytes[70] ^ 4);
      files.PutFile(path, bytes);
    }};

// A base of 5 with deltas to 7, 9 and 11 behind it, and one commit in the log. The base before it,
// of 2, has a delta to 4.
void WriteDirectory(CrashFileSystem& files, std::vector<Contents>& by_revision) {
  Writer writer(files);
  writer.Open();
  for (int i = 1; i <= 12; ++i) {
    writer.Commit(Set("x" + std::to_string(i % 5), std::to_string(i)));
    if (i == 6) writer.Commit(Batch{"s", {{Change::Kind::kDropSpace, "", "", ""}}});
    if (i == 2 || i == 5) writer.Pair();
    if (i == 4 || i == 6 || i == 8 || i == 10) writer.Delta();
  }
  ASSERT_EQ(writer.state().revision, 13u);
  for (uint64_t revision = 0; revision <= 13; ++revision) {
    by_revision.push_back(writer.contents(revision));
  }
}

TEST(DeltaRecovery, WhateverWasWrittenIsThereAgain) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 20; ++round) {
    CrashFileSystem files;
    Writer writer(files);
    writer.Open();
    for (int step = 0; step < 120; ++step) {
      switch (random() % 10) {
        case 0:
          writer.Pair({.keep_last = 1 + random() % 3});
          break;
        case 1:
        case 2:
          writer.Delta();
          break;
        case 3:
          writer.Open();
          break;
        default:
          writer.Commit(RandomBatch(random));
      }
      ASSERT_FALSE(HasFailure()) << "round " << round << ", step " << step;
    }
    writer.Open();
  }
}

// Fifty deltas, then everything in one pair: the same bytes as a pair of the same facts that has
// never seen a delta.
TEST(DeltaRecovery, FiftyDeltasAndAPairAreAsAFreshImport) {
  std::mt19937_64 random(Seed());
  CrashFileSystem files;
  Writer writer(files);
  writer.Open();
  writer.Pair();
  for (int delta = 0; delta < 50; ++delta) {
    const uint64_t before = writer.state().revision;
    while (writer.state().revision == before) writer.Commit(RandomBatch(random));
    writer.Delta();
    if (delta % 10 == 9) writer.Open();
  }
  ASSERT_EQ(writer.state().manifest.deltas.size(), 50u);
  const uint64_t revision = writer.state().revision;
  const Contents expected = writer.contents(revision);
  writer.Pair({.keep_last = 1});
  ASSERT_FALSE(HasFailure());
  EXPECT_TRUE(writer.state().manifest.deltas.empty());
  ASSERT_EQ(writer.state().base->Verify(), absl::OkStatus());

  PathTrie trie;
  EntryStore entries;
  for (const auto& [key, entry] : expected) trie.Set(key, entries.Intern(entry));
  ReadZipper zipper(trie);
  SnapshotSource source;
  source.zipper = &zipper;
  source.entry_bytes = [&](uint64_t id, int) -> absl::StatusOr<std::string_view> {
    return entries.Find(id);
  };
  source.revision = revision;
  source.created_unix_ms = 1;
  source.database_id = writer.state().manifest.database_id;
  const auto fresh = WriteSnapshot(files, kDir, source);
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  const SnapshotRecord& compacted = writer.state().base->record();
  EXPECT_EQ(compacted.facts, fresh->facts);
  EXPECT_EQ(compacted.paths, fresh->paths);
  EXPECT_EQ(compacted.entries, fresh->entries);
  EXPECT_EQ(compacted.tree_digest, fresh->tree_digest);
  EXPECT_EQ(compacted.terms_digest, fresh->terms_digest);
  // What the manifest before it names stays until the next one, or the next start.
  writer.Open();
  EXPECT_TRUE(files.List(std::string(kDir) + "/deltas")->empty());
}

TEST(DeltaRecovery, RecoveryWritesNothing) {
  CrashFileSystem files;
  std::vector<Contents> by_revision;
  WriteDirectory(files, by_revision);
  const auto before = files.AllFiles();
  ASSERT_TRUE(Recover(files, kDir).ok());
  EXPECT_EQ(files.AllFiles(), before);
}

TEST(DeltaRecovery, TheLogReplacesADamagedNewestDelta) {
  CrashFileSystem good;
  std::vector<Contents> by_revision;
  WriteDirectory(good, by_revision);
  const DeltaRecord newest = ReadCurrent(good, kDir)->deltas.back();
  for (const auto& damage : kDamages) {
    const auto files = good.AfterPowerCut(CrashKeep::kAll);
    damage(*files, DeltaPath(newest));
    const bool there = *files->Exists(DeltaPath(newest));
    const auto state = Recover(*files, kDir);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->revision, 13u);
    EXPECT_EQ(ContentsOf(*state), by_revision[13]);
    ASSERT_EQ(state->notes.size(), 1u);
    EXPECT_THAT(state->notes[0], HasSubstr(DeltaName(newest.from_revision, newest.to_revision)));
    // The next delta begins where the last good one ends.
    EXPECT_EQ(state->manifest.CoveredRevision(), newest.from_revision);
    ASSERT_TRUE(PrepareForWriting(*files, kDir, *state).ok());
    EXPECT_FALSE(*files->Exists(DeltaPath(newest)));
    EXPECT_EQ(files->List(std::string(kDir) + "/quarantine")->size(), there ? 1u : 0u);
    const auto again = Recover(*files, kDir);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(ContentsOf(*again), by_revision[13]);
  }
}

TEST(DeltaRecovery, ADamagedDeltaWithoutItsLogIsReported) {
  CrashFileSystem good;
  std::vector<Contents> by_revision;
  WriteDirectory(good, by_revision);
  const Manifest manifest = *ReadCurrent(good, kDir);
  ASSERT_EQ(manifest.deltas.size(), 4u);
  const DeltaRecord& record = manifest.deltas[1];
  for (const auto& damage : kDamages) {
    const auto files = good.AfterPowerCut(CrashKeep::kAll);
    damage(*files, DeltaPath(record));
    const auto before = files->AllFiles();
    const absl::Status status = Recover(*files, kDir).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    const std::string message(status.message());
    EXPECT_THAT(message, HasSubstr(DeltaName(record.from_revision, record.to_revision)));
    EXPECT_THAT(message, HasSubstr("What revisions 6 to 7 changed"));
    EXPECT_THAT(message, HasSubstr("pathkb file salvage"));
    EXPECT_EQ(files->AllFiles(), before);
  }
}

// Every bit of a delta flipped, one after the other, whether or not there is log for it.
TEST(DeltaRecovery, NoFlippedBitOfADeltaIsBelieved) {
  CrashFileSystem good;
  std::vector<Contents> by_revision;
  WriteDirectory(good, by_revision);
  const Manifest manifest = *ReadCurrent(good, kDir);
  for (const size_t which : {1, 3}) {
    const std::string path = DeltaPath(manifest.deltas[which]);
    const std::string bytes = good.AllFiles()[path];
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      good.PutFile(path, flipped);
      const auto state = Recover(good, kDir);
      ASSERT_EQ(state.ok(), which == 3) << state.status() << " byte " << at;
      if (state.ok()) ASSERT_EQ(ContentsOf(*state), by_revision[13]) << at;
    }
    good.PutFile(path, bytes);
  }
  EXPECT_TRUE(Recover(good, kDir)->notes.empty());
}

TEST(DeltaRecovery, ADamagedBaseFallsBackThroughTheDeltasOfBoth) {
  CrashFileSystem good;
  std::vector<Contents> by_revision;
  WriteDirectory(good, by_revision);
  const Manifest manifest = *ReadCurrent(good, kDir);
  ASSERT_EQ(manifest.older.size(), 1u);
  for (const auto& damage : kDamages) {
    const auto files = good.AfterPowerCut(CrashKeep::kAll);
    damage(*files, std::string(kDir) + "/" + SnapshotTermsName(manifest.base->id));
    auto state = Recover(*files, kDir);
    // Opening takes constant time, so that one flipped bit shows only where it is read.
    if (state.ok() && state->notes.empty()) continue;
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->manifest.base, manifest.older[0]);
    EXPECT_EQ(state->revision, 13u);
    EXPECT_EQ(ContentsOf(*state), by_revision[13]);
    EXPECT_EQ(state->facts, 5u);
    EXPECT_EQ(CheckManifest(state->manifest), absl::OkStatus());
    EXPECT_THAT(state->damaged_files, Contains(SnapshotTermsName(manifest.base->id)));
    ASSERT_TRUE(PrepareForWriting(*files, kDir, *state).ok());
    EXPECT_EQ(ContentsOf(*Recover(*files, kDir)), by_revision[13]);
    // And if what leads from the one to the other is damaged too, that is said.
    const auto bad = files->AfterPowerCut(CrashKeep::kAll);
    ASSERT_TRUE(bad->Remove(std::string(kDir) + "/" + WalSegmentName(5)).ok());
    const absl::Status status = Recover(*bad, kDir).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(WalSegmentName(5)));
  }
}

TEST(DeltaRecovery, WithoutAnOlderSnapshotTheWholeLogServes) {
  CrashFileSystem files;
  Contents expected;
  SnapshotRecord base;
  {
    Writer writer(files);
    writer.Open();
    writer.Commit(Set("a", "1"));
    writer.Delta();
    writer.Commit(Set("b", "2"));
    writer.Pair();
    writer.Commit(Set("a", "3"));
    expected = writer.contents(3);
    base = *writer.state().manifest.base;
  }
  ASSERT_TRUE(files.Remove(std::string(kDir) + "/" + SnapshotTreeName(base.id)).ok());
  const auto state = Recover(files, kDir);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->base, nullptr);
  EXPECT_EQ(ContentsOf(*state), expected);
  EXPECT_EQ(state->facts, 2u);
  EXPECT_THAT(state->notes, Contains(HasSubstr("the log alone")));
}

TEST(DeltaRecovery, WithNothingToFallBackToThatIsSaid) {
  CrashFileSystem files;
  SnapshotRecord base;
  {
    Writer writer(files);
    writer.Open();
    writer.Commit(Set("a", "1"));
    writer.Pair();
    writer.Commit(Set("b", "2"));
    writer.Pair({.keep_last = 1});
    base = *writer.state().manifest.base;
  }
  ASSERT_TRUE(files.Remove(std::string(kDir) + "/" + SnapshotTreeName(base.id)).ok());
  const absl::Status status = Recover(files, kDir).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("What revisions 1 to 2 changed"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("pathkb file salvage /db -o OUT"));
}

// A delta of another database, or of other revisions, under the right name and with the right
// digest.
TEST(DeltaRecovery, ADeltaThatBelongsElsewhereIsRefused) {
  CrashFileSystem files;
  std::vector<Contents> by_revision;
  WriteDirectory(files, by_revision);
  Manifest manifest = *ReadCurrent(files, kDir);
  DeltaSource source;
  source.changes.Set("spaces/s/terms/\xC1q", 0);
  source.database_id = manifest.database_id;
  DeltaRecord& newest = manifest.deltas.back();
  for (const bool other_database : {false, true}) {
    source.from_revision = newest.from_revision + (other_database ? 0 : 1);
    source.to_revision = newest.to_revision + (other_database ? 0 : 1);
    if (other_database) source.database_id = DatabaseId::Random();
    const auto written = FlushDelta(files, kDir, source);
    ASSERT_TRUE(written.ok()) << written.status();
    if (!other_database) files.PutFile(DeltaPath(newest), files.AllFiles()[DeltaPath(*written)]);
    newest.bytes = written->bytes;
    newest.digest = written->digest;
    ++manifest.number;
    ASSERT_TRUE(PublishManifest(files, kDir, manifest).ok());
    const absl::Status status = Recover(files, kDir).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(DeltaPath(newest)));
  }
}

}  // namespace
}  // namespace pathkb
