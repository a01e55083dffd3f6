// A term with places to be filled: `(edge $from $to "a $ in a string")`.

#ifndef PATHKB_CLIENT_CPP_FORMATS_TEMPLATE_TEXT_H_
#define PATHKB_CLIENT_CPP_FORMATS_TEMPLATE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace pathkb::client {

// The text of a term, cut at its variables. A value type.
//
//   text     (edge $from $to)
//   pieces   "(edge "   from   " "   to   ")"
class TemplateText {
 public:
  // InvalidArgument if `text` is not one term in UTF-8, or has a comment in it.
  static absl::StatusOr<TemplateText> Parse(std::string_view text);

  // Names of the variables, each once, by first occurrence, without the dollar sign.
  const std::vector<std::string>& variables() const { return variables_; }

  // Calls `literal(text)` and `variable(index into variables())` in the order of the text, until
  // one of the latter returns false; then false.
  template <typename Literal, typename Variable>
  bool Fill(const Literal& literal, const Variable& variable) const {
    for (const Piece& piece : pieces_) {
      literal(std::string_view(piece.before));
      if (!variable(piece.variable)) return false;
    }
    literal(std::string_view(rest_));
    return true;
  }

 private:
  struct Piece {
    std::string before;
    size_t variable;
  };

  // Takes the variable at the front of `text`, which begins with its dollar sign; returns its
  // bytes.
  size_t AddVariable(std::string before, std::string_view text);

  std::vector<Piece> pieces_;
  std::string rest_;  // Behind the last variable.
  std::vector<std::string> variables_;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_TEMPLATE_TEXT_H_
