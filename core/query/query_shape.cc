#include "core/query/query_shape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fmt/format.h"

#include "core/base/varint.h"
#include "core/query/term_substitution.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

constexpr size_t kKeyBytesMax = 2048;

// True if child `i` of a pattern is left out of the shape.
bool IsLeftOut(const Term& pattern, size_t i) { return i > 0 && IsGround(pattern.children()[i]); }

// Numbers of the variables in `term`, a piece of `part`, by first occurrence in it; its code goes
// behind `code`. False if it cannot be encoded.
bool NumbersIn(const Term& term, const QueryPart& part, const std::vector<std::string>& names,
               std::string& code, std::vector<uint32_t>& numbers) {
  std::vector<std::string> here;
  if (!EncodeTerm(term, code, &here).ok()) return false;
  for (const std::string& name : here) {
    for (const uint32_t number : part.variables) {
      if (names[number] == name) numbers.push_back(number);
    }
  }
  return true;
}

// Appends keys of parts. Nests as the query does, at most kQueryNestingMax deep.
class KeyWriter {
 public:
  KeyWriter(const std::vector<std::string>& names, std::string& key) : names_(names), key_(key) {}

  // False if the query is too large.
  bool Append(const Conjunction& conjunction) {
    AppendVarint(conjunction.parts.size(), key_);
    for (const QueryPart& part : conjunction.parts) {
      if (!Append(part) || key_.size() > kKeyBytesMax) return false;
    }
    return true;
  }

 private:
  bool Append(const QueryPart& part) {
    key_.push_back(static_cast<char>(part.kind));
    switch (part.kind) {
      case QueryPart::Kind::kMatch:
        return AppendPattern(part);
      case QueryPart::Kind::kCompare:
        key_.push_back(static_cast<char>(part.comparison.kind));
        Append(part.comparison.left);
        Append(part.comparison.right);
        added_ += 2;
        return added_ <= kAddedMax;
      default:
        AppendVarint(part.branches.size(), key_);
        return std::all_of(part.branches.begin(), part.branches.end(),
                           [this](const Conjunction& branch) { return Append(branch); });
    }
  }

  void Append(const Operand& operand) {
    AppendVarint(operand.is_variable() ? operand.variable + uint64_t{1} : 0, key_);
  }

  bool AppendPattern(const QueryPart& part) {
    const std::vector<Term>& children = part.pattern.children();
    AppendVarint(children.size(), key_);
    if (children.empty()) return AppendTerm(part.pattern, part);
    size_t variables = part.variables.size();
    for (size_t i = 0; i < children.size(); ++i) {
      const bool is_left_out = IsLeftOut(part.pattern, i);
      key_.push_back(is_left_out ? '\1' : '\0');
      if (is_left_out) {
        ++added_;
        if (++variables > kVariablesMax || added_ > kAddedMax) return false;
      } else if (!AppendTerm(children[i], part)) {
        return false;
      }
      if (key_.size() > kKeyBytesMax) return false;
    }
    return true;
  }

  bool AppendTerm(const Term& term, const QueryPart& part) {
    std::string code;
    std::vector<uint32_t> numbers;
    if (!NumbersIn(term, part, names_, code, numbers)) return false;
    AppendLengthPrefixed(code, key_);
    for (const uint32_t number : numbers) AppendVarint(number, key_);
    return true;
  }

  static constexpr size_t kAddedMax = kQueryVariablesMax / 2;

  const std::vector<std::string>& names_;
  std::string& key_;
  size_t added_ = 0;  // Parameters at most.
};

// Puts parameters into a form. Nests as KeyWriter.
class ShapeMaker {
 public:
  explicit ShapeMaker(QueryForm& form) : form_(form) {}

  void Change(Conjunction& conjunction) {
    for (QueryPart& part : conjunction.parts) {
      Change(part);
      conjunction.occurring |= part.occurring;
    }
  }

 private:
  uint32_t NewParameter(QueryPart& part) {
    const uint32_t number = static_cast<uint32_t>(form_.variable_names.size());
    // No name from a text begins with a zero byte by accident.
    form_.variable_names.push_back(std::string(1, '\0') + fmt::format("p{}", number));
    form_.parameters.set(number);
    part.occurring.set(number);
    return number;
  }

  void Change(QueryPart& part) {
    switch (part.kind) {
      case QueryPart::Kind::kMatch:
        return ChangePattern(part);
      case QueryPart::Kind::kCompare:
        for (Operand* const operand : {&part.comparison.left, &part.comparison.right}) {
          if (operand->is_variable()) continue;
          operand->variable = NewParameter(part);
          operand->encoded.clear();
        }
        part.needs = part.occurring;
        return;
      default:
        for (Conjunction& branch : part.branches) {
          Change(branch);
          part.occurring |= branch.occurring;
        }
    }
  }

  void ChangePattern(QueryPart& part) {
    if (part.pattern.kind() != Term::Kind::kExpression) {
      part.binds = part.occurring;
      return;
    }
    std::vector<Term>& children = part.pattern.mutable_children();
    std::vector<uint32_t> variables;
    for (size_t i = 0; i < children.size(); ++i) {
      std::vector<uint32_t> numbers;
      std::string code;
      if (IsLeftOut(part.pattern, i)) {
        numbers.push_back(NewParameter(part));
        children[i] = Term::Variable(form_.variable_names[numbers[0]]);
      } else {
        NumbersIn(children[i], part, form_.variable_names, code, numbers);
      }
      for (const uint32_t number : numbers) {
        if (std::find(variables.begin(), variables.end(), number) == variables.end()) {
          variables.push_back(number);
        }
      }
    }
    if (!children.empty()) part.variables = std::move(variables);
    part.binds = part.occurring;
  }

  QueryForm& form_;
};

}  // namespace

std::optional<std::string> ShapeKey(const QueryForm& form) {
  if (form.parameters.any() || form.variable_names.size() > kQueryVariablesMax / 2) {
    return std::nullopt;
  }
  std::string key;
  if (!KeyWriter(form.variable_names, key).Append(form.top)) return std::nullopt;
  return key;
}

QueryForm ShapeForm(const QueryForm& form) {
  QueryForm shape = form;
  ShapeMaker(shape).Change(shape.top);
  return shape;
}

}  // namespace pathkb
