// Encoded terms. The encoding is canonical: what decodes must encode to the same bytes, and the
// scanner, which only looks for the end, must find the same one. Text of it must read back.

#include <string>
#include <string_view>
#include <vector>

#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

// Where TermScanner sees the end of the term at the front of `bytes`; 0 if it sees none.
size_t ScannedBytes(std::string_view bytes) {
  TermScanner scanner;
  for (size_t i = 0; i < bytes.size(); ++i) {
    switch (scanner.Feed(static_cast<uint8_t>(bytes[i]))) {
      case TermScanner::State::kInside:
        break;
      case TermScanner::State::kComplete:
        return i + 1;
      case TermScanner::State::kInvalid:
        return 0;
    }
  }
  return 0;
}

void CheckTerm(const Term& term, std::string_view encoded, const std::vector<std::string>& names) {
  NoteAccepted();
  std::string path;
  std::vector<std::string> found_names;
  PATHKB_CHECK(EncodeTerm(term, path, &found_names).ok() && path == encoded);
  std::string_view rest = path;
  const auto again = DecodeTerm(rest, found_names);
  PATHKB_CHECK(again.ok() && *again == term);
  for (size_t i = 0; i < names.size() && i < found_names.size(); ++i) {
    PATHKB_CHECK(found_names[i] == names[i]);
  }
  // Bytes that are not UTF-8, and depth, have no text that reads back; what parses is the term.
  const auto parsed = ParseTerm(PrintTerm(term));
  PATHKB_CHECK(!parsed.ok() || *parsed == term);
}

void ReadTerm(std::string_view bytes, const std::vector<std::string>& names) {
  std::string_view rest = bytes;
  const auto term = DecodeTerm(rest, names);
  const auto encoded_bytes = EncodedTermBytes(bytes);
  const auto key = SplitTermKey(bytes);
  PATHKB_CHECK(term.ok() == encoded_bytes.ok());
  if (!term.ok()) {
    PATHKB_CHECK(rest == bytes && term.status().code() == absl::StatusCode::kDataLoss);
    PATHKB_CHECK(encoded_bytes.status().code() == absl::StatusCode::kDataLoss);
    return;
  }
  const std::string_view encoded = bytes.substr(0, bytes.size() - rest.size());
  PATHKB_CHECK(encoded.size() == *encoded_bytes && ScannedBytes(bytes) == encoded.size());
  PATHKB_CHECK(key.ok() && key->encoded_term == encoded && key->behind_term == rest);
  // No encoding is a prefix of another.
  std::string_view cut = encoded.substr(0, encoded.size() - 1);
  PATHKB_CHECK(!DecodeTerm(cut).ok());
  CheckTerm(*term, encoded, names);
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadTerm(input, {});
  pathkb::fuzz::ReadTerm(input, {"x", "v2"});
  return 0;
}
