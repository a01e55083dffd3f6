#include "storage/file/file_system.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

// A mapping in pieces.
class MappedColdFile final : public ColdFile {
 public:
  explicit MappedColdFile(std::unique_ptr<const MappedFile> file)
      : file_(std::move(file)), rest_(file_->bytes()) {}

  absl::StatusOr<std::string_view> Next() override {
    const std::string_view piece = rest_.substr(0, kPieceBytes);
    rest_.remove_prefix(piece.size());
    return piece;
  }

 private:
  const std::unique_ptr<const MappedFile> file_;
  std::string_view rest_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ColdFile>> FileSystem::OpenCold(const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<const MappedFile> file, Map(path));
  return std::make_unique<MappedColdFile>(std::move(file));
}

}  // namespace pathkb
