#include "server/rpc/term_conversion.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/term/path_encoding.h"
#include "core/term/utf8.h"
#include "server/config/limits.h"

namespace pathkb {
namespace {

// Levels of a term in a message: two of it each, and some are left for what is around the term.
constexpr int kLevelsMax = 40;

// Protocol Buffers have bounded the depth.
absl::StatusOr<Term> Read(const v1::Term& message) {
  switch (message.kind_case()) {
    case v1::Term::kSymbol:
      if (message.symbol().empty()) return absl::InvalidArgumentError("an empty symbol");
      return Term::Symbol(message.symbol());
    case v1::Term::kVariable:
      return Term::Variable(message.variable());
    case v1::Term::kInteger:
      return Term::Integer(message.integer());
    case v1::Term::kFloat:
      return Term::Float(message.float_());
    case v1::Term::kText:
      return Term::String(message.text());
    case v1::Term::kBytes:
      return Term::String(message.bytes());
    case v1::Term::kExpression: {
      std::vector<Term> children;
      children.reserve(message.expression().children_size());
      for (const v1::Term& child : message.expression().children()) {
        PATHKB_ASSIGN_OR_RETURN(Term term, Read(child));
        children.push_back(std::move(term));
      }
      return Term::Expression(std::move(children));
    }
    case v1::Term::kEncoded: {
      std::string_view bytes = message.encoded();
      absl::StatusOr<Term> term = DecodeTerm(bytes);
      if (term.ok() && bytes.empty()) return term;
      return absl::InvalidArgumentError(fmt::format(
          "not an encoded term: {}", term.ok() ? fmt::format("{} bytes too many", bytes.size())
                                               : std::string(ToStd(term.status().message()))));
    }
    case v1::Term::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a term without a kind");
}

bool IsUtf8(std::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    const size_t bytes = DecodeUtf8(text, offset).bytes;
    if (bytes == 0) return false;
    offset += bytes;
  }
  return true;
}

// False if the message cannot say it.
bool Write(const Term& term, int level, v1::Term& message) {
  switch (term.kind()) {
    case Term::Kind::kSymbol:
      message.set_symbol(term.text());
      return IsUtf8(term.text());
    case Term::Kind::kVariable:
      message.set_variable(term.text());
      return IsUtf8(term.text());
    case Term::Kind::kInteger:
      message.set_integer(term.integer());
      return true;
    case Term::Kind::kFloat:
      message.set_float_(term.number());
      return true;
    case Term::Kind::kString:
      if (IsUtf8(term.text())) {
        message.set_text(term.text());
      } else {
        message.set_bytes(term.text());
      }
      return true;
    case Term::Kind::kExpression:
      break;
  }
  if (level == kLevelsMax) return false;
  v1::Expression& expression = *message.mutable_expression();
  for (const Term& child : term.children()) {
    if (!Write(child, level + 1, *expression.add_children())) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Term> ToTerm(const v1::Term& message) {
  const size_t bytes = message.ByteSizeLong();
  if (bytes > kTermLimits.term_bytes_max) {
    return absl::ResourceExhaustedError(fmt::format("a term of {} bytes: at most {} are allowed",
                                                    bytes, kTermLimits.term_bytes_max));
  }
  return Read(message);
}

void FillTerm(const Term& term, v1::Term& message) {
  if (Write(term, 0, message)) return;
  // As a whole, so that its variables stay what they are to each other.
  std::string encoded;
  PATHKB_CHECK(EncodeTerm(term, encoded).ok());
  message.set_encoded(std::move(encoded));
}

}  // namespace pathkb
