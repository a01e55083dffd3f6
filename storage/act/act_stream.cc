// WriteActToStream(): a .tree for what only takes bytes in order.

#include <utility>

#include "absl/status/status.h"

#include "core/base/status_macros.h"
#include "storage/act/act_format.h"
#include "storage/act/act_writer.h"

namespace pathkb {
namespace {

// Takes everything and keeps the root field only.
class RootFieldOnly final : public WritableFile {
 public:
  absl::Status Append(std::string_view) override { return absl::OkStatus(); }
  absl::Status WriteAt(uint64_t, std::string_view bytes) override {
    root_field_ = bytes;
    return absl::OkStatus();
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

  const std::string& root_field() const { return root_field_; }

 private:
  std::string root_field_;
};

// Hands on what is appended, with the known root field in the place of the one that is to come.
class RootFieldFirst final : public WritableFile {
 public:
  RootFieldFirst(WritableFile& stream, std::string root_field)
      : stream_(stream), root_field_(std::move(root_field)) {}

  absl::Status Append(std::string_view bytes) override {
    if (std::exchange(has_header_, true)) return stream_.Append(bytes);
    // The writer's first piece is the header.
    std::string header(bytes);
    header.replace(kActRootFieldOffset, root_field_.size(), root_field_);
    return stream_.Append(header);
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    if (offset == kActRootFieldOffset && bytes == root_field_) return absl::OkStatus();
    return absl::AbortedError("the second walk over the source was not like the first one");
  }
  absl::Status Sync() override { return stream_.Sync(); }
  absl::Status Close() override { return stream_.Close(); }

 private:
  WritableFile& stream_;
  const std::string root_field_;
  bool has_header_ = false;
};

}  // namespace

absl::StatusOr<ActTotals> WriteActToStream(Zipper& zipper, WritableFile& stream,
                                           const ActValueMap& map_value,
                                           const ActWriterOptions& options) {
  RootFieldOnly nothing;
  ActWriterOptions first_options = options;
  first_options.block_sums_of.reset();
  PATHKB_RETURN_IF_ERROR(WriteAct(zipper, nothing, map_value, first_options).status());
  RootFieldFirst in_order(stream, nothing.root_field());
  return WriteAct(zipper, in_order, map_value, options);
}

}  // namespace pathkb
