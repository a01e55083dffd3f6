// The metrics of a made-up state, line by line as Prometheus parses them.

#include "server/metrics/metrics_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTextTest, BeforeTheDataAreThere) {
  const std::string text = StartingMetricsText(Readiness::Picture());
  EXPECT_THAT(text, HasSubstr("# TYPE pathkb_ready gauge\npathkb_ready 0\n"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
  EXPECT_THAT(text, Not(HasSubstr("process_resident_memory_bytes 0\n")));
  EXPECT_THAT(text, Not(HasSubstr("pathkb_facts")));
}

TEST(MetricsTextTest, EveryFigureOfTheState) {
  Readiness::Picture readiness;
  readiness.ready = true;
  ServerState state;
  state.revision = 12;
  state.durable_revision = 11;
  state.fact_count = 5'000'000;
  state.working_set_facts = 30;
  state.working_set_bytes = 4096;
  state.changes_since_snapshot = 31;
  state.write_status = absl::UnavailableError("the disk is full");
  state.facts.start_to_ready = absl::Milliseconds(25);
  state.commits.batches = 70;
  state.commits.groups = 20;
  state.commits.syncs = 19;
  state.commits.sync_time = absl::Milliseconds(1500);
  state.commits.longest_sync = absl::Milliseconds(250);
  state.commits.pauses = 4;
  state.commits.longest_pause = absl::Milliseconds(2);
  state.spaces = {{"family", 3, 20, 2, 1}, {"", 70, 90, 0, 0}};
  SnapshotRecord base;
  base.facts = 4'999'990;
  state.manifest.base = base;
  state.manifest.older.resize(2);
  state.manifest.deltas.resize(3);
  WorkerStatus worker;
  worker.name = "snapshots";
  worker.doing = "writing";
  worker.done = 1;
  worker.total = 4;
  worker.runs = 8;
  worker.failed = 2;
  worker.last_run = absl::Seconds(3);
  worker.longest_run = absl::Seconds(5);
  state.workers.push_back(worker);

  const std::string text = MetricsText(readiness, state);
  for (const char* line : {"pathkb_ready 1",
                           "pathkb_revision 12",
                           "pathkb_durable_revision 11",
                           "pathkb_facts 5000000",
                           "pathkb_base_facts 4999990",
                           "pathkb_working_set_facts 30",
                           "pathkb_working_set_bytes 4096",
                           "pathkb_changes_since_snapshot 31",
                           "pathkb_writable 0",
                           "pathkb_snapshots_kept 3",
                           "pathkb_deltas_kept 3",
                           "pathkb_start_to_ready_seconds 0.025",
                           "pathkb_commit_batches_total 70",
                           "pathkb_commit_groups_total 20",
                           "pathkb_log_syncs_total 19",
                           "pathkb_log_sync_seconds_total 1.5",
                           "pathkb_log_longest_sync_seconds 0.25",
                           "pathkb_writer_pauses_total 4",
                           "pathkb_space_batches_total{space=\"family\"} 3",
                           "pathkb_space_batches_total{space=\"\"} 70",
                           "pathkb_space_changes_total{space=\"family\",change=\"inserted\"} 20",
                           "pathkb_space_changes_total{space=\"family\",change=\"updated\"} 2",
                           "pathkb_space_changes_total{space=\"family\",change=\"deleted\"} 1",
                           "pathkb_space_changes_total{space=\"\",change=\"inserted\"} 90",
                           "pathkb_writer_longest_pause_seconds 0.002",
                           "pathkb_worker_running{worker=\"snapshots\"} 1",
                           "pathkb_worker_progress_ratio{worker=\"snapshots\"} 0.25",
                           "# TYPE pathkb_worker_runs_total counter",
                           "pathkb_worker_runs_total{worker=\"snapshots\"} 8",
                           "pathkb_worker_failures_total{worker=\"snapshots\"} 2",
                           "pathkb_worker_last_run_seconds{worker=\"snapshots\"} 3",
                           "pathkb_worker_longest_run_seconds{worker=\"snapshots\"} 5"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(line) + "\n"));
  }
}

}  // namespace
}  // namespace pathkb
