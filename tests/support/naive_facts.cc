#include "tests/support/naive_facts.h"

#include <utility>

#include "gtest/gtest.h"

#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// What makes two facts one.
using Key = std::pair<std::string, std::string>;

Key KeyOf(const NaiveFact& fact) { return {NaiveEncoding(fact.term), fact.name}; }

std::map<Key, NaiveFact> ByKey(const NaiveFacts& facts) {
  std::map<Key, NaiveFact> by_key;
  for (const NaiveFact& fact : facts) by_key[KeyOf(fact)] = fact;
  return by_key;
}

NaiveFacts Values(const std::map<Key, NaiveFact>& by_key) {
  NaiveFacts facts;
  for (const auto& [key, fact] : by_key) facts.push_back(fact);
  return facts;
}

const NaiveFact& Choose(const NaiveFact& left, const NaiveFact& right, NaivePolicy policy) {
  switch (policy) {
    case NaivePolicy::kLeft:
      return left;
    case NaivePolicy::kRight:
      return right;
    case NaivePolicy::kMaxConfidence:
      return right.entry.confidence > left.entry.confidence ? right : left;
  }
  return left;
}

}  // namespace

std::string NaiveEncoding(const Term& term) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(term, bytes).ok());
  return bytes;
}

NaiveFacts InPathOrder(const NaiveFacts& facts) { return Values(ByKey(facts)); }

bool NaiveFilter::Passes(const NaiveFact& fact) const {
  if (min_confidence && fact.entry.confidence < *min_confidence) return false;
  if (source && fact.entry.source != *source) return false;
  for (const auto& [key, value] : metadata) {
    const auto found = fact.entry.metadata.find(key);
    if (found == fact.entry.metadata.end() || found->second != value) return false;
  }
  if (name_prefix && (fact.name.empty() || !fact.name.starts_with(*name_prefix))) return false;
  return true;
}

NaiveFacts NaiveUnion(const NaiveFacts& left, const NaiveFacts& right, NaivePolicy policy) {
  std::map<Key, NaiveFact> all = ByKey(left);
  for (const auto& [key, fact] : ByKey(right)) {
    const auto found = all.find(key);
    all[key] = found == all.end() ? fact : NaiveFact(Choose(found->second, fact, policy));
  }
  return Values(all);
}

NaiveFacts NaiveIntersection(const NaiveFacts& left, const NaiveFacts& right, NaivePolicy policy) {
  const std::map<Key, NaiveFact> others = ByKey(right);
  NaiveFacts both;
  for (const auto& [key, fact] : ByKey(left)) {
    const auto other = others.find(key);
    if (other != others.end()) both.push_back(Choose(fact, other->second, policy));
  }
  return both;
}

NaiveFacts NaiveDifference(const NaiveFacts& left, const NaiveFacts& right) {
  std::map<Key, NaiveFact> rest = ByKey(left);
  for (const auto& [key, fact] : ByKey(right)) rest.erase(key);
  return Values(rest);
}

NaiveFacts NaiveRestriction(const NaiveFacts& facts, std::string_view prefix) {
  NaiveFacts found;
  for (const NaiveFact& fact : InPathOrder(facts)) {
    if (!fact.name.empty() && fact.name.starts_with(prefix)) found.push_back(fact);
  }
  return found;
}

}  // namespace pathkb
