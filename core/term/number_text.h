// Numbers as words of a text, and back. What counts as a number is what hyperon-experimental's
// MeTTa takes for one:
//
//   integer   [+-]?\d+                            42  -1  +5  007
//   float     [+-]?\d+(\.\d+)?([eE][+-]?\d+)?     2.5  -1e9  1.5E-3   with point, exponent or both
//
// and three words of our own, from Scheme, for the floats that have no digits: +inf.0 -inf.0 +nan.0

#ifndef PATHKB_CORE_TERM_NUMBER_TEXT_H_
#define PATHKB_CORE_TERM_NUMBER_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb {

// What a word is, read as a number.
struct NumberText {
  enum class Form : uint8_t {
    kNone,               // no number: a symbol
    kInteger,            // `integer` holds it
    kFloat,              // `number` holds it, rounded to the nearest
    kIntegerOutOfRange,  // an integer below -2^63 or above 2^63 - 1
    kFloatOutOfRange,    // digits whose nearest float is an infinity, or 0 though they are not 0
  };

  Form form = Form::kNone;
  int64_t integer = 0;
  double number = 0;
};

// Reads all of `word`; O(its bytes).
NumberText ReadNumber(std::string_view word);

// Appends `value` in decimal.
void AppendInteger(int64_t value, std::string& out);

// Appends the shortest word that ReadNumber() reads as this very float, with point or exponent.
// Every NaN becomes +nan.0, and -0 becomes 0.0.
void AppendFloat(double value, std::string& out);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_NUMBER_TEXT_H_
