#include "storage/tool/fact_text.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/term.h"
#include "core/term/utf8.h"
#include "storage/tool/json_text.h"

namespace pathkb {
namespace {

// The change that inserts a fact; `entry` has what is known of it but its term.
absl::StatusOr<Change> ChangeOf(const Term& term, std::string name, Entry entry) {
  Change change;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, change.encoded_term, &entry.variable_names));
  if (!name.empty()) {
    PATHKB_RETURN_IF_ERROR(CheckFactName(name));
    change.name = std::move(name);
    entry.encoded_term = change.encoded_term;
  }
  change.entry = EncodeEntry(entry);
  return change;
}

absl::Status TakeMetadata(JsonCursor& json, Entry& entry) {
  bool first = true;
  std::string key;
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, json.NextMember(first, key));
    if (!more) return absl::OkStatus();
    PATHKB_ASSIGN_OR_RETURN(entry.metadata[key], json.TakeString());
  }
}

// What a comment that is a note on the next fact begins with.
constexpr std::string_view kNoteMark = ";@ ";

// A fact as JSON has it.
struct JsonFact {
  std::optional<std::string> term_text;
  std::string name;
  Entry entry;
};

absl::StatusOr<JsonFact> ParseJsonFact(std::string_view line) {
  JsonCursor json(line);
  JsonFact fact;
  auto& [term_text, name, entry] = fact;
  bool first = true;
  std::string key;
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, json.NextMember(first, key));
    if (!more) break;
    if (key == "fact") {
      PATHKB_ASSIGN_OR_RETURN(term_text, json.TakeString());
    } else if (json.TakeNull()) {
      continue;  // As if it were not there.
    } else if (key == "name") {
      PATHKB_ASSIGN_OR_RETURN(name, json.TakeString());
    } else if (key == "confidence") {
      PATHKB_ASSIGN_OR_RETURN(entry.confidence, json.TakeNumber());
      if (!(entry.confidence >= 0 && entry.confidence <= 1)) {
        return absl::InvalidArgumentError(
            fmt::format("confidence {}: must be between 0 and 1", entry.confidence));
      }
    } else if (key == "source") {
      PATHKB_ASSIGN_OR_RETURN(entry.source, json.TakeString());
    } else if (key == "metadata") {
      PATHKB_RETURN_IF_ERROR(TakeMetadata(json, entry));
    } else {
      PATHKB_RETURN_IF_ERROR(json.SkipValue());
    }
  }
  PATHKB_RETURN_IF_ERROR(json.Finish());
  return fact;
}

absl::StatusOr<Change> ParseFactLine(std::string_view line) {
  PATHKB_ASSIGN_OR_RETURN(JsonFact fact, ParseJsonFact(line));
  if (!fact.term_text.has_value()) {
    return absl::InvalidArgumentError("there is no member \"fact\"");
  }
  PATHKB_ASSIGN_OR_RETURN(const Term term, ParseTerm(*fact.term_text));
  return ChangeOf(term, std::move(fact.name), std::move(fact.entry));
}

// The same error about a place in a file.
absl::Status InFile(std::string_view place, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", place, ToStd(status.message())));
}

}  // namespace

absl::Status AppendFactLine(FactForm form, std::string_view encoded_term, std::string_view name,
                            std::string_view entry_bytes, std::string& out) {
  PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(entry_bytes));
  PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(encoded_term, entry.variable_names));
  if (form == FactForm::kMetta) {
    out += PrintTerm(term);
    out.push_back('\n');
    return absl::OkStatus();
  }
  out += "{\"fact\":";
  AppendJsonString(PrintTerm(term), out);
  out += ",\"name\":";
  AppendJsonString(name, out);
  out += ",\"confidence\":";
  AppendJsonNumber(entry.confidence, out);
  out += ",\"source\":";
  AppendJsonString(entry.source, out);
  out += ",\"metadata\":{";
  bool first = true;
  for (const auto& [key, value] : entry.metadata) {
    if (!std::exchange(first, false)) out.push_back(',');
    AppendJsonString(key, out);
    out.push_back(':');
    AppendJsonString(value, out);
  }
  out += "}}\n";
  return absl::OkStatus();
}

FactTextReader::FactTextReader(FactForm form, std::string_view text, std::string file)
    : form_(form), file_(std::move(file)), text_(text), rest_(text), terms_(text) {}

absl::StatusOr<std::optional<Change>> FactTextReader::Next() {
  return form_ == FactForm::kMetta ? NextTerm() : NextLine();
}

absl::StatusOr<std::optional<std::string_view>> FactTextReader::FindNote(
    std::string_view text) const {
  std::optional<std::string_view> note;
  if (text.data() == text_.data() && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    if (text[0] == ';') {
      std::string_view comment = text.substr(0, text.find('\n'));
      text.remove_prefix(comment.size());
      if (!comment.starts_with(kNoteMark)) continue;
      if (note.has_value()) return absl::InvalidArgumentError("a note has no fact behind it");
      comment.remove_prefix(kNoteMark.size());
      note = comment;
      continue;
    }
    const Utf8Character character = DecodeUtf8(text, 0);
    if (character.bytes == 0 || !IsBlank(character.code)) break;
    text.remove_prefix(character.bytes);
  }
  return note;
}

absl::StatusOr<std::optional<Change>> FactTextReader::NextTerm() {
  const std::string_view before = text_.substr(terms_.offset());
  const absl::StatusOr<std::optional<Term>> term = terms_.Next();
  if (!term.ok()) return InFile(file_, term.status());
  const auto failed = [&](const absl::Status& status) {
    return InFile(fmt::format("{}: the term that ends at byte {}", file_, terms_.offset()), status);
  };
  const absl::StatusOr<std::optional<std::string_view>> note = FindNote(before);
  if (!note.ok()) return failed(note.status());
  if (!term->has_value()) {
    if (!note->has_value()) return std::nullopt;
    return failed(absl::InvalidArgumentError("a note has no fact behind it"));
  }
  JsonFact fact;
  if (note->has_value()) {
    absl::StatusOr<JsonFact> parsed = ParseJsonFact(**note);
    if (parsed.ok() && parsed->term_text.has_value()) {
      parsed = absl::InvalidArgumentError("its note names another fact");
    }
    if (!parsed.ok()) return failed(parsed.status());
    fact = *std::move(parsed);
  }
  absl::StatusOr<Change> change = ChangeOf(**term, std::move(fact.name), std::move(fact.entry));
  if (!change.ok()) return failed(change.status());
  return *std::move(change);
}

absl::StatusOr<std::optional<Change>> FactTextReader::NextLine() {
  while (!rest_.empty()) {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    ++line_;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    absl::StatusOr<Change> change = ParseFactLine(line);
    if (!change.ok()) {
      rest_ = {};
      return InFile(fmt::format("{}: line {}", file_, line_), change.status());
    }
    return *std::move(change);
  }
  return std::nullopt;
}

}  // namespace pathkb
