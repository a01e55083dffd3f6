#include "storage/tool/test_directory.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "gtest/gtest.h"

#include "core/facts/changes_since.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/posix_file_system.h"
#include "storage/recovery/recovery.h"
#include "storage/snapshot/delta_flush.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/tool/fact_set.h"
#include "storage/tool/fact_text.h"

namespace pathkb {
namespace {

template <typename T>
T Value(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

}  // namespace

TestDirectory::TestDirectory(const std::string& name) : path_(::testing::TempDir() + "/" + name) {
  std::filesystem::remove_all(path_);
  Value(DataDirectory::CreateOrOpen(RealFileSystem(), path_));
}

void TestDirectory::Commit(const std::string& json_lines, const std::string& space) {
  Batch batch;
  batch.space = space;
  FactTextReader reader(FactForm::kJsonLines, json_lines, "test");
  for (auto change = Value(reader.Next()); change.has_value(); change = Value(reader.Next())) {
    batch.changes.push_back(*std::move(change));
  }
  CommitBatch(std::move(batch));
}

void TestDirectory::Commit(Change change, const std::string& space) {
  Batch batch;
  batch.space = space;
  batch.changes.push_back(std::move(change));
  CommitBatch(std::move(batch));
}

void TestDirectory::CommitBatch(Batch batch) {
  ++revision_;
  if (log_ == nullptr) {
    log_ = Value(WalWriter::Create(RealFileSystem(), path_ + "/" + WalSegmentName(revision_),
                                   manifest().database_id, revision_));
  }
  const std::string payload = EncodeBatch(batch);
  const WalRecord record = {revision_, 1, payload};
  const absl::Status status = log_->AppendGroup({&record, 1});
  EXPECT_TRUE(status.ok()) << status;
}

void TestDirectory::Snapshot() {
  FileSystem& files = RealFileSystem();
  const RecoveredState state = Value(Recover(files, path_));
  FactsOverBase content(state.working, state.base.get());
  SnapshotSource source;
  source.zipper = &content.zipper();
  source.entry_bytes = content.entry_bytes();
  source.revision = state.revision;
  source.created_unix_ms = now_unix_ms_ += 1000;
  source.database_id = state.manifest.database_id;
  const SnapshotRecord record = Value(WriteSnapshot(files, path_, source));
  log_.reset();
  Value(PublishSnapshot(files, path_, state.manifest,
                        {.record = record,
                         .number = state.manifest.number + 1,
                         .retention = {.keep_last = 2},
                         .now_unix_ms = now_unix_ms_}));
}

void TestDirectory::Delta() {
  FileSystem& files = RealFileSystem();
  const RecoveredState state = Value(Recover(files, path_));
  DeltaSource source;
  source.changes = ChangesSince(state.working.trie(), state.working_at_delta);
  source.entries = state.working.entries();
  source.database_id = state.manifest.database_id;
  source.from_revision = state.manifest.CoveredRevision();
  source.to_revision = state.revision;
  source.facts = state.facts;
  source.created_unix_ms = now_unix_ms_ += 1000;
  const DeltaRecord record = Value(FlushDelta(files, path_, source));
  log_.reset();
  Value(PublishDelta(files, path_, state.manifest, record, state.manifest.number + 1));
}

Manifest TestDirectory::manifest() const { return Value(ReadCurrent(RealFileSystem(), path_)); }

std::vector<std::string> TestDirectory::Names(const std::string& folder) const {
  std::vector<std::string> names = Value(RealFileSystem().List(path_ + "/" + folder));
  for (std::string& name : names) name = folder + "/" + name;
  return names;
}

std::string TestDirectory::Read(const std::string& name) const {
  return Value(RealFileSystem().ReadFile(path_ + "/" + name, uint64_t{1} << 30));
}

void TestDirectory::Write(const std::string& name, const std::string& bytes) const {
  FileSystem& files = RealFileSystem();
  files.Remove(path_ + "/" + name).IgnoreError();
  auto file = Value(files.Create(path_ + "/" + name));
  EXPECT_TRUE(file->Append(bytes).ok() && file->Close().ok());
}

std::string TestDirectory::Facts(const std::string& space) const {
  const RecoveredState state = Value(Recover(RealFileSystem(), path_));
  FactsOverBase content(state.working, state.base.get());
  std::string text;
  Value(ForEachFact(content.zipper(), content.entry_bytes(), space, [&](const StoredFact& fact) {
    return AppendFactLine(FactForm::kJsonLines, fact.encoded_term, fact.name, fact.entry, text);
  }));
  return text;
}

}  // namespace pathkb
