#include "core/query/query_binding.h"

#include <string>
#include <vector>

#include "fmt/format.h"

#include "core/term/sexpr.h"

namespace pathkb {
namespace {

void ResolveConjunction(Conjunction& conjunction, const VariableSet& outside);

// `outside`: variables that occur outside of the part. Branches of an `or` are not outside of one
// another: no answer has both.
void ResolvePart(QueryPart& part, const VariableSet& outside) {
  switch (part.kind) {
    case QueryPart::Kind::kMatch:
      part.binds = part.occurring;
      return;
    case QueryPart::Kind::kCompare:
      part.needs = part.occurring;
      return;
    case QueryPart::Kind::kNot:
      ResolveConjunction(part.branches[0], outside);
      part.needs = part.branches[0].needs | (part.occurring & outside);
      return;
    case QueryPart::Kind::kOr:
      part.binds.set();
      for (Conjunction& branch : part.branches) {
        ResolveConjunction(branch, outside);
        part.binds &= branch.binds;
        part.needs |= branch.needs;
      }
      part.needs |= part.occurring & outside & ~part.binds;
      return;
  }
}

void ResolveConjunction(Conjunction& conjunction, const VariableSet& outside) {
  std::vector<QueryPart>& parts = conjunction.parts;
  // What occurs in the parts before and behind each one.
  std::vector<VariableSet> behind(parts.size() + 1);
  for (size_t i = parts.size(); i-- > 0;) behind[i] = behind[i + 1] | parts[i].occurring;
  VariableSet before;
  for (size_t i = 0; i < parts.size(); ++i) {
    ResolvePart(parts[i], outside | before | behind[i + 1]);
    before |= parts[i].occurring;
    conjunction.binds |= parts[i].binds;
  }

  // Takes parts whose needs are met, as a plan will. Where none is left, something must come from
  // outside: what no part that waits could bind; or, if they wait for one another, what the first
  // of them waits for.
  VariableSet bound;
  std::vector<bool> taken(parts.size());
  for (size_t left = parts.size(); left > 0;) {
    const size_t left_before = left;
    VariableSet waiting_binds;
    const QueryPart* first_waiting = nullptr;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (taken[i]) continue;
      if ((parts[i].needs & ~bound).none()) {
        taken[i] = true;
        bound |= parts[i].binds;
        --left;
      } else {
        waiting_binds |= parts[i].binds;
        if (first_waiting == nullptr) first_waiting = &parts[i];
      }
    }
    if (left < left_before) continue;
    VariableSet missing;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!taken[i]) missing |= parts[i].needs & ~bound & ~waiting_binds;
    }
    if (missing.none()) missing = first_waiting->needs & ~bound;
    conjunction.needs |= missing;
    bound |= missing;
  }
}

// Why `conjunction` needs variable `number`, which nothing binds.
absl::Status Unbound(const Conjunction& top, uint32_t number, const QueryForm& form) {
  const std::string variable = PrintTerm(Term::Variable(form.variable_names[number]));
  const Conjunction* conjunction = &top;
  while (true) {
    const QueryPart* part = nullptr;
    for (const QueryPart& candidate : conjunction->parts) {
      if (part == nullptr && candidate.needs[number]) part = &candidate;
    }
    if (part == nullptr) return absl::InternalError("query: a need without a part");
    const std::string text = ExcerptOfForm(FormText(*part, form.variable_names));
    if (part->kind == QueryPart::Kind::kCompare) {
      return absl::InvalidArgumentError(fmt::format(
          "query: nothing binds {} in {}: add a pattern that holds {}", variable, text, variable));
    }
    const Conjunction* inner = nullptr;
    size_t not_binding = 0;  // The first branch that does not bind it, from 1.
    for (size_t i = 0; i < part->branches.size(); ++i) {
      const Conjunction& branch = part->branches[i];
      if (inner == nullptr && branch.needs[number]) inner = &branch;
      if (not_binding == 0 && !branch.binds[number]) not_binding = i + 1;
    }
    if (inner != nullptr) {
      conjunction = inner;
    } else if (part->kind == QueryPart::Kind::kNot) {
      return absl::InvalidArgumentError(
          fmt::format("query: {} is used in {} and outside of it, where no pattern binds it: add a "
                      "pattern that does, or give it another name",
                      variable, text));
    } else {
      return absl::InvalidArgumentError(
          fmt::format("query: branch {} of {} does not bind {}, which is used outside of it: bind "
                      "it in each branch, or in a pattern beside the `or`",
                      not_binding, text, variable));
    }
  }
}

}  // namespace

absl::Status ResolveBindings(QueryForm& form) {
  ResolveConjunction(form.top, VariableSet());
  for (uint32_t i = 0; i < form.variable_names.size(); ++i) {
    if (form.top.needs[i] && !form.parameters[i]) return Unbound(form.top, i, form);
  }
  return absl::OkStatus();
}

}  // namespace pathkb
