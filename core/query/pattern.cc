#include "core/query/pattern.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/term/path_encoding.h"

namespace pathkb {

absl::StatusOr<Pattern> Pattern::Compile(Term term, const std::vector<std::string>& inputs) {
  Pattern pattern;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, pattern.code_, &pattern.variable_names_));
  for (size_t i = 0; i < pattern.variable_names_.size(); ++i) {
    if (std::find(inputs.begin(), inputs.end(), pattern.variable_names_[i]) != inputs.end()) {
      pattern.inputs_ |= uint64_t{1} << i;
    }
  }
  pattern.term_ = std::move(term);
  const std::string& code = pattern.code_;
  pattern.subterm_end_.assign(code.size() + 1, 0);
  pattern.variable_at_.assign(code.size() + 1, 0);

  // Subterm starts, in order; each one's end is found by a scanner of its own that all later bytes
  // feed.
  struct Open {
    size_t start;
    TermScanner scanner;
  };
  std::vector<Open> open;
  TermScanner whole;
  uint8_t new_variables = 0;
  for (size_t pc = 0; pc < code.size(); ++pc) {
    const uint8_t byte = static_cast<uint8_t>(code[pc]);
    if (whole.at_tag()) {
      open.push_back({pc, TermScanner()});
      if (byte == kNewVariableTag) {
        pattern.variable_at_[pc] = new_variables++;
      } else if (byte >= kVariableAgainTagMin && byte <= kVariableAgainTagMax) {
        pattern.variable_at_[pc] = static_cast<uint8_t>(byte - kVariableAgainTagMin);
        pattern.has_repeated_variable_ = true;
      }
    }
    PATHKB_CHECK(whole.Feed(byte) != TermScanner::State::kInvalid);
    // Inner subterms end before or with outer ones, so those that end are at the back.
    for (Open& subterm : open) {
      if (subterm.scanner.Feed(byte) == TermScanner::State::kComplete) {
        pattern.subterm_end_[subterm.start] = static_cast<uint32_t>(pc + 1);
      }
    }
    while (!open.empty() && pattern.subterm_end_[open.back().start] != 0) open.pop_back();
  }

  pattern.free_from_ = code.size();
  if (!pattern.has_repeated_variable_) {
    size_t pc = code.size();
    while (pc > 0 && pattern.subterm_end_[pc - 1] == pc &&
           static_cast<uint8_t>(code[pc - 1]) == kNewVariableTag) {
      --pc;
    }
    pattern.free_from_ = pc;
  }
  return pattern;
}

}  // namespace pathkb
