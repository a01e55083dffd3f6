#include "storage/tool/directory_salvage.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/path_parts.h"
#include "storage/tool/log_salvage.h"

namespace pathkb {

std::string DirectorySalvage::Path(std::string_view name) const {
  return JoinPath(directory_, name);
}

std::optional<Manifest> DirectorySalvage::FindManifest() const {
  absl::StatusOr<Manifest> manifest = ReadCurrent(files_, directory_);
  if (manifest.ok()) return *std::move(manifest);
  on_loss_(ProblemOf(Path(kCurrentName), manifest.status()));
  const auto numbers = ListManifests(files_, directory_);
  if (!numbers.ok()) return std::nullopt;
  for (auto number = numbers->rbegin(); number != numbers->rend(); ++number) {
    manifest = ReadManifest(files_, directory_, *number);
    if (!manifest.ok()) {
      on_loss_(ProblemOf(Path(ManifestName(*number)), manifest.status()));
      continue;
    }
    Note(fmt::format("{} is gone by instead", Path(ManifestName(*number))));
    return *std::move(manifest);
  }
  return std::nullopt;
}

std::vector<DirectorySalvage::Candidate> DirectorySalvage::FindCandidates(
    const std::optional<Manifest>& manifest) const {
  std::vector<Candidate> candidates;
  if (manifest.has_value()) {
    if (manifest->base.has_value()) {
      candidates.push_back({manifest->base->id, manifest->base->revision});
    }
    for (const SnapshotRecord& older : manifest->older) {
      candidates.push_back({older.id, older.revision});
    }
    return candidates;
  }
  const auto names = files_.List(Path(kSnapshotsFolder));
  if (!names.ok()) return candidates;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(JoinPath(kSnapshotsFolder, name));
    if (!parsed.has_value() || parsed->kind != FileKind::kSnapshotTree) continue;
    candidates.push_back({parsed->snapshot_id, parsed->snapshot.revision});
  }
  // Names sort by time; the newest of equal revisions is as good as any.
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return a.revision != b.revision ? a.revision > b.revision : a.id > b.id;
  });
  return candidates;
}

absl::Status DirectorySalvage::ReadLog(const std::optional<DatabaseId>& database_id) {
  const auto names = files_.List(Path(kWalFolder));
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  PATHKB_RETURN_IF_ERROR(names.status());
  std::vector<uint64_t> firsts;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(JoinPath(kWalFolder, name));
    if (parsed.has_value()) firsts.push_back(parsed->first_revision);
  }
  std::sort(firsts.begin(), firsts.end());
  LogSalvageSinks sinks;
  sinks.on_note = [&](const std::string& note) { Note(note); };
  for (size_t i = 0; i < firsts.size(); ++i) {
    // A segment ends where the next one begins.
    const uint64_t last_revision = i + 1 < firsts.size() ? firsts[i + 1] - 1 : ~uint64_t{0};
    sinks.on_record = [&](const WalRecord& record) {
      if (record.revision <= last_revision) log_.try_emplace(record.revision, record.payload);
      return absl::OkStatus();
    };
    sinks.on_loss = [&](const FileProblem& problem) {
      log_losses_.push_back({problem, last_revision});
    };
    PATHKB_RETURN_IF_ERROR(SalvageLog(files_, Path(WalSegmentName(firsts[i])), database_id, sinks));
  }
  return absl::OkStatus();
}

void DirectorySalvage::TellLogLosses(uint64_t revision) const {
  const uint64_t reached = ReachedFrom(revision);
  for (const LogLoss& loss : log_losses_) {
    if (loss.last_revision > reached) on_loss_(loss.problem);
  }
  for (const SalvagedDelta& delta : deltas_) {
    if (delta.problem.has_value() && delta.to_revision > reached) on_loss_(*delta.problem);
  }
}

const SalvagedDelta* DirectorySalvage::DeltaFrom(uint64_t revision) const {
  const SalvagedDelta* best = nullptr;
  for (const SalvagedDelta& delta : deltas_) {
    // One that begins earlier says how things are at its end all the same.
    if (delta.problem.has_value() || delta.from_revision > revision) continue;
    if (delta.to_revision <= revision) continue;
    if (best == nullptr || delta.to_revision > best->to_revision) best = &delta;
  }
  return best;
}

uint64_t DirectorySalvage::ReachedFrom(uint64_t revision) const {
  while (true) {
    if (log_.contains(revision + 1)) {
      ++revision;
    } else if (const SalvagedDelta* delta = DeltaFrom(revision)) {
      revision = delta->to_revision;
    } else {
      return revision;
    }
  }
}

uint64_t DirectorySalvage::NextBeginning(uint64_t revision, uint64_t none) const {
  uint64_t next = none;
  const auto record = log_.upper_bound(revision + 1);
  if (record != log_.end()) next = std::min(next, record->first - 1);
  for (const SalvagedDelta& delta : deltas_) {
    if (!delta.problem.has_value() && delta.from_revision > revision) {
      next = std::min(next, delta.from_revision);
    }
  }
  return next;
}

absl::Status DirectorySalvage::AddHistory(uint64_t revision, uint64_t last,
                                          FactCollector& facts) const {
  while (true) {
    const auto record = log_.find(revision + 1);
    if (record != log_.end()) {
      ++revision;
      PATHKB_RETURN_IF_ERROR(
          AddCommit(Path(kWalFolder), WalRecord{revision, 1, record->second}, on_loss_, facts));
    } else if (const SalvagedDelta* delta = DeltaFrom(revision)) {
      PATHKB_RETURN_IF_ERROR(AddDelta(files_, *delta, facts));
      revision = delta->to_revision;
    } else if (revision >= last) {
      return absl::OkStatus();
    } else {
      const uint64_t next = NextBeginning(revision, last);
      on_loss_(FileProblem{Path(kWalFolder), std::nullopt,
                           fmt::format("revisions {} to {} are lost", revision + 1, next)});
      revision = next;
    }
  }
}

absl::StatusOr<PairSalvageTotals> DirectorySalvage::AddTo(FactCollector& facts) {
  PATHKB_ASSIGN_OR_RETURN(const bool has_manifests, files_.Exists(Path(kManifestsFolder)));
  PATHKB_ASSIGN_OR_RETURN(const bool has_snapshots, files_.Exists(Path(kSnapshotsFolder)));
  if (!has_manifests && !has_snapshots) {
    return absl::InvalidArgumentError(fmt::format("{} is not a PathKB data directory", directory_));
  }
  const std::optional<Manifest> manifest = FindManifest();
  const std::vector<Candidate> candidates = FindCandidates(manifest);
  PATHKB_RETURN_IF_ERROR(
      ReadLog(manifest.has_value() ? std::optional(manifest->database_id) : std::nullopt));
  PATHKB_ASSIGN_OR_RETURN(
      deltas_,
      FindDeltas(files_, directory_,
                 manifest.has_value() ? std::optional(manifest->database_id) : std::nullopt));
  // The last revision of which anything is known.
  uint64_t last = log_.empty() ? 0 : log_.rbegin()->first;
  for (const Candidate& candidate : candidates) last = std::max(last, candidate.revision);
  for (const SalvagedDelta& delta : deltas_) last = std::max(last, delta.to_revision);

  const auto pair_of = [&](const Candidate& candidate) {
    return PairSalvage(files_, Path(SnapshotTreeName(candidate.id)), only_certain_, on_loss_);
  };
  for (const Candidate& candidate : candidates) {
    if (!pair_of(candidate).IsSound() || ReachedFrom(candidate.revision) < last) continue;
    if (candidate.id != candidates.front().id) {
      Note(fmt::format("snapshot {} is damaged, and nothing is lost with it: an older one serves",
                       candidates.front().id));
    }
    Note(fmt::format("snapshot {} is sound", candidate.id));
    TellLogLosses(candidate.revision);
    PATHKB_ASSIGN_OR_RETURN(const PairSalvageTotals totals, pair_of(candidate).AddTo(facts));
    PATHKB_RETURN_IF_ERROR(AddHistory(candidate.revision, last, facts));
    return totals;
  }

  for (const Candidate& candidate : candidates) {
    absl::StatusOr<PairSalvageTotals> totals = pair_of(candidate).AddTo(facts);
    if (!totals.ok()) {
      on_loss_(ProblemOf(Path(SnapshotTreeName(candidate.id)), totals.status()));
      continue;
    }
    if (totals->keys == 0 && &candidate != &candidates.back()) continue;
    Note(fmt::format("snapshot {} is taken as far as it can be read", candidate.id));
    TellLogLosses(candidate.revision);
    PATHKB_RETURN_IF_ERROR(AddHistory(candidate.revision, last, facts));
    return *totals;
  }
  TellLogLosses(0);
  PATHKB_RETURN_IF_ERROR(AddHistory(0, last, facts));
  return PairSalvageTotals();
}

}  // namespace pathkb
