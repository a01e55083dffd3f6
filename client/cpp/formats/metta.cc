#include "client/cpp/formats/metta.h"

#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/fact_json.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {

bool MettaReader::Next(v1::Fact& fact, InputRow& row) {
  row = {};
  std::optional<SplitFact> piece = splitter_.Next();
  while (piece && piece->is_note && !note_) {
    note_ = std::move(piece);
    piece = splitter_.Next();
  }
  if (!piece) {
    if (!finished_ || !note_) return false;
    row.position = note_->position;
    row.error = "this note has no fact behind it";
    if (keep_text_) row.text = ";@ " + note_->text;
    note_.reset();
    SetPlace();
    return true;
  }
  if (piece->is_note) {  // Behind another one.
    row.position = note_->position;
    row.error = "this note has no fact behind it";
    if (keep_text_) row.text = ";@ " + note_->text;
    note_ = std::move(piece);
    // place_ stays: from there on the second one would be read again.
    return true;
  }
  row.position = piece->position;
  row.term_is_text = true;
  if (keep_text_) row.text = piece->error.empty() ? piece->text : piece->wrong_text;
  if (!piece->error.empty()) {
    row.error = std::move(piece->error);
  } else if (const std::optional<size_t> bad = FindInvalidUtf8(piece->text)) {
    row.position.Advance(std::string_view(piece->text).substr(0, *bad));
    row.error = InvalidUtf8Text(piece->text, *bad);
  }
  if (note_) ApplyNote(fact, row);
  if (row.error.empty()) fact.set_term(std::move(piece->text));
  SetPlace();
  return true;
}

void MettaReader::SetPlace() {
  if (splitter_.between()) {
    place_ = {.offset = splitter_.bytes_read(), .position = splitter_.position()};
  }
}

void MettaReader::ApplyNote(v1::Fact& fact, InputRow& row) {
  const SplitFact note = *std::exchange(note_, std::nullopt);
  if (keep_text_) row.text = ";@ " + note.text + "\n" + row.text;
  if (!row.error.empty()) return;
  JsonFault fault;
  if (const std::optional<size_t> bad = FindInvalidUtf8(note.text)) {
    fault = {.what = InvalidUtf8Text(note.text, *bad), .offset = *bad};
  } else {
    fault = ParseFactJson(note.text, JsonTerm::kElsewhere, fact);
  }
  if (fault.what.empty()) return;
  row.position = note.position;
  row.position.column += 3;  // `;@ `
  row.position.Advance(std::string_view(note.text).substr(0, fault.offset));
  row.error = fmt::format("in the note on a fact: {}", fault.what);
}

void MettaReader::GoOnFrom(const InputPlace& place, const std::string&) {
  splitter_.GoOnFrom(place.offset, place.position);
  place_ = place;
}

bool MettaWriter::Append(const v1::Fact& fact, const Bindings&, std::string& out) {
  if (HasMoreThanItsTerm(fact)) {
    out += ";@ ";
    AppendEntryJson(fact, out);
    out.push_back('\n');
  }
  out += fact.term();
  out.push_back('\n');
  return true;
}

}  // namespace pathkb::client
