// The parts of a query, from its term, checked: what is a pattern, what is a comparison, which
// variables each part binds and which it needs.
//
//   (, (age $x $n) (not (dead $x)) (< $n 30) (or (p $x) (q $x $y)))
//
//   Conjunction   kMatch (age $x $n)                     binds $x $n
//                 kNot    { kMatch (dead $x) }           needs $x
//                 kCompare $n < 30                       needs $n
//                 kOr     { kMatch (p $x) }              binds $x, in either branch
//                         { kMatch (q $x $y) }
//
// A part needs variables that something before it must have bound; the planner puts it behind. A
// `,` inside a `,` is dissolved; a conjunction of one part needs no `,`.

#ifndef PATHKB_CORE_QUERY_QUERY_FORM_H_
#define PATHKB_CORE_QUERY_QUERY_FORM_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/comparison.h"
#include "core/term/term.h"

namespace pathkb {

// Bounds on one query; a pattern has one of its own, kVariablesMax.
inline constexpr size_t kQueryVariablesMax = 1024;
inline constexpr size_t kQueryPartsMax = 64;  // Of one `,`, dissolved ones included, or one `or`.
inline constexpr size_t kQueryAllPartsMax = 256;  // Patterns, comparisons, `not`s and `or`s in all.
inline constexpr size_t kQueryNestingMax = 16;    // `,`, `or` and `not` inside one another.

// Variables by number.
using VariableSet = std::bitset<kQueryVariablesMax>;

struct QueryPart;

// Parts that must all hold, in the order of the text.
struct Conjunction {
  std::vector<QueryPart> parts;
  VariableSet occurring;  // Variables in it, anywhere.
  VariableSet binds;      // Bound wherever it holds.
  VariableSet needs;      // To be bound by something outside of it.
};

// One part. Which members count depends on `kind`.
struct QueryPart {
  enum class Kind : uint8_t { kMatch, kCompare, kNot, kOr };

  Kind kind = Kind::kMatch;
  Term pattern;                         // kMatch.
  Comparison comparison;                // kCompare.
  std::vector<Conjunction> branches;    // kOr: one or more; kNot: one.
  std::vector<uint32_t> variables;      // kMatch, kCompare: by first occurrence in it.
  VariableSet occurring, binds, needs;  // As in Conjunction.
};

// A whole query.
struct QueryForm {
  Conjunction top;
  bool single_pattern = false;              // top is one kMatch, the term as it was given.
  std::vector<std::string> variable_names;  // By number: first occurrence in the text.
  VariableSet answers;     // The variables that answers bind: those outside of any `not`.
  VariableSet parameters;  // Those whose value is given at each start; not among the answers.
};

// Takes a term apart and checks it; `parameters` as for Query::Compile().
//   InvalidArgument   as Query::Compile()
absl::StatusOr<QueryForm> MakeQueryForm(Term term, const std::vector<std::string>& parameters = {});

// The part as text, as it would be written in a `,`.
std::string FormText(const QueryPart& part, const std::vector<std::string>& variable_names);

// A form's text in an error message: cut off after some hundred bytes, between characters.
std::string ExcerptOfForm(std::string text);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_FORM_H_
