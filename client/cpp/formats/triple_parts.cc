#include "client/cpp/formats/triple_parts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/literal_form.h"
#include "client/cpp/formats/term_text.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

// What IRIs may not hold as such.
constexpr std::string_view kNotInIris = "<>\"{}|^`\\";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Reads one line, part by part.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  // True if nothing but blanks and a comment is left.
  bool AtEnd() {
    SkipBlanks();
    return at_ == line_.size() || line_[at_] == '#';
  }

  // Each takes one part, appending its term; false if something else stands there.
  bool TakeSubject(std::string& term) {
    SkipBlanks();
    if (Next() == '<') return TakeIriTerm(term);
    if (Next() == '_') return TakeBlankNode(term);
    return Wrong("expected a subject: an IRI in <> or a blank node such as _:b1");
  }
  bool TakePredicate(std::string& term) {
    SkipBlanks();
    if (Next() == '<') return TakeIriTerm(term);
    return Wrong("expected a predicate: an IRI in <>");
  }
  bool TakeObject(std::string& term) {
    SkipBlanks();
    if (Next() == '<') return TakeIriTerm(term);
    if (Next() == '_') return TakeBlankNode(term);
    if (Next() == '"') return TakeLiteral(term);
    return Wrong("expected an object: an IRI in <>, a blank node or a literal in quotes");
  }
  bool TakeEnd() {
    SkipBlanks();
    if (Next() != '.') return Wrong("expected `.` behind the object");
    ++at_;
    return AtEnd() || Wrong("something follows the `.`");
  }

  TripleFault fault() const { return {.what = wrong_, .offset = wrong_at_}; }

 private:
  bool Wrong(std::string what) { return Wrong(std::move(what), at_); }
  bool Wrong(std::string what, size_t at) {
    wrong_ = std::move(what);
    wrong_at_ = std::min(at, line_.size());
    return false;
  }
  char Next() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  void SkipBlanks() {
    while (Next() == ' ' || Next() == '\t') ++at_;
  }

  // \u0041 or \U00000041, at the `u` or `U`.
  bool TakeCodePoint(std::string& out) {
    const size_t begin = at_ - 1;
    const size_t count = Next() == 'u' ? 4 : 8;
    ++at_;
    const std::string_view digits = line_.substr(std::min(at_, line_.size()), count);
    uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != count || error != std::errc() || end != digits.data() + count) {
      return Wrong(fmt::format("expected {} hexadecimal digits", count), begin);
    }
    if (!IsCharacter(code)) return Wrong("this escape is no character", begin);
    AppendUtf8(code, out);
    at_ += count;
    return true;
  }

  bool TakeIri(std::string& iri) {
    const size_t begin = at_++;
    while (Next() != '>') {
      if (at_ == line_.size()) return Wrong("this IRI is not closed", begin);
      const char c = line_[at_];
      if (c == '\\' && (line_.substr(at_ + 1, 1) == "u" || line_.substr(at_ + 1, 1) == "U")) {
        ++at_;
        if (!TakeCodePoint(iri)) return false;
        continue;
      }
      if ((IsAscii(c) && c <= ' ') || kNotInIris.find(c) != kNotInIris.npos) {
        return Wrong("this character may not stand in an IRI");
      }
      iri.push_back(c);
      ++at_;
    }
    ++at_;
    return true;
  }

  bool TakeIriTerm(std::string& term) {
    std::string iri = "<";
    if (!TakeIri(iri)) return false;
    AppendSymbolText(iri + ">", term);
    return true;
  }

  bool TakeBlankNode(std::string& term) {
    const size_t begin = at_;
    at_ += 2;
    while (at_ < line_.size() &&
           (IsLetter(Next()) || IsDigit(Next()) || !IsAscii(Next()) ||
            std::string_view("_-.:").find(Next()) != std::string_view::npos)) {
      ++at_;
    }
    while (at_ > begin + 2 && line_[at_ - 1] == '.') --at_;
    at_ = std::min(at_, line_.size());
    const std::string_view label = line_.substr(begin, at_ - begin);
    if (!label.starts_with("_:") || label.size() < 3 || label[2] == '-' || label[2] == '.') {
      return Wrong("expected a blank node such as _:b1", begin);
    }
    AppendSymbolText(label, term);
    return true;
  }

  bool TakeQuoted(std::string& text) {
    const size_t begin = at_++;
    while (Next() != '"') {
      if (at_ == line_.size()) return Wrong("this literal is not closed", begin);
      if (line_[at_] != '\\') {
        text.push_back(line_[at_++]);
        continue;
      }
      ++at_;
      constexpr std::string_view kNames = "tbnrf\"'\\";
      constexpr std::string_view kMeanings = "\t\b\n\r\f\"'\\";
      if (const size_t index = kNames.find(Next()); at_ < line_.size() && index != kNames.npos) {
        text.push_back(kMeanings[index]);
        ++at_;
      } else if (Next() == 'u' || Next() == 'U') {
        if (!TakeCodePoint(text)) return false;
      } else {
        return Wrong("an unknown escape", at_ - 1);
      }
    }
    ++at_;
    return true;
  }

  bool TakeLiteral(std::string& term) {
    std::string text;
    if (!TakeQuoted(text)) return false;
    if (Next() == '@') return TakeLanguage(text, term);
    if (line_.substr(at_, 2) != "^^") {
      AppendStringText(text, term);
      return true;
    }
    at_ += 2;
    if (Next() != '<') return Wrong("expected the IRI of a type behind ^^");
    std::string type;
    if (!TakeIri(type)) return false;
    std::string number;
    const LiteralForm form = LiteralFormOf(text, type, number);
    switch (form) {
      case LiteralForm::kString:
        AppendStringText(text, term);
        return true;
      case LiteralForm::kInteger:
      case LiteralForm::kFloat:
        term += number;
        return true;
      case LiteralForm::kNumberInside:
      case LiteralForm::kTextInside:
        break;
    }
    term += "(^^ ";
    if (form == LiteralForm::kNumberInside) {
      term += number;
    } else {
      AppendStringText(text, term);
    }
    term.push_back(' ');
    AppendSymbolText("<" + type + ">", term);
    term.push_back(')');
    return true;
  }

  bool TakeLanguage(const std::string& text, std::string& term) {
    const size_t begin = ++at_;
    while (IsLetter(Next()) || (at_ > begin && (IsDigit(Next()) || Next() == '-'))) ++at_;
    const std::string_view tag = line_.substr(begin, at_ - begin);
    const bool empty_part = tag.empty() || tag.back() == '-' || tag.find("--") != tag.npos;
    const std::string_view first = tag.substr(0, tag.find('-'));
    if (empty_part || std::any_of(first.begin(), first.end(), IsDigit)) {
      return Wrong("expected a language behind @, such as en or de-AT", begin);
    }
    term += "(@ ";
    AppendStringText(text, term);
    term.push_back(' ');
    AppendSymbolText(tag, term);
    term.push_back(')');
    return true;
  }

  const std::string_view line_;
  size_t at_ = 0;
  std::string wrong_;
  size_t wrong_at_ = 0;
};

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    constexpr std::string_view kMeanings = "\t\b\n\r\f\"\\";
    constexpr std::string_view kNames = "tbnrf\"\\";
    if (const size_t index = kMeanings.find(c); index != kMeanings.npos) {
      out.push_back('\\');
      out.push_back(kNames[index]);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// From a symbol's name, `<iri>`.
bool AppendIri(std::string_view name, std::string& out) {
  if (name.size() < 2 || name.front() != '<' || name.back() != '>') return false;
  out.push_back('<');
  for (const char c : name.substr(1, name.size() - 2)) {
    if ((IsAscii(c) && c <= ' ') || kNotInIris.find(c) != kNotInIris.npos) {
      fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('>');
  return true;
}

bool AppendBlankNode(std::string_view name, std::string& out) {
  if (!name.starts_with("_:")) return false;
  // The reader decides what a blank node is.
  std::string line(name);
  std::array<std::string, 3> terms;
  bool empty = false;
  line += " <p> <o> .";
  if (!ReadTriple(line, terms, empty).what.empty()) return false;
  const std::optional<TermParts> again = TakeApart(terms[0]);
  if (!again || again->text != name) return false;
  out += name;
  return true;
}

void AppendTyped(std::string_view lexical, std::string_view xsd_type, std::string& out) {
  AppendQuoted(lexical, out);
  fmt::format_to(std::back_inserter(out), "^^<{}{}>", kXsdPrefix, xsd_type);
}

// (@ "text" lang) and (^^ text-or-number <type>).
bool AppendExpression(const TermParts& parts, std::string& out) {
  using Kind = TermParts::Kind;
  if (parts.children.size() != 3) return false;
  const std::optional<TermParts> mark = TakeApart(parts.children[0]);
  const std::optional<TermParts> text = TakeApart(parts.children[1]);
  const std::optional<TermParts> kind = TakeApart(parts.children[2]);
  if (!mark || !text || !kind || mark->kind != Kind::kSymbol || kind->kind != Kind::kSymbol) {
    return false;
  }
  if (mark->text == "@" && text->kind == Kind::kString) {
    std::array<std::string, 3> terms;
    bool empty = false;
    // The reader decides what a language is.
    const std::string line = "_:s <p> \"\"@" + kind->text + " .";
    if (!ReadTriple(line, terms, empty).what.empty()) return false;
    AppendQuoted(text->text, out);
    out += "@" + kind->text;
    return true;
  }
  if (mark->text != "^^" || kind->text.size() < 2) return false;
  const bool is_number = text->kind == Kind::kInteger || text->kind == Kind::kFloat;
  if (!is_number && text->kind != Kind::kString) return false;
  // Only what reading makes such an expression of.
  std::string number;
  const LiteralForm form = LiteralFormOf(
      text->text, std::string_view(kind->text).substr(1, kind->text.size() - 2), number);
  if (form != (is_number ? LiteralForm::kNumberInside : LiteralForm::kTextInside)) return false;
  AppendQuoted(text->text, out);
  out += "^^";
  return AppendIri(kind->text, out);
}

}  // namespace

TripleFault ReadTriple(std::string_view line, std::array<std::string, 3>& terms, bool& empty) {
  LineReader reader(line);
  empty = reader.AtEnd();
  if (empty) return {};
  for (std::string& term : terms) term.clear();
  const bool good = reader.TakeSubject(terms[0]) && reader.TakePredicate(terms[1]) &&
                    reader.TakeObject(terms[2]) && reader.TakeEnd();
  return good ? TripleFault() : reader.fault();
}

bool AppendSubject(std::string_view term, std::string& out) {
  const std::optional<TermParts> parts = TakeApart(term);
  if (!parts || parts->kind != TermParts::Kind::kSymbol) return false;
  return AppendIri(parts->text, out) || AppendBlankNode(parts->text, out);
}

bool AppendPredicate(std::string_view term, std::string& out) {
  const std::optional<TermParts> parts = TakeApart(term);
  return parts && parts->kind == TermParts::Kind::kSymbol && AppendIri(parts->text, out);
}

bool AppendObject(std::string_view term, std::string& out) {
  const std::optional<TermParts> parts = TakeApart(term);
  if (!parts) return false;
  switch (parts->kind) {
    case TermParts::Kind::kSymbol:
      return AppendIri(parts->text, out) || AppendBlankNode(parts->text, out);
    case TermParts::Kind::kString:
      AppendQuoted(parts->text, out);
      return true;
    case TermParts::Kind::kInteger:
      AppendTyped(parts->text, "integer", out);
      return true;
    case TermParts::Kind::kFloat:
      AppendTyped(parts->text == "+inf.0"   ? "INF"
                  : parts->text == "-inf.0" ? "-INF"
                  : parts->text == "+nan.0" ? "NaN"
                                            : parts->text,
                  "double", out);
      return true;
    case TermParts::Kind::kExpression:
      return AppendExpression(*parts, out);
    case TermParts::Kind::kVariable:
      break;
  }
  return false;
}

}  // namespace pathkb::client
