#include "storage/tool/diff.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/in_step.h"
#include "core/base/status_macros.h"
#include "storage/tool/hex.h"
#include "storage/tool/key_cursor.h"

namespace pathkb {
namespace {

// One of the two files: a cursor that insists on ascending keys.
class Side {
 public:
  Side(std::string path, std::unique_ptr<KeyCursor> cursor)
      : path_(std::move(path)), cursor_(std::move(cursor)) {}

  absl::Status Next() {
    const bool is_list = cursor_->values() == KeyCursor::Values::kNone;
    if (is_list && has_last_) last_ = cursor_->key();
    PATHKB_ASSIGN_OR_RETURN(at_key_, cursor_->Next());
    // Trees and deltas ascend by themselves.
    if (is_list && at_key_ && has_last_ && cursor_->key() <= last_) {
      return absl::FailedPreconditionError(fmt::format(
          "{}: key {} of the list is not above the one before it; sort it with `pathkb file "
          "convert`",
          path_, cursor_->value().number));
    }
    has_last_ = at_key_;
    return absl::OkStatus();
  }

  bool at_key() const { return at_key_; }
  std::string_view key() const { return cursor_->key(); }
  const KeyCursor& cursor() const { return *cursor_; }

 private:
  const std::string path_;
  const std::unique_ptr<KeyCursor> cursor_;
  bool at_key_ = false;
  bool has_last_ = false;
  std::string last_;
};

void AppendSide(const KeyCursor& cursor, std::string& line) {
  if (cursor.values() == KeyCursor::Values::kNone) return;
  line.push_back('\t');
  AppendKeyValue(cursor.values(), cursor.value(), line);
}

}  // namespace

absl::StatusOr<DiffCounts> DiffFiles(FileSystem& files, const std::string& first_path,
                                     const std::string& second_path, const TextSink& sink,
                                     uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(auto first_cursor, KeyCursor::Open(files, first_path));
  PATHKB_ASSIGN_OR_RETURN(auto second_cursor, KeyCursor::Open(files, second_path));
  Side first(first_path, std::move(first_cursor));
  Side second(second_path, std::move(second_cursor));
  DiffCounts counts;
  const KeyCursor::Values values = first.cursor().values();
  counts.values_compared = values == second.cursor().values() && values != KeyCursor::Values::kNone;

  InStep<Side> keys(first, second);
  std::string line;
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool at_key, keys.Next());
    if (!at_key) break;
    const bool both = keys.in_first() && keys.in_second();
    if (both && (!counts.values_compared || first.cursor().value() == second.cursor().value())) {
      ++counts.equal;
      continue;
    }
    if (counts.removed + counts.added + counts.changed == lines_max) {
      counts.complete = false;
      return counts;
    }
    ++(both ? counts.changed : keys.in_first() ? counts.removed : counts.added);
    const KeyCursor& shown = keys.in_first() ? first.cursor() : second.cursor();
    line = both ? "~ " : keys.in_first() ? "- " : "+ ";
    AppendHex(shown.key(), line);
    AppendSide(shown, line);
    if (both) AppendSide(second.cursor(), line);
    line.push_back('\n');
    if (!sink(line)) {
      counts.complete = false;
      return counts;
    }
  }
  return counts;
}

}  // namespace pathkb
