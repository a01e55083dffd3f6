#include "storage/tool/key_cursor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_zipper.h"
#include "storage/delta/delta_reader.h"
#include "storage/delta/paths_reader.h"
#include "storage/tool/file_format.h"
#include "storage/tool/hex.h"
#include "storage/tool/open_file.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

class TreeCursor final : public KeyCursor {
 public:
  explicit TreeCursor(std::unique_ptr<const ActReader> tree)
      : tree_(std::move(tree)), zipper_(*tree_) {}

  absl::StatusOr<bool> Next() override {
    const bool is_first = std::exchange(is_first_, false);
    if (is_first && zipper_.value().has_value()) return true;
    if (zipper_.NextValue()) return true;
    PATHKB_RETURN_IF_ERROR(zipper_.status());
    return false;
  }
  std::string_view key() const override { return zipper_.path(); }
  KeyValue value() const override { return {.number = zipper_.value().value_or(0)}; }
  Values values() const override { return Values::kNumbers; }

 private:
  const std::unique_ptr<const ActReader> tree_;
  ActZipper zipper_;
  bool is_first_ = true;
};

class PathsCursor final : public KeyCursor {
 public:
  explicit PathsCursor(std::shared_ptr<const MappedFile> file)
      : file_(std::move(file)), rest_(file_->bytes()), reader_(file_->path(), Options()) {}

  absl::StatusOr<bool> Next() override {
    for (;;) {
      PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> path, reader_.Next());
      if (path.has_value()) {
        key_ = *path;
        return true;
      }
      if (rest_.empty()) {
        PATHKB_RETURN_IF_ERROR(reader_.Finish());
        return false;
      }
      const std::string_view piece = rest_.substr(0, kPieceBytes);
      rest_.remove_prefix(piece.size());
      reader_.Feed(piece);
    }
  }
  std::string_view key() const override { return key_; }
  KeyValue value() const override { return {.number = reader_.record_count() - 1}; }
  Values values() const override { return Values::kNone; }

 private:
  static PathsReaderOptions Options() {
    PathsReaderOptions options;
    options.ratio_max = 0;  // Nothing is kept, so nothing can fill the memory.
    return options;
  }

  const std::shared_ptr<const MappedFile> file_;
  std::string_view rest_;
  PathsReader reader_;
  std::string_view key_;
};

class DeltaCursor final : public KeyCursor {
 public:
  explicit DeltaCursor(std::unique_ptr<DeltaReader> delta) : delta_(std::move(delta)) {}

  absl::StatusOr<bool> Next() override {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<DeltaChange> change, delta_->Next());
    if (change.has_value()) change_ = *change;
    return change.has_value();
  }
  std::string_view key() const override { return change_.path; }
  KeyValue value() const override {
    return {.op = static_cast<uint8_t>(change_.op), .number = 0, .entry = change_.entry};
  }
  Values values() const override { return Values::kChanges; }

 private:
  const std::unique_ptr<DeltaReader> delta_;
  DeltaChange change_;
};

std::string_view OpName(DeltaOp op) {
  switch (op) {
    case DeltaOp::kSet:
      return "set";
    case DeltaOp::kDelete:
      return "delete";
    case DeltaOp::kDeleteBelow:
      return "delete-below";
    case DeltaOp::kReplace:
      return "replace";
  }
  return "unknown";
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyCursor>> KeyCursor::Open(FileSystem& files,
                                                           const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  const FileFormat format = FileFormatOf(file->bytes(), path);
  if (format == FileFormat::kTree) {
    PATHKB_ASSIGN_OR_RETURN(auto tree, ActReader::Open(std::move(file)));
    return std::make_unique<TreeCursor>(std::move(tree));
  }
  if (format == FileFormat::kPaths) return std::make_unique<PathsCursor>(std::move(file));
  if (format == FileFormat::kDelta) {
    PATHKB_ASSIGN_OR_RETURN(auto delta, DeltaReader::Open(std::move(file)));
    return std::make_unique<DeltaCursor>(std::move(delta));
  }
  return NotPossible(path, FileFormatName(format), "read as a list of keys");
}

void AppendKeyValue(KeyCursor::Values values, const KeyValue& value, std::string& out) {
  if (values != KeyCursor::Values::kChanges) {
    out += fmt::format("{}", value.number);
    return;
  }
  const DeltaOp op = static_cast<DeltaOp>(value.op);
  out += OpName(op);
  if (!HasEntry(op)) return;
  out.push_back('\t');
  AppendHex(value.entry, out);
}

}  // namespace pathkb
