#include "storage/tool/key_facts.h"

#include <set>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/copy_mark.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "storage/tool/hex.h"
#include "storage/tool/output_file.h"

namespace pathkb {
namespace {

// The space of a key; empty if the key is no key of PathKB's own.
std::string_view SpaceOf(std::string_view key) {
  std::string_view space = SpacePrefixOf(key);
  if (space.empty()) return space;
  space.remove_prefix(kSpacesPrefix.size());
  space.remove_suffix(1);
  return space;
}

// The only space of a file; empty if there is none.
absl::StatusOr<std::string> OnlySpace(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<KeyCursor> cursor, KeyCursor::Open(files, path));
  constexpr size_t kSpacesShownMax = 10;
  std::set<std::string, std::less<>> spaces;
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more || spaces.size() > kSpacesShownMax) break;
    const std::string_view space = SpaceOf(cursor->key());
    if (!space.empty() && !spaces.contains(space)) spaces.emplace(space);
  }
  if (spaces.size() > 1) {
    return absl::InvalidArgumentError(
        fmt::format("{}: holds several spaces, and none is named: {}{}", path,
                    fmt::join(spaces, ", "), spaces.size() > kSpacesShownMax ? ", ..." : ""));
  }
  return spaces.empty() ? std::string() : *spaces.begin();
}

// The text of the encoded term at the front of `key`, which it is taken off.
absl::StatusOr<std::string> TakeTermText(std::string_view& key,
                                         const std::vector<std::string>& variable_names) {
  const std::string_view whole = key;
  PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(key, variable_names));
  std::string text = PrintTerm(term);
  // Bytes that are no UTF-8 are printed as \x.., which means something else when read.
  if (text.find("\\x") == text.npos && text.find("#\"\"") == text.npos) return text;
  std::string again;
  const absl::StatusOr<Term> parsed = ParseTerm(text);
  if (parsed.ok() && EncodeTerm(*parsed, again).ok() &&
      again == whole.substr(0, whole.size() - key.size())) {
    return text;
  }
  return absl::InvalidArgumentError("a term with bytes that are not UTF-8, which no text can say");
}

// Fills `fact` from a key and the bytes of its entry.
absl::Status FillFact(std::string_view key, std::string_view entry_bytes, KeyFact& fact) {
  PATHKB_ASSIGN_OR_RETURN(Entry entry, DecodeEntry(entry_bytes));
  PATHKB_ASSIGN_OR_RETURN(fact.term, TakeTermText(key, entry.variable_names));
  fact.name = FactNameOf(key);
  fact.confidence = entry.confidence;
  fact.source = std::move(entry.source);
  fact.metadata = std::move(entry.metadata);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyFactReader>> KeyFactReader::Open(FileSystem& files,
                                                                   const std::string& path,
                                                                   const std::string& space) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<KeyCursor> cursor, KeyCursor::Open(files, path));
  if (cursor->values() == KeyCursor::Values::kChanges) {
    return absl::FailedPreconditionError(
        fmt::format("{}: a list of changes and no list of facts", path));
  }
  std::string wanted = space;
  if (wanted.empty()) {
    PATHKB_ASSIGN_OR_RETURN(wanted, OnlySpace(files, path));
  }
  std::unique_ptr<const FactPair> pair;
  if (cursor->values() == KeyCursor::Values::kNumbers && !wanted.empty()) {
    PATHKB_ASSIGN_OR_RETURN(pair, FactPair::Open(files, path));
  }
  return std::unique_ptr<KeyFactReader>(
      new KeyFactReader(std::move(cursor), std::move(pair), std::move(wanted)));
}

absl::StatusOr<bool> KeyFactReader::Next(KeyFact& fact, std::string& wrong) {
  wrong.clear();
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, cursor_->Next());
    if (!more) return false;
    ++keys_;
    std::string_view key = cursor_->key();
    if (!key.starts_with(kSpacesPrefix)) {
      fact = KeyFact();
      absl::StatusOr<std::string> text = TakeTermText(key, {});
      if (!text.ok()) {
        wrong = ToStd(text.status().message());
      } else if (!key.empty()) {
        wrong = fmt::format("{} bytes follow the term {}", key.size(), *text);
      } else {
        fact.term = *std::move(text);
      }
      return true;
    }
    if (!IsTermKey(key) || SpaceOf(key) != space_) continue;
    key.remove_prefix(TermsPrefix(space_).size());
    std::string_view entry;
    if (pair_ != nullptr && cursor_->value().number != 0) {
      if (pair_->terms() == nullptr) {
        wrong = "its entry is in a .terms, which is not there";
        return true;
      }
      PATHKB_ASSIGN_OR_RETURN(entry, pair_->FindEntry(cursor_->value().number, scratch_));
    }
    const absl::Status status = FillFact(key, entry, fact);
    if (!status.ok()) wrong = ToStd(status.message());
    return true;
  }
}

std::string KeyFactReader::KeyInHex() const {
  std::string hex;
  AppendHex(cursor_->key(), hex);
  return hex;
}

absl::Status KeyFactReader::Skip(uint64_t keys) {
  for (; keys > 0; --keys) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, cursor_->Next());
    if (!more) break;
    ++keys_;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RawKeyWriter>> RawKeyWriter::Create(FileSystem& files,
                                                                   const std::string& path,
                                                                   bool tree) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file,
                          CreateOutput(files, path, /*replace=*/true));
  return std::unique_ptr<RawKeyWriter>(new RawKeyWriter(std::move(file), tree));
}

RawKeyWriter::RawKeyWriter(std::unique_ptr<AtomicFile> file, bool tree) : file_(std::move(file)) {
  if (tree) {
    tree_ = std::make_unique<ActWriter>(file_->file());
  } else {
    paths_ = std::make_unique<PathsWriter>(
        [this](std::string_view bytes) { return file_->file().Append(bytes); });
  }
}

absl::StatusOr<bool> RawKeyWriter::Add(std::string_view text) {
  PATHKB_ASSIGN_OR_RETURN(const Term term, ParseTerm(text));
  encoded_.clear();
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, encoded_));
  if (any_ && encoded_ == last_) return false;
  PATHKB_RETURN_IF_ERROR(tree_ != nullptr ? tree_->Add(encoded_, 0) : paths_->Add(encoded_));
  std::swap(encoded_, last_);
  any_ = true;
  return true;
}

absl::Status RawKeyWriter::Commit() {
  if (tree_ != nullptr) {
    PATHKB_RETURN_IF_ERROR(tree_->Finish().status());
  } else {
    PATHKB_RETURN_IF_ERROR(paths_->Finish().status());
  }
  return file_->Commit();
}

absl::Status CheckFactText(std::string_view term, std::string_view name) {
  PATHKB_ASSIGN_OR_RETURN(const Term parsed, ParseTerm(term));
  std::string encoded;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(parsed, encoded));
  return name.empty() ? absl::OkStatus() : CheckFactName(name);
}

}  // namespace pathkb
