#include "storage/terms/terms_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/status_macros.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"

namespace pathkb {
namespace {

constexpr uint64_t kBlockBytes = uint64_t{1} << 20;

}  // namespace

TermsWriter::TermsWriter(WritableFile& file, const DatabaseId& database_id, uint64_t revision,
                         Hash hash)
    : file_(file), hash_(std::move(hash)) {
  std::string header(kTermsMagic);
  AppendU32(kTermsVersion, header);
  AppendU32(0, header);
  header.append(reinterpret_cast<const char*>(database_id.bytes.data()), database_id.bytes.size());
  AppendU64(revision, header);
  Write(header);
}

absl::StatusOr<uint64_t> TermsWriter::Intern(std::string_view entry) {
  if (finished_) return absl::FailedPreconditionError("an entry was added after Finish()");
  PATHKB_RETURN_IF_ERROR(status_);
  const uint64_t new_id = starts_.size();
  auto [found, is_new] = newest_id_of_hash_.try_emplace(hash_(entry), new_id);
  if (!is_new) {
    for (uint64_t id = found->second;;) {
      if (Holds(id, entry)) return id;
      const auto older = older_id_of_same_hash_.find(id);
      if (older == older_id_of_same_hash_.end()) break;
      id = older->second;
    }
    older_id_of_same_hash_[new_id] = std::exchange(found->second, new_id);
  }
  AppendEntry(entry);
  PATHKB_RETURN_IF_ERROR(status_);
  return new_id;
}

absl::StatusOr<TermsTotals> TermsWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  if (const uint64_t rest = entry_bytes() % kBlockBytes; rest > 0) {
    Write({blocks_.back().get(), rest});
  }
  const uint64_t index_offset = file_bytes_;
  std::string out;
  for (uint64_t start : starts_) {
    AppendU64(kTermsHeaderBytes + start, out);
    if (out.size() < kBlockBytes) continue;
    Write(out);
    out.clear();
  }
  const uint64_t file_bytes = file_bytes_ + out.size() + kTermsFooterBytes;
  AppendU64(index_offset, out);
  AppendU64(starts_.size() - 1, out);
  AppendU64(file_bytes, out);
  Write(out);
  out.clear();
  AppendU64(digest_.Digest(), out);
  out += kTermsFooterMagic;
  Write(out);
  PATHKB_RETURN_IF_ERROR(status_);
  return TermsTotals{
      .file_bytes = file_bytes_, .entries = starts_.size() - 1, .digest = digest_.Digest()};
}

bool TermsWriter::Holds(uint64_t id, std::string_view entry) const {
  uint64_t at = starts_[id - 1];
  if (starts_[id] - at != entry.size()) return false;
  while (!entry.empty()) {
    const uint64_t in_block = at % kBlockBytes;
    const uint64_t here = std::min<uint64_t>(entry.size(), kBlockBytes - in_block);
    if (std::memcmp(blocks_[at / kBlockBytes].get() + in_block, entry.data(), here) != 0) {
      return false;
    }
    at += here;
    entry.remove_prefix(here);
  }
  return true;
}

void TermsWriter::AppendEntry(std::string_view entry) {
  uint64_t at = entry_bytes();
  while (!entry.empty()) {
    const uint64_t in_block = at % kBlockBytes;
    if (in_block == 0) blocks_.push_back(std::make_unique<char[]>(kBlockBytes));
    const uint64_t here = std::min<uint64_t>(entry.size(), kBlockBytes - in_block);
    std::memcpy(blocks_.back().get() + in_block, entry.data(), here);
    at += here;
    entry.remove_prefix(here);
    if (at % kBlockBytes == 0) Write({blocks_.back().get(), kBlockBytes});
  }
  starts_.push_back(at);
}

void TermsWriter::Write(std::string_view bytes) {
  if (!status_.ok()) return;
  digest_.Update(bytes);
  file_bytes_ += bytes.size();
  status_ = file_.Append(bytes);
}

}  // namespace pathkb
