#include "core/query/pattern.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {

absl::StatusOr<Pattern> Pattern::Compile(Term term, const std::vector<std::string>& inputs) {
  Pattern pattern;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, pattern.code_, &pattern.variable_names_));
  pattern.term_ = std::move(term);
  for (size_t i = 0; !inputs.empty() && i < pattern.variable_names_.size(); ++i) {
    if (std::find(inputs.begin(), inputs.end(), pattern.variable_names_[i]) != inputs.end()) {
      pattern.inputs_ |= uint64_t{1} << i;
    }
  }

  // Expressions that are not complete yet: their token, and how many children are still to come.
  struct Open {
    uint32_t token;
    uint64_t children_left;
  };
  absl::InlinedVector<Open, 16> open;
  uint32_t new_variables = 0;
  const std::string_view code = pattern.code_;
  for (size_t at = 0; at < code.size();) {
    const uint8_t tag = static_cast<uint8_t>(code[at]);
    PatternToken token;
    token.begin = static_cast<uint32_t>(at);
    uint64_t children = 0;
    PATHKB_CHECK(PassToken(code, at, children));  // Our own encoding.
    token.end = static_cast<uint32_t>(at);
    if (tag == kNewVariableTag) {
      token.variable = new_variables++;
    } else if (IsVariableTag(tag)) {
      token.variable = tag - kVariableAgainTagMin;
      pattern.repeated_ |= uint64_t{1} << token.variable;
    }
    pattern.tokens_.push_back(token);
    const uint32_t count = static_cast<uint32_t>(pattern.tokens_.size());
    if (children > 0) {
      open.push_back({count - 1, children});
      continue;
    }
    pattern.tokens_.back().next = count;
    while (!open.empty() && --open.back().children_left == 0) {
      pattern.tokens_[open.back().token].next = count;
      open.pop_back();
    }
  }
  return pattern;
}

size_t Pattern::ChildToken(int position) const {
  const uint8_t tag = static_cast<uint8_t>(code_[0]);
  if (position < 0 || tag > kExpressionTagMax || position >= tag) return 0;
  size_t token = 1;
  for (int child = 0; child < position; ++child) token = tokens_[token].next;
  return token;
}

ArrangedTokens ArrangeTokens(const Pattern& pattern, int position) {
  if (position == 0) return {pattern.tokens()};
  const PatternTokens& from = pattern.tokens();
  const size_t child = pattern.ChildToken(position);
  PATHKB_CHECK(child != 0);
  const size_t child_end = from[child].next;
  const size_t before = position == 1 ? 1 : from[1].next;  // Tokens that stay in front.
  ArrangedTokens arranged;
  arranged.tokens.reserve(from.size());
  const auto append = [&](size_t begin, size_t end) {
    const size_t moved_to = arranged.tokens.size();
    for (size_t i = begin; i < end; ++i) {
      PatternToken token = from[i];
      token.next = static_cast<uint32_t>(token.next - begin + moved_to);
      arranged.tokens.push_back(token);
    }
  };
  append(0, before);
  arranged.argument_begin = before;
  append(child, child_end);
  arranged.argument_end = arranged.tokens.size();
  append(before, child);
  append(child_end, from.size());
  arranged.tokens[0].next = static_cast<uint32_t>(from.size());
  return arranged;
}

}  // namespace pathkb
