#include "storage/tool/fact_set.h"

#include <cstring>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/forked_base.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/tool/open_file.h"
#include "storage/tool/output_file.h"

namespace pathkb {
namespace {

// Facts that are inserted together: what is looked up for each batch is then spread over them.
constexpr size_t kFactsAtOnce = 256;

// Two sums over the same bytes, which begin differently.
class ContentSum {
 public:
  ContentSum() {
    first_.Update("pathkb content 1");
    second_.Update("pathkb content 2");
  }
  // Bytes with their length, so that what follows cannot pass for a part of them.
  void Add(std::string_view bytes) {
    std::string length;
    AppendU64(bytes.size(), length);
    for (ChecksumStream* stream : {&first_, &second_}) {
      stream->Update(length);
      stream->Update(bytes);
    }
  }
  DatabaseId Id() const {
    std::string bytes;
    AppendU64(first_.Digest(), bytes);
    AppendU64(second_.Digest(), bytes);
    DatabaseId id;
    std::memcpy(id.bytes.data(), bytes.data(), id.bytes.size());
    return id;
  }

 private:
  ChecksumStream first_;
  ChecksumStream second_;
};

}  // namespace

absl::Status FactSet::Add(Batch& batch) {
  if (batch.changes.empty()) return absl::OkStatus();
  if (working_.empty() && !index_.empty()) {
    Change& index = *batch.changes.emplace(batch.changes.begin());
    index.kind = Change::Kind::kIndexArguments;
    index.index.begun = index_;
    index.index.whole = index_;
  }
  PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts, working_.Apply(batch, nullptr));
  counts_ += counts;
  batch.changes.clear();
  return absl::OkStatus();
}

absl::Status FactSet::AddFile(FileSystem& files, FactForm form, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  PATHKB_RETURN_IF_ERROR(AddText(form, file->bytes(), path));
  return file->CheckIntact();
}

absl::Status FactSet::AddText(FactForm form, std::string_view text, const std::string& name) {
  FactTextReader reader(form, text, name);
  Batch batch;
  batch.space = space_;
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(std::optional<Change> change, reader.Next());
    if (!change.has_value()) return Add(batch);
    batch.changes.push_back(*std::move(change));
    if (batch.changes.size() == kFactsAtOnce) PATHKB_RETURN_IF_ERROR(Add(batch));
  }
}

FactsOverBase::FactsOverBase(const WorkingSet& working, const FactBase* base)
    : entries_(working.entries()),
      base_(base),
      zipper_(std::make_unique<OverlayZipper>(
          std::make_unique<ReadZipper>(working.trie()),
          base == nullptr ? nullptr : ForkedBase(*base, working.forks()).NewZipper())) {}

absl::StatusOr<std::string_view> FactsOverBase::FindEntry(uint64_t value, int layer) {
  return layer == 1 ? base_->FindEntry(value, scratch_) : entries_.Find(value);
}

absl::StatusOr<DatabaseId> ContentId(Zipper& zipper, const EntryBytes& entry_bytes) {
  ContentSum sum;
  zipper.Reset();
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    sum.Add(zipper.path());
    std::string_view entry;
    if (const uint64_t value = *zipper.value(); value != 0) {
      PATHKB_ASSIGN_OR_RETURN(entry, entry_bytes(value, zipper.value_layer()));
    }
    sum.Add(entry);
  }
  PATHKB_RETURN_IF_ERROR(zipper.status());
  zipper.Reset();
  return sum.Id();
}

absl::StatusOr<SnapshotRecord> WritePair(FileSystem& files, const std::string& stem,
                                         const SnapshotSource& source, bool replace) {
  const auto name_of = [&](std::string_view ending) {
    std::string path = stem + std::string(ending);
    return SnapshotFileName{PartialName(path), path};
  };
  const SnapshotFileNames names = {name_of(".tree"), name_of(".terms"), name_of(".sums")};
  for (const SnapshotFileName* name : {&names.tree, &names.terms, &names.sums}) {
    PATHKB_RETURN_IF_ERROR(CheckMayWrite(files, name->final, replace));
  }
  return WriteSnapshotFiles(files, names, source);
}

}  // namespace pathkb
