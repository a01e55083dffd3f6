// A knowledge base as a list: what tests hold the real one against. Nothing is fast here, and
// nothing is shared with core/query, core/facts or core/trie but the encoding of terms, which gives
// the order, and the entry, which is only a struct.

#ifndef PATHKB_TESTS_SUPPORT_NAIVE_FACTS_H_
#define PATHKB_TESTS_SUPPORT_NAIVE_FACTS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/facts/entry.h"
#include "core/term/term.h"

namespace pathkb {

// One fact. `entry` has neither the encoded term nor the names of variables: `term` says both.
struct NaiveFact {
  Term term;
  std::string name;  // Empty if it has none.
  Entry entry;
};

// The facts of one space.
using NaiveFacts = std::vector<NaiveFact>;

// The encoded term. Fails the test if there is none.
std::string NaiveEncoding(const Term& term);

// In path order (encoded term, then name); of those with equal terms and names the last one counts.
NaiveFacts InPathOrder(const NaiveFacts& facts);

// Which facts a query sees; what is not given is not asked for.
struct NaiveFilter {
  std::optional<double> min_confidence;
  std::optional<std::string> source;
  std::map<std::string, std::string> metadata;
  std::optional<std::string> name_prefix;

  // True if the fact passes all that is given. A fact without a name passes no `name_prefix`.
  bool Passes(const NaiveFact& fact) const;
};

// Which entry a fact gets that both sides of an operation hold.
enum class NaivePolicy { kLeft, kRight, kMaxConfidence };

// Set algebra by term and name; results are in path order. With kMaxConfidence the left one wins a
// draw. A difference keeps what `right` does not hold, with the entry it has.
NaiveFacts NaiveUnion(const NaiveFacts& left, const NaiveFacts& right, NaivePolicy policy);
NaiveFacts NaiveIntersection(const NaiveFacts& left, const NaiveFacts& right, NaivePolicy policy);
NaiveFacts NaiveDifference(const NaiveFacts& left, const NaiveFacts& right);

// The facts whose name begins with `prefix`; every one that has a name if it is empty.
NaiveFacts NaiveRestriction(const NaiveFacts& facts, std::string_view prefix);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_NAIVE_FACTS_H_
