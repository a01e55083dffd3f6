#include "core/query/term_substitution.h"

#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/query/unify.h"

namespace pathkb {
namespace {

size_t TermsIn(const Term& term) {
  size_t count = 0;
  std::vector<const Term*> pending = {&term};
  while (!pending.empty()) {
    const Term& here = *pending.back();
    pending.pop_back();
    ++count;
    for (const Term& child : here.children()) pending.push_back(&child);
  }
  return count;
}

}  // namespace

absl::StatusOr<Term> Substitute(const Term& term, const TermsByName& values) {
  struct Frame {
    const Term* term;
    std::vector<Term> done;
  };
  std::vector<Frame> stack;
  stack.push_back({&term, {}});
  size_t terms = 0;
  while (true) {
    Frame& top = stack.back();
    const Term& here = *top.term;
    if (top.done.size() < here.children().size()) {
      stack.push_back({&here.children()[top.done.size()], {}});
      continue;
    }
    Term result;
    if (here.kind() == Term::Kind::kExpression) {
      result = Term::Expression(std::move(top.done));
      ++terms;
    } else if (here.kind() == Term::Kind::kVariable && values.contains(here.text())) {
      result = *values.at(here.text());
      terms += TermsIn(result);
    } else {
      result = here;
      ++terms;
    }
    if (terms > kUnifyTermsMax) {
      return absl::ResourceExhaustedError(
          fmt::format("an answer, filled in, has more than {} terms", kUnifyTermsMax));
    }
    stack.pop_back();
    if (stack.empty()) return result;
    stack.back().done.push_back(std::move(result));
  }
}

bool IsGround(const Term& term) {
  std::vector<const Term*> pending = {&term};
  while (!pending.empty()) {
    const Term& here = *pending.back();
    pending.pop_back();
    if (here.kind() == Term::Kind::kVariable) return false;
    for (const Term& child : here.children()) pending.push_back(&child);
  }
  return true;
}

}  // namespace pathkb
