// The shape of a query: the query without its constants. Two queries of one shape differ only in
// the ground arguments of their patterns, in operands of comparisons, and in names of variables.
//
//   (, (word $s "bank") (gloss $s $g))        (, (word $s #) (gloss $s $g))
//   (, (word $x "tree") (gloss $x $y))        the same
//   (, (gloss $x $y) (word $x "tree"))        another: parts keep their numbers
//
// Heads stay, as those say which relation it is; and so do constants inside an argument that holds
// a variable.

#ifndef PATHKB_CORE_QUERY_QUERY_SHAPE_H_
#define PATHKB_CORE_QUERY_QUERY_SHAPE_H_

#include <optional>
#include <string>

#include "core/query/query_form.h"

namespace pathkb {

// Bytes that two queries share if they have one shape, and only then. nullopt: the query is too
// large for them, or has parameters already. O(size of the query).
std::optional<std::string> ShapeKey(const QueryForm& form);

// The form with parameters in the place of what ShapeKey() leaves out; parts have the same numbers.
// For planning only. The form must have a key.
QueryForm ShapeForm(const QueryForm& form);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_SHAPE_H_
