#include "server/knowledge_base/generations.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"

namespace pathkb {
namespace {

// The base first, then the others, newest first.
std::vector<SnapshotRecord> RecordsOf(const Manifest& manifest) {
  std::vector<SnapshotRecord> records;
  if (manifest.base.has_value()) records.push_back(*manifest.base);
  records.insert(records.end(), manifest.older.begin(), manifest.older.end());
  return records;
}

absl::Status NoSuchState(std::string_view name, const ReadView& now, const Manifest& manifest) {
  std::string there = fmt::format("{} (now)", now.revision);
  const std::vector<SnapshotRecord> records = RecordsOf(manifest);
  for (size_t i = 0; i < records.size(); ++i) {
    if (i + 1 == Generations::kListedMax) {
      there += fmt::format(" and {} more", records.size() - i);
      break;
    }
    there += fmt::format(
        ", {} ({})", records[i].revision,
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(records[i].created_unix_ms),
                         absl::UTCTimeZone()));
  }
  return absl::NotFoundError(
      fmt::format("there is no state {} to read; there are those of revisions {}", name, there));
}

ReadView ViewOf(std::shared_ptr<const Snapshot> pair) {
  ReadView view;
  view.base_changes = pair->OutsideChanges();
  view.revision = pair->record().revision;
  view.facts = pair->record().facts;
  view.base = std::move(pair);
  return view;
}

}  // namespace

Generations::Generations(FileSystem& files, std::string data_dir,
                         const KnowledgeBase& knowledge_base, PresentManifest present_manifest)
    : files_(files),
      data_dir_(std::move(data_dir)),
      knowledge_base_(knowledge_base),
      present_manifest_(std::move(present_manifest)) {}

absl::StatusOr<ReadView> Generations::AtRevision(uint64_t revision) {
  ReadView now = knowledge_base_.View();
  if (revision == 0 || revision == now.revision) {
    if (open_pairs() != 0) Keep(present_manifest_(), nullptr);
    return now;
  }
  return Find(
      now, [&](const SnapshotRecord& record) { return record.revision == revision; },
      std::to_string(revision));
}

absl::StatusOr<ReadView> Generations::Named(std::string_view name) {
  if (name.empty() || name == "now") return AtRevision(0);
  uint64_t revision = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), revision);
  // No snapshot is of revision 0, which is not to be taken for the newest here.
  if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size() && revision != 0) {
    return AtRevision(revision);
  }
  return Find(
      knowledge_base_.View(), [&](const SnapshotRecord& record) { return record.id == name; },
      fmt::format("\"{}\"", name.substr(0, 100)));
}

absl::StatusOr<ReadView> Generations::Find(const ReadView& now, const Wanted& wanted,
                                           std::string_view name) {
  // Retention may remove a pair between the look at the manifest and its opening; the manifest then
  // says so when it is looked at once more.
  constexpr int kAttempts = 3;
  absl::Status failure;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Manifest manifest = present_manifest_();
    Keep(manifest, nullptr);
    const std::vector<SnapshotRecord> records = RecordsOf(manifest);
    const auto record = std::find_if(records.begin(), records.end(), wanted);
    if (record == records.end()) return NoSuchState(name, now, manifest);
    // The base is open already.
    auto base = std::dynamic_pointer_cast<const Snapshot>(now.base);
    if (base != nullptr && base->record().id == record->id) return ViewOf(std::move(base));
    absl::StatusOr<Pair> pair = Open(manifest, *record);
    if (pair.ok()) return ViewOf(*std::move(pair));
    failure = pair.status();
    if (!absl::IsNotFound(failure)) return failure;
  }
  return absl::DataLossError(
      fmt::format("the manifest names a snapshot that is gone: {}", ToStd(failure.message())));
}

absl::StatusOr<Generations::Pair> Generations::Open(const Manifest& manifest,
                                                    const SnapshotRecord& record) {
  Pair pair;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find_if(open_.begin(), open_.end(), [&](const Pair& open) {
      return open->record().id == record.id;
    });
    if (found != open_.end()) pair = *found;
  }
  if (pair == nullptr) {
    PATHKB_ASSIGN_OR_RETURN(pair, Snapshot::Open(files_, data_dir_, manifest.database_id, record));
  }
  Keep(manifest, pair);
  return pair;
}

void Generations::Keep(const Manifest& manifest, Pair pair) {
  std::list<Pair> let_go;  // Unmapped after the lock is released.
  std::lock_guard<std::mutex> lock(mutex_);
  const auto is_named = [&](const Pair& open) {
    return std::any_of(
        manifest.older.begin(), manifest.older.end(),
        [&](const SnapshotRecord& record) { return record.id == open->record().id; });
  };
  for (auto it = open_.begin(); it != open_.end();) {
    const auto at = it++;
    const bool replaced = pair != nullptr && (*at)->record().id == pair->record().id;
    if (replaced || !is_named(*at)) let_go.splice(let_go.end(), open_, at);
  }
  if (pair != nullptr) open_.push_front(std::move(pair));
  while (open_.size() > kOpenMax) let_go.splice(let_go.end(), open_, std::prev(open_.end()));
  open_count_.store(open_.size());
}

}  // namespace pathkb
