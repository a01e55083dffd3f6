// Terms as text, from and to the plainer values that other formats have: as much of MeTTa's syntax
// as it takes to write a string, symbol or number that the server reads as just that, and to take
// apart what the server prints.

#ifndef PATHKB_CLIENT_CPP_FORMATS_TERM_TEXT_H_
#define PATHKB_CLIENT_CPP_FORMATS_TERM_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pathkb::client {

// Appends a string in quotation marks. `text` is UTF-8.
void AppendStringText(std::string_view text, std::string& out);

// Appends a symbol: its name where that is safe, else #"name". `name` is UTF-8 and not empty.
void AppendSymbolText(std::string_view name, std::string& out);

// What a text is, read as a number written in the usual way: an optional `-`, no leading zeros, a
// point with digits on both sides, an exponent.
enum class NumberForm {
  kNone,
  kInteger,  // Without point and exponent, and within 64 bits.
  kFloat,    // With point or exponent, neither infinite nor rounded to 0.
};

// The form of `text`, which is UTF-8 or not.
NumberForm NumberFormOf(std::string_view text);

// The integer or float that `text` spells, which may have `+` and leading zeros here, as a term;
// nullopt if it is none, or out of range. A float may also be written as an integer, and be `inf`,
// `-inf` or `nan`.
std::optional<std::string> IntegerTerm(std::string_view text);
std::optional<std::string> FloatTerm(std::string_view text);

// True if `text` is one term, with blanks around it perhaps, as far as parentheses and quotation
// marks tell.
bool IsOneTerm(std::string_view text);

// A term that the server printed, taken apart.
struct TermParts {
  enum class Kind { kSymbol, kVariable, kInteger, kFloat, kString, kExpression };
  Kind kind = Kind::kSymbol;
  // The name of a symbol or variable, what a string holds, a number as it was printed.
  std::string text;
  std::vector<std::string> children;  // Of an expression, as printed.
};

// Takes `term` apart, one level deep. nullopt if it is not one term, or holds bytes that no text
// can say.
std::optional<TermParts> TakeApart(std::string_view term);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_TERM_TEXT_H_
