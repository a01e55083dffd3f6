// Comparisons of encoded terms: `<` `<=` `>` `>=` `==` `!=` `prefix`, without decoding into terms.
//
//   numbers    integers and floats by their exact mathematical value; a NaN compares false
//   strings    by bytes
//   == and !=  also whatever else, by structure; != is true exactly where == is false
//   prefix     a string or a symbol that begins with the text of a string or a symbol
//   all else   is false

#ifndef PATHKB_CORE_QUERY_COMPARISON_H_
#define PATHKB_CORE_QUERY_COMPARISON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb {

enum class ComparisonKind : uint8_t {
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kEqual,
  kNotEqual,
  kPrefix,
};

// One side of a comparison: a variable of the query or an encoded ground term.
struct Operand {
  static constexpr uint32_t kConstant = ~uint32_t{0};

  uint32_t variable = kConstant;  // Its number, or kConstant.
  std::string encoded;            // Of a constant.

  bool is_variable() const { return variable != kConstant; }
};

// `(kind left right)`.
struct Comparison {
  ComparisonKind kind = ComparisonKind::kEqual;
  Operand left, right;
};

// The kind that a symbol names; nullopt if it names none.
std::optional<ComparisonKind> ComparisonKindOf(std::string_view symbol);
// The symbol.
std::string_view SymbolOf(ComparisonKind kind);

// The kind that says the same with left and right exchanged: `>` for `<`. == and != are their own;
// prefix has none and is returned as it is.
ComparisonKind Mirrored(ComparisonKind kind);

// True if `left` and `right`, encoded ground terms, compare like that. Allocates only for texts
// that hold zero bytes.
bool Compare(ComparisonKind kind, std::string_view left, std::string_view right);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_COMPARISON_H_
