// One picture of how the server is, for the status call and for the metrics.

#ifndef PATHKB_SERVER_METRICS_SERVER_STATE_H_
#define PATHKB_SERVER_METRICS_SERVER_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/background/snapshot_worker.h"
#include "server/background/worker_report.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"
#include "storage/directory/manifest.h"

namespace pathkb {

// What is known about the server once it is up; never changes afterwards.
struct ServerFacts {
  std::string version;
  std::string data_dir;
  absl::Time started;
  absl::Duration start_to_ready;
  std::vector<std::string> recovery_notes;
};

// A value type. The parts are read one after the other, so figures of different parts may be a
// moment apart.
struct ServerState {
  ServerFacts facts;
  uint64_t revision = 0;           // The newest commit that reads see.
  uint64_t durable_revision = 0;   // The newest that is on disk.
  uint64_t fact_count = 0;         // In all spaces.
  uint64_t working_set_facts = 0;  // Changed since the base.
  uint64_t working_set_bytes = 0;  // In memory, about.
  uint64_t working_set_entries = 0;
  uint64_t working_set_entry_bytes = 0;
  uint64_t working_set_entry_uses = 0;  // See EntryView::entry_uses().
  uint64_t base_entry_bytes = 0;        // In its file.
  uint64_t changes_since_snapshot = 0;
  bool snapshot_running = false;
  absl::Status write_status;  // OK while facts can be added; else why not, for now or for good.
  CommitFigures commits;      // Of the commit queue.
  std::vector<SpaceFigure> spaces;
  Manifest manifest;  // The one that counts.
  std::vector<WorkerStatus> workers;
};

// Where the picture is taken from; all of it is borrowed.
struct ServerStateSources {
  const ServerFacts& facts;
  const KnowledgeBase& knowledge_base;
  const CommitQueue& commits;
  const SnapshotWorker& snapshots;
  std::vector<const WorkerReport*> workers;
};

// Takes it. Constant time, whatever the size of the data; any thread.
ServerState ReadServerState(const ServerStateSources& sources);

}  // namespace pathkb

#endif  // PATHKB_SERVER_METRICS_SERVER_STATE_H_
