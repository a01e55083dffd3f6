#include "server/metrics/metrics_text.h"

#include <cstdio>
#include <unistd.h>
#include <utility>
#include <vector>

#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace pathkb {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The families of one answer, in the order in which they are added.
class Families {
 public:
  void Gauge(const char* name, const char* help, double value) {
    Start(name, help, MetricType::Gauge);
    Value({}, value);
  }
  void Counter(const char* name, const char* help, double value) {
    Start(name, help, MetricType::Counter);
    Value({}, value);
  }
  // Begins a family whose values follow, each with its labels.
  void Start(const char* name, const char* help, MetricType type) {
    MetricFamily& family = families_.emplace_back();
    family.name = name;
    family.help = help;
    family.type = type;
  }
  void Value(std::vector<ClientMetric::Label> labels, double value) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
        value;
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

// Bytes of this process in memory; 0 if the system does not tell.
uint64_t ResidentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long pages = 0;
  const int read = std::fscanf(file, "%*u %llu", &pages);
  std::fclose(file);
  return read == 1 ? pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

void AddProcess(const Readiness::Picture& readiness, Families& families) {
  families.Gauge("pathkb_ready", "1 if requests are answered.", readiness.ready ? 1 : 0);
  families.Gauge("process_resident_memory_bytes", "Memory of the process, mapped files included.",
                 static_cast<double>(ResidentBytes()));
}

void AddData(const ServerState& state, Families& families) {
  families.Gauge("pathkb_revision", "The newest commit that reads see.",
                 static_cast<double>(state.revision));
  families.Gauge("pathkb_durable_revision", "The newest commit that is on disk.",
                 static_cast<double>(state.durable_revision));
  families.Gauge("pathkb_facts", "Facts in all spaces.", static_cast<double>(state.fact_count));
  families.Gauge("pathkb_base_facts", "Facts in the base.",
                 static_cast<double>(state.manifest.base ? state.manifest.base->facts : 0));
  families.Gauge("pathkb_working_set_facts", "Facts changed since the base.",
                 static_cast<double>(state.working_set_facts));
  families.Gauge("pathkb_working_set_bytes", "Memory of the working set.",
                 static_cast<double>(state.working_set_bytes));
  families.Gauge("pathkb_changes_since_snapshot", "Inserts, updates and deletes since the base.",
                 static_cast<double>(state.changes_since_snapshot));
  families.Gauge("pathkb_writable", "1 while commits are accepted.",
                 state.write_status.ok() ? 1 : 0);
  families.Gauge("pathkb_snapshots_kept", "Snapshot pairs that the manifest names.",
                 static_cast<double>(state.manifest.older.size() + (state.manifest.base ? 1 : 0)));
  families.Gauge("pathkb_deltas_kept", "Deltas that the manifest names.",
                 static_cast<double>(state.manifest.deltas.size()));
  families.Gauge("pathkb_start_to_ready_seconds", "How long the start took.",
                 absl::ToDoubleSeconds(state.facts.start_to_ready));
}

void AddCommits(const CommitFigures& commits, Families& families) {
  families.Counter("pathkb_commit_batches_total", "Batches answered, refused ones included.",
                   static_cast<double>(commits.batches));
  families.Counter("pathkb_commit_groups_total", "Groups of batches that were written at once.",
                   static_cast<double>(commits.groups));
  families.Counter("pathkb_log_syncs_total", "Times the log was synced.",
                   static_cast<double>(commits.syncs));
  families.Counter("pathkb_log_sync_seconds_total", "Time that took.",
                   absl::ToDoubleSeconds(commits.sync_time));
  families.Gauge("pathkb_log_longest_sync_seconds", "The longest of them.",
                 absl::ToDoubleSeconds(commits.longest_sync));
  families.Counter("pathkb_writer_pauses_total",
                   "Times commits waited for a snapshot to take its view or to be installed.",
                   static_cast<double>(commits.pauses));
  families.Gauge("pathkb_writer_longest_pause_seconds", "The longest of them.",
                 absl::ToDoubleSeconds(commits.longest_pause));
}

// Spaces beyond a bound are counted together, under no name: no space has that one.
void AddSpaces(const std::vector<SpaceFigure>& spaces, Families& families) {
  families.Start("pathkb_space_batches_total", "Batches committed, by space; \"\": all others.",
                 MetricType::Counter);
  for (const SpaceFigure& space : spaces) {
    families.Value({{"space", space.space}}, static_cast<double>(space.batches));
  }
  families.Start("pathkb_space_changes_total", "Facts changed, by space and kind.",
                 MetricType::Counter);
  for (const SpaceFigure& space : spaces) {
    const auto each = [&](const char* kind, uint64_t facts) {
      families.Value({{"space", space.space}, {"change", kind}}, static_cast<double>(facts));
    };
    each("inserted", space.inserted);
    each("updated", space.updated);
    each("deleted", space.deleted);
  }
}

void AddWorkers(const std::vector<WorkerStatus>& workers, Families& families) {
  const auto each = [&](const char* name, const char* help, MetricType type, auto figure) {
    families.Start(name, help, type);
    for (const WorkerStatus& worker : workers) {
      families.Value({{"worker", worker.name}}, static_cast<double>(figure(worker)));
    }
  };
  each("pathkb_worker_running", "1 while the background worker is at work.", MetricType::Gauge,
       [](const WorkerStatus& worker) { return worker.doing.empty() ? 0 : 1; });
  each("pathkb_worker_progress_ratio", "How far it has got, 0 to 1; 0 if nobody can tell.",
       MetricType::Gauge, [](const WorkerStatus& worker) {
         return worker.total == 0
                    ? 0.0
                    : static_cast<double>(worker.done) / static_cast<double>(worker.total);
       });
  each("pathkb_worker_runs_total", "Runs that went well.", MetricType::Counter,
       [](const WorkerStatus& worker) { return worker.runs; });
  each("pathkb_worker_failures_total", "Runs that failed.", MetricType::Counter,
       [](const WorkerStatus& worker) { return worker.failed; });
  each("pathkb_worker_last_run_seconds", "How long the last run took.", MetricType::Gauge,
       [](const WorkerStatus& worker) { return absl::ToDoubleSeconds(worker.last_run); });
  each("pathkb_worker_longest_run_seconds", "How long the longest run took.", MetricType::Gauge,
       [](const WorkerStatus& worker) { return absl::ToDoubleSeconds(worker.longest_run); });
}

}  // namespace

std::string StartingMetricsText(const Readiness::Picture& readiness) {
  Families families;
  AddProcess(readiness, families);
  return families.Text();
}

std::string MetricsText(const Readiness::Picture& readiness, const ServerState& state) {
  Families families;
  AddProcess(readiness, families);
  AddData(state, families);
  AddCommits(state.commits, families);
  AddSpaces(state.spaces, families);
  AddWorkers(state.workers, families);
  return families.Text();
}

}  // namespace pathkb
