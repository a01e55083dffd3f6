#include "client/cpp/formats/literal_form.h"

#include <algorithm>
#include <iterator>

#include "client/cpp/formats/term_text.h"

namespace pathkb::client {
namespace {

// Types of numbers whose values are compared as such, beside integer and double.
constexpr std::string_view kNumberTypes[] = {"decimal",
                                             "float",
                                             "long",
                                             "int",
                                             "short",
                                             "byte",
                                             "nonNegativeInteger",
                                             "positiveInteger",
                                             "nonPositiveInteger",
                                             "negativeInteger",
                                             "unsignedLong",
                                             "unsignedInt",
                                             "unsignedShort",
                                             "unsignedByte"};

}  // namespace

LiteralForm LiteralFormOf(std::string_view lexical, std::string_view type, std::string& number) {
  if (!type.starts_with(kXsdPrefix)) return LiteralForm::kTextInside;
  type.remove_prefix(kXsdPrefix.size());
  if (type == "string") return LiteralForm::kString;
  const bool is_integer = IntegerTerm(lexical) == lexical;
  if (type == "integer") {
    number = lexical;
    return is_integer ? LiteralForm::kInteger : LiteralForm::kTextInside;
  }
  const bool is_float =
      NumberFormOf(lexical) == NumberForm::kFloat && FloatTerm(lexical) == lexical;
  if (type == "double") {
    number = lexical == "INF"    ? "+inf.0"
             : lexical == "-INF" ? "-inf.0"
             : lexical == "NaN"  ? "+nan.0"
             : is_float          ? lexical
                                 : std::string_view();
    return number.empty() ? LiteralForm::kTextInside : LiteralForm::kFloat;
  }
  number = lexical;
  const bool is_number_type =
      std::find(std::begin(kNumberTypes), std::end(kNumberTypes), type) != std::end(kNumberTypes);
  return is_number_type && (is_integer || is_float) ? LiteralForm::kNumberInside
                                                    : LiteralForm::kTextInside;
}

}  // namespace pathkb::client
