// JSON lines: one fact a line, with all that is known of it (fact_json.h). Blank lines, and lines
// that begin with `#`, are passed over.

#ifndef PATHKB_CLIENT_CPP_FORMATS_JSON_LINES_H_
#define PATHKB_CLIENT_CPP_FORMATS_JSON_LINES_H_

#include <string>

#include "client/cpp/formats/fact_reader.h"
#include "client/cpp/formats/fact_writer.h"
#include "client/cpp/formats/line_splitter.h"

namespace pathkb::client {

// Reads them. A line that is wrong costs only itself.
class JsonLinesReader final : public FactReader {
 public:
  // `keep_text`: as InputRow::text says.
  explicit JsonLinesReader(bool keep_text) : keep_text_(keep_text) {}

  void Feed(std::string_view chunk) override { lines_.Feed(chunk); }
  void Finish() override { lines_.Finish(); }
  bool Next(v1::Fact& fact, InputRow& row) override;
  InputPlace place() const override;
  void GoOnFrom(const InputPlace& place, const std::string& header) override;

 private:
  const bool keep_text_;
  LineSplitter lines_;
};

// Writes them; nothing is lost.
class JsonLinesWriter final : public FactWriter {
 public:
  bool Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) override;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_JSON_LINES_H_
