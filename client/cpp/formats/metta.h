// MeTTa: one term after another, each a fact. What a fact has beside its term stands in a line
// before it, which every other reader of MeTTa takes for a comment:
//
//   (parent Tom Bob)
//   ;@ {"name":"facts/math/addition","confidence":0.9,"metadata":{"level":"1"}}
//   (= (+ 2 2) 4)
//
// That is JSON as in fact_json.h, without the term. A comment is such a note if `;@` and a blank
// begin it and no expression is open; it speaks of the next fact.

#ifndef PATHKB_CLIENT_CPP_FORMATS_METTA_H_
#define PATHKB_CLIENT_CPP_FORMATS_METTA_H_

#include <optional>
#include <string>

#include "client/cpp/fact_splitter.h"
#include "client/cpp/formats/fact_reader.h"
#include "client/cpp/formats/fact_writer.h"

namespace pathkb::client {

// Reads it, without understanding the terms: that is the server's business. A note that is wrong
// costs the fact that it speaks of, which without it would be another one.
class MettaReader final : public FactReader {
 public:
  // `fact_bytes_max` bounds one term, and one note; `recovery` says what a parenthesis costs that
  // is never closed; `keep_text`: as InputRow::text says.
  MettaReader(size_t fact_bytes_max, FactSplitter::Recovery recovery, bool keep_text)
      : keep_text_(keep_text), splitter_(fact_bytes_max, recovery) {}

  void Feed(std::string_view chunk) override { splitter_.Feed(chunk); }
  void Finish() override {
    splitter_.Finish();
    finished_ = true;
  }
  bool Next(v1::Fact& fact, InputRow& row) override;
  InputPlace place() const override { return place_; }
  void GoOnFrom(const InputPlace& place, const std::string& header) override;

 private:
  // Puts what the note says into `fact`, or into `row` what is wrong with it.
  void ApplyNote(v1::Fact& fact, InputRow& row);

  // Behind a row: place_ is where the splitter is now, if it can go on from there.
  void SetPlace();

  const bool keep_text_;
  FactSplitter splitter_;
  std::optional<SplitFact> note_;  // On the next fact.
  bool finished_ = false;
  InputPlace place_;
};

// Writes it; nothing is lost.
class MettaWriter final : public FactWriter {
 public:
  bool Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) override;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_METTA_H_
