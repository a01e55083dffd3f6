// S-expression text. What parses must print as text that parses to an equal term, and encode to
// bytes that decode to it; an error says where it is.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/term/text_position.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

// Low enough that inputs of a few KiB reach all of them.
constexpr SexprLimits kLowLimits = {.depth_max = 20, .atom_bytes_max = 100, .term_bytes_max = 500};

void CheckTerm(const Term& term) {
  NoteAccepted();
  const std::string text = PrintTerm(term);
  const auto parsed = ParseTerm(text);
  PATHKB_CHECK(parsed.ok() && *parsed == term);
  PATHKB_CHECK(PrintTerm(*parsed) == text);

  std::string path = "prefix";
  std::vector<std::string> names;
  const absl::Status encoded = EncodeTerm(term, path, &names);
  if (!encoded.ok()) {
    PATHKB_CHECK(encoded.code() == absl::StatusCode::kInvalidArgument && path == "prefix");
    return;
  }
  std::string_view rest = std::string_view(path).substr(6);
  const auto bytes = EncodedTermBytes(rest);
  PATHKB_CHECK(bytes.ok() && *bytes == rest.size());
  const auto decoded = DecodeTerm(rest, names);
  PATHKB_CHECK(decoded.ok() && rest.empty() && *decoded == term);
}

// Whether all of `text` was read without an error, and how many terms it has.
struct Outcome {
  bool ok = false;
  size_t terms = 0;
};

Outcome ReadAll(std::string_view text, const SexprLimits& limits) {
  SexprReader reader(text, limits);
  Outcome outcome;
  size_t offset = 0;
  while (true) {
    const auto term = reader.Next();
    PATHKB_CHECK(reader.offset() >= offset && reader.offset() <= text.size());
    offset = reader.offset();
    if (!term.ok()) {
      const absl::StatusCode code = term.status().code();
      PATHKB_CHECK(code == absl::StatusCode::kInvalidArgument ||
                   code == absl::StatusCode::kResourceExhausted);
      const std::optional<TextPosition> position = ErrorPosition(term.status());
      PATHKB_CHECK(position.has_value() && position->offset <= text.size());
      PATHKB_CHECK(position->line >= 1 && position->column >= 1);
      PATHKB_CHECK(reader.Next().status() == term.status());
      return outcome;
    }
    if (!term->has_value()) break;
    ++outcome.terms;
    CheckTerm(**term);
  }
  PATHKB_CHECK(offset == text.size());
  outcome.ok = true;
  return outcome;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using pathkb::fuzz::Outcome;
  const std::string_view text = pathkb::fuzz::View(bytes, size);
  const Outcome all = pathkb::fuzz::ReadAll(text, {});
  const Outcome low = pathkb::fuzz::ReadAll(text, pathkb::fuzz::kLowLimits);
  PATHKB_CHECK(low.terms <= all.terms && (all.ok || !low.ok));
  PATHKB_CHECK(pathkb::ParseTerm(text).ok() == (all.ok && all.terms == 1));
  return 0;
}
