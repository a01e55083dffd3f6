#include "server/knowledge_base/commit_log.h"

#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/directory/file_names.h"

namespace pathkb {
namespace {

// With less than this free, a full log does not try to go on: the next group would fail again.
constexpr uint64_t kHealingBytesMin = uint64_t{64} << 10;

}  // namespace

CommitLog::CommitLog(Options options, FileSystem& files, uint64_t revision)
    : options_(std::move(options)),
      files_(files),
      reserve_(files, options_.data_dir, options_.reserve_bytes),
      revision_(revision),
      durable_revision_(revision) {}

absl::Status CommitLog::Judge(absl::Status status) {
  if (!status.ok() && !absl::IsResourceExhausted(status) && status_.ok()) status_ = status;
  return status;
}

absl::Status CommitLog::BeginSegment(uint64_t first_revision) {
  const std::string name = WalSegmentName(first_revision);
  const std::string path = fmt::format("{}/{}", options_.data_dir, name);
  auto created = WalWriter::Create(files_, path, options_.database_id, first_revision);
  if (absl::IsAlreadyExists(created.status())) {
    // Begun before, by us or by an earlier process, and no commit in it ever counted.
    const std::string tmp_path = fmt::format("{}/{}", options_.data_dir, TmpName(name));
    files_.Remove(tmp_path).IgnoreError();
    created = WalWriter::CreateOver(files_, tmp_path, path, options_.database_id, first_revision);
  }
  PATHKB_RETURN_IF_ERROR(created.status());
  wal_ = *std::move(created);
  return absl::OkStatus();
}

absl::Status CommitLog::TryAppend(absl::Span<const WalRecord> group) {
  if (wal_ == nullptr) PATHKB_RETURN_IF_ERROR(BeginSegment(group.front().revision));
  PATHKB_RETURN_IF_ERROR(wal_->Append(group));
  revision_ = group.back().revision;
  return absl::OkStatus();
}

absl::Status CommitLog::Append(absl::Span<const WalRecord> group) {
  PATHKB_RETURN_IF_ERROR(status_);
  if (group.empty()) return absl::OkStatus();
  if (wal_ != nullptr && wal_->bytes() >= options_.segment_bytes_max) {
    PATHKB_RETURN_IF_ERROR(EndSegment());
  }
  absl::Status status = Judge(TryAppend(group));
  if (!status_.ok() && wal_ != nullptr && wal_->Sync().ok()) {
    // That a write has failed says nothing about those before it, and no sync has failed yet.
    durable_revision_ = revision_;
  }
  if (!absl::IsResourceExhausted(status)) return status;

  // What the segment holds of earlier groups must be durable before another one is begun.
  PATHKB_RETURN_IF_ERROR(EndSegment());
  if (reserve_.held()) {
    spdlog::warn("no room for the log ({}): the reserve file is given up for it",
                 ToStd(status.message()));
    reserve_.GiveUp();
    status = Judge(TryAppend(group));
    if (!absl::IsResourceExhausted(status)) return status;
    PATHKB_RETURN_IF_ERROR(EndSegment());
  }
  if (full_.ok()) spdlog::error("the disk is full: {}", ToStd(status.message()));
  full_ = status;
  return status;
}

absl::Status CommitLog::Sync() {
  PATHKB_RETURN_IF_ERROR(status_);
  if (wal_ != nullptr) PATHKB_RETURN_IF_ERROR(Judge(wal_->Sync()));
  durable_revision_ = revision_;
  return absl::OkStatus();
}

absl::Status CommitLog::EndSegment() {
  PATHKB_RETURN_IF_ERROR(Sync());
  wal_.reset();
  return absl::OkStatus();
}

void CommitLog::Close() {
  if (!EndSegment().ok() || revision_ == 0) return;
  // Whether it is there or not, and why, changes nothing but how much the next start copies.
  const std::string path = fmt::format("{}/{}", options_.data_dir, WalSegmentName(revision_ + 1));
  WalWriter::Create(files_, path, options_.database_id, revision_ + 1).status().IgnoreError();
}

void CommitLog::Heal() {
  if (!status_.ok()) return;
  if (reserve_.missing()) reserve_.Make().IgnoreError();
  if (full_.ok()) return;
  const absl::StatusOr<uint64_t> room = files_.FreeBytes(options_.data_dir);
  if (room.ok() && *room < kHealingBytesMin) return;
  if (wal_ == nullptr && !Judge(BeginSegment(revision_ + 1)).ok()) return;
  spdlog::info("there is room for the log again");
  full_ = absl::OkStatus();
}

}  // namespace pathkb
