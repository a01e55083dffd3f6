#include "client/cpp/formats/json_lines.h"

#include <optional>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/fact_json.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {

bool JsonLinesReader::Next(v1::Fact& fact, InputRow& row) {
  for (;;) {
    const std::optional<LineSplitter::Line> line = lines_.Next();
    if (!line) return false;
    if (line->text.starts_with('#') || line->text.find_first_not_of(" \t") == line->text.npos) {
      continue;
    }
    row = {.position = {.line = line->number, .column = 1}, .error = {}, .text = {}};
    if (keep_text_) row.text = line->text;
    if (line->too_long) {
      row.error = fmt::format("this line is longer than {} bytes", line->text.size());
      return true;
    }
    if (const std::optional<size_t> bad = FindInvalidUtf8(line->text)) {
      row.position.Advance(line->text.substr(0, *bad));
      row.error = InvalidUtf8Text(line->text, *bad);
      return true;
    }
    JsonFault fault = ParseFactJson(line->text, JsonTerm::kExpected, fact);
    if (!fault.what.empty()) row.position.Advance(line->text.substr(0, fault.offset));
    row.error = std::move(fault.what);
    return true;
  }
}

InputPlace JsonLinesReader::place() const {
  return {.offset = lines_.offset(), .position = {.line = lines_.next_number(), .column = 1}};
}

void JsonLinesReader::GoOnFrom(const InputPlace& place, const std::string&) {
  lines_.GoOnFrom(place.offset, place.position.line);
}

bool JsonLinesWriter::Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) {
  if (bindings.empty()) {
    AppendFactJson(fact, out);
  } else {
    AppendFactJson(fact, bindings, out);
  }
  out.push_back('\n');
  return true;
}

}  // namespace pathkb::client
