// Facts from and to text, in the two forms that `pathkb export` and `import` use:
//
//   .metta   (parent Tom Bob)
//   .jsonl   {"fact":"(parent Tom Bob)","name":"","confidence":1,"source":"","metadata":{}}
//
// MeTTa is written with the terms alone; JSON, one object a line, has all of a fact. MeTTa that
// `pathkb export` wrote has that, too, in a comment before the term, and is read so:
//
//   ;@ {"name":"facts/math/addition","confidence":0.9}
//   (= (+ 2 2) 4)

#ifndef PATHKB_STORAGE_TOOL_FACT_TEXT_H_
#define PATHKB_STORAGE_TOOL_FACT_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "core/term/sexpr.h"

namespace pathkb {

// The forms.
enum class FactForm { kMetta, kJsonLines };

// Appends one fact as a line, with its end. The entry's bytes are those of core/facts/entry; `name`
// is empty for an unnamed fact. DataLoss if the bytes are no term or no entry; nothing is appended
// then.
absl::Status AppendFactLine(FactForm form, std::string_view encoded_term, std::string_view name,
                            std::string_view entry_bytes, std::string& out);

// Reads facts one after another from a text in memory. One thread at a time. Memory is that of one
// fact; time linear in the text.
class FactTextReader {
 public:
  // Borrows `text`; `file` is for messages.
  FactTextReader(FactForm form, std::string_view text, std::string file);

  // The next fact, as the change that inserts it; nullopt at the end.
  //   InvalidArgument     "FILE: line 3, column 7: what is wrong" (in JSON lines: "FILE: line 3:
  //                       byte N: ...", or what is wrong with the term in it)
  //   ResourceExhausted   a bound on a term, in the same form
  // After an error there is no next fact.
  absl::StatusOr<std::optional<Change>> Next();

 private:
  absl::StatusOr<std::optional<Change>> NextTerm();
  // The note among the comments at the front of `text`, behind its mark; nullopt if there is none.
  absl::StatusOr<std::optional<std::string_view>> FindNote(std::string_view text) const;
  absl::StatusOr<std::optional<Change>> NextLine();

  const FactForm form_;
  const std::string file_;
  const std::string_view text_;
  std::string_view rest_;  // JSON lines: what is left.
  size_t line_ = 0;        // JSON lines: number of the present one, from 1.
  SexprReader terms_;      // MeTTa.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FACT_TEXT_H_
