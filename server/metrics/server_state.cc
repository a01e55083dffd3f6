#include "server/metrics/server_state.h"

namespace pathkb {

ServerState ReadServerState(const ServerStateSources& sources) {
  ServerState state;
  state.facts = sources.facts;
  state.manifest = sources.snapshots.manifest();
  // Before the revision, so that it is not ahead of that.
  state.durable_revision = sources.commits.durable_revision();
  const ReadView view = sources.knowledge_base.View();
  state.revision = view.revision;
  state.fact_count = view.facts;
  state.working_set_facts = view.working_set_facts;
  state.working_set_bytes = view.working_set_bytes;
  state.working_set_entries = view.entries.entry_count();
  state.working_set_entry_bytes = view.entries.entry_bytes();
  state.working_set_entry_uses = view.entries.entry_uses();
  if (view.base != nullptr) state.base_entry_bytes = view.base->EntryFileBytes();
  state.changes_since_snapshot = sources.snapshots.ChangesSinceSnapshot(view);
  state.snapshot_running = sources.snapshots.running();
  state.write_status = sources.commits.growth_status();
  state.commits = sources.commits.figures();
  state.spaces = sources.commits.space_figures();
  for (const WorkerReport* worker : sources.workers) state.workers.push_back(worker->Get());
  return state;
}

}  // namespace pathkb
