#include "client/cpp/formats/term_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/fact_splitter.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAsciiBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view WithoutBlanksAround(std::string_view text) {
  while (!text.empty() && IsAsciiBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Bytes of the digits at the front.
size_t Digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

// The form of a number by its spelling alone, leading zeros allowed.
NumberForm Spelling(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const size_t whole = Digits(text);
  if (whole == 0) return NumberForm::kNone;
  text.remove_prefix(whole);
  if (text.empty()) return NumberForm::kInteger;
  if (text[0] == '.') {
    const size_t fraction = Digits(text.substr(1));
    if (fraction == 0) return NumberForm::kNone;
    text.remove_prefix(1 + fraction);
  }
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const size_t exponent = Digits(text);
    if (exponent == 0) return NumberForm::kNone;
    text.remove_prefix(exponent);
  }
  return text.empty() ? NumberForm::kFloat : NumberForm::kNone;
}

std::optional<int64_t> ReadInteger(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// nullopt also for what rounds to an infinity, or to 0 though it is not.
std::optional<double> ReadFloat(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  const bool zero = mantissa.find_first_of("123456789") == mantissa.npos;
  if (std::isinf(value) || (value == 0 && !zero)) return std::nullopt;
  return value;
}

// True if the server reads `name` as this symbol without quotation marks. Says no to some of which
// that would be true.
bool IsPlainSymbol(std::string_view name) {
  if (IsDigit(name[0]) || std::string_view("+-$#").find(name[0]) != std::string_view::npos) {
    return false;
  }
  for (const char c : name) {
    if (c <= ' ' || c >= 0x7F || std::string_view("();\"\\").find(c) != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Undoes the escapes of what stands between quotation marks; false for what is no character.
bool Unescape(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find('\\'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return true;
    if (text.size() < 2) return false;
    const char kind = text[1];
    text.remove_prefix(2);
    constexpr std::string_view kNames = "\"'\\ntr";
    constexpr std::string_view kMeanings = "\"'\\\n\t\r";
    if (const size_t index = kNames.find(kind); index != kNames.npos) {
      out.push_back(kMeanings[index]);
      continue;
    }
    if (kind != 'u' || !text.starts_with('{')) return false;
    uint32_t code = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), code, 16);
    if (error != std::errc() || end == text.data() + text.size() || *end != '}') return false;
    if (!IsCharacter(code)) return false;
    AppendUtf8(code, out);
    text.remove_prefix(end + 1 - text.data());
  }
  return true;
}

// What stands between the quotation marks that `quoted` begins and ends with.
std::optional<TermParts> TakeQuoted(TermParts::Kind kind, std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return std::nullopt;
  TermParts parts;
  parts.kind = kind;
  if (!Unescape(quoted.substr(1, quoted.size() - 2), parts.text)) return std::nullopt;
  return parts;
}

}  // namespace

void AppendStringText(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned char>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void AppendSymbolText(std::string_view name, std::string& out) {
  if (IsPlainSymbol(name)) {
    out += name;
    return;
  }
  out.push_back('#');
  AppendStringText(name, out);
}

NumberForm NumberFormOf(std::string_view text) {
  const NumberForm form = Spelling(text);
  if (form == NumberForm::kNone || text[0] == '+') return NumberForm::kNone;
  const std::string_view digits = text.substr(text[0] == '-' ? 1 : 0);
  if (digits.size() > 1 && digits[0] == '0' && IsDigit(digits[1])) return NumberForm::kNone;
  const bool fits =
      form == NumberForm::kInteger ? ReadInteger(text).has_value() : ReadFloat(text).has_value();
  return fits ? form : NumberForm::kNone;
}

std::optional<std::string> IntegerTerm(std::string_view text) {
  if (Spelling(text) != NumberForm::kInteger) return std::nullopt;
  const std::optional<int64_t> value = ReadInteger(text);
  if (!value) return std::nullopt;
  return fmt::format("{}", *value);
}

std::optional<std::string> FloatTerm(std::string_view text) {
  if (text == "inf" || text == "+inf.0") return "+inf.0";
  if (text == "-inf" || text == "-inf.0") return "-inf.0";
  if (text == "nan" || text == "+nan.0") return "+nan.0";
  if (Spelling(text) == NumberForm::kNone) return std::nullopt;
  const std::optional<double> value = ReadFloat(text);
  if (!value) return std::nullopt;
  if (*value == 0) return "0.0";
  char digits[32];  // 17 digits, sign, point, and an exponent of 5 characters fit.
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, *value);
  std::string term(digits, end);
  if (term.find_first_of(".e") == term.npos) term += ".0";
  return term;
}

bool IsOneTerm(std::string_view text) {
  FactSplitter splitter(std::numeric_limits<size_t>::max() / 2);
  splitter.Feed(text);
  std::optional<SplitFact> fact = splitter.Next();
  splitter.Finish();
  if (!fact) fact = splitter.Next();
  if (!fact || !fact->error.empty() || splitter.Next()) return false;
  // Nothing beside it, a comment least of all: that would hide what is put behind it.
  return fact->text == WithoutBlanksAround(text);
}

std::optional<TermParts> TakeApart(std::string_view term) {
  if (term.empty()) return std::nullopt;
  TermParts parts;
  switch (term[0]) {
    case '"':
      return TakeQuoted(TermParts::Kind::kString, term);
    case '#':
      if (term.substr(1).starts_with('"')) {
        return TakeQuoted(TermParts::Kind::kSymbol, term.substr(1));
      }
      break;
    case '$':
      if (term.substr(1).starts_with('"')) {
        return TakeQuoted(TermParts::Kind::kVariable, term.substr(1));
      }
      parts.kind = TermParts::Kind::kVariable;
      parts.text = term.substr(1);
      return parts;
    case '(': {
      if (!term.ends_with(')')) return std::nullopt;
      parts.kind = TermParts::Kind::kExpression;
      FactSplitter splitter(term.size());
      splitter.Feed(term.substr(1, term.size() - 2));
      for (const bool finished : {false, true}) {
        if (finished) splitter.Finish();
        while (std::optional<SplitFact> child = splitter.Next()) {
          if (!child->error.empty()) return std::nullopt;
          parts.children.push_back(std::move(child->text));
        }
      }
      return parts;
    }
    default:
      break;
  }
  parts.text = term;
  if (FloatTerm(term) == term) {
    parts.kind = TermParts::Kind::kFloat;
  } else if (IntegerTerm(term) == term) {
    parts.kind = TermParts::Kind::kInteger;
  }
  return parts;
}

}  // namespace pathkb::client
