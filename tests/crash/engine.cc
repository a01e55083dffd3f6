#include "tests/crash/engine.h"

#include <future>
#include <utility>

#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "server/knowledge_base/first_view.h"
#include "tests/crash/model.h"

namespace pathkb {

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(FileSystem& files, const std::string& data_dir,
                                                     const Clock& clock,
                                                     const EngineOptions& options) {
  spdlog::set_level(spdlog::level::off);
  PATHKB_ASSIGN_OR_RETURN(OpenedDirectory opened, OpenForWriting(files, data_dir));
  RecoveredState& recovered = opened.recovered;
  std::unique_ptr<Engine> engine(new Engine);
  engine->notes_ = recovered.notes;
  engine->knowledge_base_ = std::make_unique<KnowledgeBase>(FirstView(recovered));
  CommitQueue::Options commit_options;
  commit_options.data_dir = data_dir;
  commit_options.database_id = recovered.manifest.database_id;
  commit_options.segment_bytes_max = options.segment_bytes_max;
  commit_options.reserve_bytes = options.reserve_bytes;
  commit_options.index_of_new_spaces = *IndexedArguments::FromText(kModelIndex);
  commit_options.clock = &clock;
  engine->commits_ =
      std::make_unique<CommitQueue>(commit_options, files, *engine->knowledge_base_,
                                    std::move(recovered.working), std::move(recovered.requests));
  SnapshotWorker::Options snapshot_options;
  snapshot_options.data_dir = data_dir;
  snapshot_options.server_version = "test";
  snapshot_options.interval = absl::ZeroDuration();
  snapshot_options.max_changes = 0;
  snapshot_options.working_set_high_bytes = 0;
  engine->snapshots_ = std::make_unique<SnapshotWorker>(
      snapshot_options, files, clock, *engine->knowledge_base_, *engine->commits_,
      recovered.manifest, recovered.working_at_delta);
  engine->directory_ = std::move(opened.directory);
  return engine;
}

Engine::~Engine() {
  if (snapshots_ != nullptr) snapshots_->Stop();
  if (commits_ != nullptr) commits_->Stop();
}

absl::StatusOr<pathkb::Commit> Engine::Commit(Batch batch) {
  // Shared, for the other thread may still be leaving set_value() when this one has its answer.
  const auto done = std::make_shared<std::promise<absl::StatusOr<pathkb::Commit>>>();
  commits_->Submit(std::move(batch), [done](absl::StatusOr<pathkb::Commit> commit) {
    done->set_value(std::move(commit));
  });
  return done->get_future().get();
}

absl::StatusOr<SnapshotWorker::Result> Engine::Snapshot() {
  const auto done = std::make_shared<std::promise<absl::StatusOr<SnapshotWorker::Result>>>();
  snapshots_->Request(std::nullopt, [done](const absl::StatusOr<SnapshotWorker::Result>& result) {
    done->set_value(result);
  });
  return done->get_future().get();
}

absl::StatusOr<SnapshotWorker::Result> Engine::WriteWhatIsDue() {
  const ReadView view = View();
  const Manifest manifest = snapshots_->manifest();
  SnapshotFigures figures;
  figures.changes = snapshots_->ChangesSinceSnapshot(view);
  figures.changes_since_base = view.working_set_facts;
  figures.base_facts = manifest.base.has_value() ? manifest.base->facts : 0;
  for (const DeltaRecord& delta : manifest.deltas) {
    if (manifest.base.has_value() && delta.from_revision >= manifest.base->revision) {
      ++figures.deltas;
    }
  }
  return KindToWrite(SnapshotRules(), figures) == SnapshotKind::kPair ? Snapshot() : Delta();
}

absl::StatusOr<SnapshotWorker::Result> Engine::Delta() {
  const auto done = std::make_shared<std::promise<absl::StatusOr<SnapshotWorker::Result>>>();
  snapshots_->RequestDelta(
      [done](const absl::StatusOr<SnapshotWorker::Result>& result) { done->set_value(result); });
  return done->get_future().get();
}

}  // namespace pathkb
