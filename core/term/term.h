// A term: symbol, variable, integer, float, string or expression; the meaning of an s-expression.
//
//   (age $who 42)     an expression of three children: the symbol `age`, the variable `who`, 42

#ifndef PATHKB_CORE_TERM_TERM_H_
#define PATHKB_CORE_TERM_TERM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pathkb {

// A value type of 40 bytes. Equality is structural: 1 and 1.0 differ, variables are equal by name,
// and floats are equal when they encode alike (every NaN is one, -0 is +0). Terms may be as deep as
// memory allows; nothing here recurses on the stack, destruction included. Copying, comparing and
// destroying cost O(size of the term). One thread at a time, or any number that only read.
class Term {
 public:
  // In the order of the alternatives of `value_`.
  enum class Kind : uint8_t { kSymbol, kVariable, kInteger, kFloat, kString, kExpression };

  Term() = default;  // The empty expression, ().
  ~Term() {
    if (!is_leaf()) ReleaseDescendants();
  }
  Term(const Term& other);
  Term& operator=(const Term& other);
  // Moved from, a term keeps its kind; what it holds is unspecified.
  Term(Term&&) noexcept = default;
  // `other` may be a part of this term.
  Term& operator=(Term&& other) noexcept;

  // `name` should not be empty: such a symbol has no encoding, and no text that reads back.
  static Term Symbol(std::string_view name) {
    return Term(std::in_place_index<kSymbolIndex>, name);
  }
  // `name` without the leading `$`; it may be empty.
  static Term Variable(std::string_view name) {
    return Term(std::in_place_index<kVariableIndex>, name);
  }
  static Term Integer(int64_t value) { return Term(std::in_place_index<kIntegerIndex>, value); }
  static Term Float(double value) { return Term(std::in_place_index<kFloatIndex>, value); }
  static Term String(std::string_view text) {
    return Term(std::in_place_index<kStringIndex>, text);
  }
  static Term Expression(std::vector<Term> children) {
    return Term(std::in_place_index<kExpressionIndex>, std::move(children));
  }

  Kind kind() const { return static_cast<Kind>(value_.index()); }

  // Name of a symbol or variable, or text of a string; empty for other kinds.
  const std::string& text() const;
  // The number of an integer; 0 for other kinds.
  int64_t integer() const {
    const auto* value = std::get_if<kIntegerIndex>(&value_);
    return value == nullptr ? 0 : *value;
  }
  // The number of a float; 0 for other kinds.
  double number() const {
    const auto* value = std::get_if<kFloatIndex>(&value_);
    return value == nullptr ? 0 : *value;
  }
  // Children of an expression, in order; none for other kinds.
  const std::vector<Term>& children() const {
    const auto* children = std::get_if<kExpressionIndex>(&value_);
    return children == nullptr ? NoChildren() : *children;
  }
  // The same, to change. Only for an expression.
  std::vector<Term>& mutable_children();
  // True for everything but an expression that has children.
  bool is_leaf() const {
    const auto* children = std::get_if<kExpressionIndex>(&value_);
    return children == nullptr || children->empty();
  }

  friend bool operator==(const Term& a, const Term& b);

 private:
  using Value =
      std::variant<std::string, std::string, int64_t, double, std::string, std::vector<Term>>;

  // Which alternative of `value_` stands for which kind.
  static constexpr size_t kSymbolIndex = static_cast<size_t>(Kind::kSymbol);
  static constexpr size_t kVariableIndex = static_cast<size_t>(Kind::kVariable);
  static constexpr size_t kIntegerIndex = static_cast<size_t>(Kind::kInteger);
  static constexpr size_t kFloatIndex = static_cast<size_t>(Kind::kFloat);
  static constexpr size_t kStringIndex = static_cast<size_t>(Kind::kString);
  static constexpr size_t kExpressionIndex = static_cast<size_t>(Kind::kExpression);

  static const std::vector<Term>& NoChildren();

  template <size_t kIndex, typename Argument>
  Term(std::in_place_index_t<kIndex> index, Argument&& argument)
      : value_(index, std::forward<Argument>(argument)) {}

  // Empties the expressions below this one, so that no destructor calls another one deeply.
  void ReleaseDescendants();

  Value value_{std::in_place_index<kExpressionIndex>};
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_TERM_H_
