// A term: symbol, variable, integer, float, string or expression; the meaning of an s-expression.

#ifndef PATHKB_CORE_TERM_TERM_H_
#define PATHKB_CORE_TERM_TERM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pathkb {

// A value type. Equality is structural: 1 and 1.0 differ, variables are equal by name, and floats are
// equal when they encode alike (every NaN is one, -0 is +0). Terms may be as deep as the parser's
// limit allows; nothing here recurses on the stack, destruction included.
class Term {
 public:
  enum class Kind { kSymbol, kVariable, kInteger, kFloat, kString, kExpression };

  Term() : Term(Kind::kExpression) {}  // The empty expression, ().
  ~Term();
  Term(const Term& other);
  Term& operator=(const Term& other);
  Term(Term&&) noexcept = default;
  Term& operator=(Term&& other) noexcept;

  static Term Symbol(std::string_view name);
  // `name` without the leading `$`.
  static Term Variable(std::string_view name);
  static Term Integer(int64_t value);
  static Term Float(double value);
  static Term String(std::string_view text);
  static Term Expression(std::vector<Term> children);

  Kind kind() const { return kind_; }
  // Name of a symbol or variable, or text of a string; empty for other kinds.
  const std::string& text() const { return text_; }
  int64_t integer() const { return integer_; }
  double number() const { return float_; }
  const std::vector<Term>& children() const { return children_; }
  std::vector<Term>& mutable_children() { return children_; }

  friend bool operator==(const Term& a, const Term& b);

 private:
  explicit Term(Kind kind) : kind_(kind) {}

  Kind kind_;
  int64_t integer_ = 0;
  double float_ = 0;
  std::string text_;
  std::vector<Term> children_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_TERM_H_
