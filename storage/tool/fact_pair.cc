#include "storage/tool/fact_pair.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/keys.h"
#include "storage/act/act_zipper.h"
#include "storage/tool/file_format.h"
#include "storage/tool/hex.h"
#include "storage/tool/open_file.h"

namespace pathkb {
namespace {

// Null if there is no such file.
absl::StatusOr<std::shared_ptr<const MappedFile>> MapIfThere(FileSystem& files,
                                                             const std::string& path) {
  auto file = MapToRead(files, path);
  if (absl::IsNotFound(file.status())) return nullptr;
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const FactPair>> FactPair::Open(FileSystem& files,
                                                               const std::string& tree_path) {
  std::unique_ptr<FactPair> pair(new FactPair());
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> tree_file,
                          MapToRead(files, tree_path));
  const std::string stem(WithoutEnding(tree_path, ".tree"));
  if (stem == tree_path) {
    PATHKB_ASSIGN_OR_RETURN(pair->tree_, ActReader::Open(tree_file));
    return pair;
  }
  PATHKB_ASSIGN_OR_RETURN(auto sums_file, MapIfThere(files, stem + ".sums"));
  if (sums_file != nullptr) {
    PATHKB_ASSIGN_OR_RETURN(pair->sums_, SumsReader::Open(std::move(sums_file)));
    if (pair->sums_->covered_bytes() != tree_file->bytes().size()) {
      return absl::DataLossError(fmt::format("{}: has {} bytes, {}.sums is for {}", tree_path,
                                             tree_file->bytes().size(), stem,
                                             pair->sums_->covered_bytes()));
    }
    pair->guard_ = std::make_unique<BlockGuard>(tree_file->bytes(), pair->sums_->sums(),
                                                pair->sums_->database_id());
  }
  PATHKB_ASSIGN_OR_RETURN(pair->tree_, ActReader::Open(tree_file, pair->guard_.get()));
  PATHKB_ASSIGN_OR_RETURN(auto terms_file, MapIfThere(files, stem + ".terms"));
  if (terms_file != nullptr) {
    PATHKB_ASSIGN_OR_RETURN(pair->terms_, TermsReader::Open(std::move(terms_file)));
    if (pair->sums_ != nullptr && (pair->sums_->database_id() != pair->terms_->database_id() ||
                                   pair->sums_->revision() != pair->terms_->revision())) {
      return absl::DataLossError(
          fmt::format("{}.terms: is of another database or revision than {}.sums", stem, stem));
    }
  }
  return pair;
}

absl::StatusOr<std::optional<uint64_t>> FactPair::Find(std::string_view path) const {
  return tree_->Find(path);
}

absl::StatusOr<std::string_view> FactPair::FindEntry(uint64_t id, std::string& scratch) const {
  if (id == 0) return std::string_view();
  if (terms_ == nullptr) {
    return absl::DataLossError(fmt::format(
        "{}: refers to entry {}, and there is no .terms beside it", tree_->file_path(), id));
  }
  absl::StatusOr<std::string_view> entry = terms_->Find(id, scratch);
  if (absl::IsNotFound(entry.status())) {
    return absl::DataLossError(fmt::format("{}: refers to entry {}, but its .terms has only {}",
                                           tree_->file_path(), id, terms_->entry_count()));
  }
  return entry;
}

std::unique_ptr<Zipper> FactPair::NewZipper() const { return std::make_unique<ActZipper>(*tree_); }

absl::StatusOr<uint64_t> ForEachFact(
    Zipper& zipper, const EntryBytes& entry_bytes, std::string_view space,
    const std::function<absl::Status(const StoredFact& fact)>& on_fact) {
  const std::string prefix = TermsPrefix(space);
  uint64_t count = 0;
  zipper.Reset();
  if (zipper.Descend(prefix)) {
    while (zipper.NextValueWithin(prefix.size())) {
      const absl::StatusOr<TermKeyParts> parts = SplitTermKey(zipper.path().substr(prefix.size()));
      if (!parts.ok()) {
        return absl::DataLossError(fmt::format("key {} is no fact: {}", HexOf(zipper.path()),
                                               ToStd(parts.status().message())));
      }
      StoredFact fact{parts->encoded_term, parts->name, {}};
      if (const uint64_t value = *zipper.value(); value != 0) {
        PATHKB_ASSIGN_OR_RETURN(fact.entry, entry_bytes(value, zipper.value_layer()));
      }
      PATHKB_RETURN_IF_ERROR(on_fact(fact));
      ++count;
    }
  }
  PATHKB_RETURN_IF_ERROR(zipper.status());
  return count;
}

}  // namespace pathkb
