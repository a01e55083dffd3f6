// The writing half of path_encoding.h.

#include "core/term/path_encoding.h"

#include "absl/container/inlined_vector.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/term/ordered_number.h"

namespace pathkb {
namespace {

// Expressions this deep are handled without allocating for it.
constexpr size_t kInlineDepth = 16;

void AppendString(std::string_view text, std::string& path) {
  path.push_back(static_cast<char>(kStringTag));
  while (true) {
    const size_t zero = text.find('\0');
    path.append(text.substr(0, zero));
    path.push_back(static_cast<char>(kStringEscape));
    if (zero == text.npos) break;
    path.push_back(static_cast<char>(kStringEscapedZero));
    text.remove_prefix(zero + 1);
  }
  path.push_back(static_cast<char>(kStringEnd));
}

void AppendSymbol(std::string_view name, std::string& path) {
  if (name.size() <= kShortSymbolBytesMax) {
    path.push_back(static_cast<char>(kSymbolTagMin - 1 + name.size()));
    path.append(name);
  } else {
    path.push_back(static_cast<char>(kLongSymbolTag));
    AppendLengthPrefixed(name, path);
  }
}

// Appends the part of an expression that stands before its children.
void AppendExpressionTag(size_t child_count, std::string& path) {
  if (child_count <= kExpressionTagMax) {
    path.push_back(static_cast<char>(child_count));
  } else {
    path.push_back(static_cast<char>(kWideExpressionTag));
    AppendVarint(child_count, path);
  }
}

// Names of the variables met so far in one term; they point into it.
using VariableNames = absl::InlinedVector<std::string_view, 8>;

absl::Status AppendVariable(std::string_view name, VariableNames& names, std::string& path) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != name) continue;
    path.push_back(static_cast<char>(kVariableAgainTagMin + i));
    return absl::OkStatus();
  }
  if (names.size() == kVariablesMax) {
    return absl::InvalidArgumentError(
        fmt::format("a term has more than {} different variables", kVariablesMax));
  }
  names.push_back(name);
  path.push_back(static_cast<char>(kNewVariableTag));
  return absl::OkStatus();
}

// Appends `term`, but for its children.
absl::Status AppendNode(const Term& term, VariableNames& names, std::string& path) {
  switch (term.kind()) {
    case Term::Kind::kSymbol:
      if (term.text().empty()) return absl::InvalidArgumentError("a term has an empty symbol");
      AppendSymbol(term.text(), path);
      break;
    case Term::Kind::kVariable:
      return AppendVariable(term.text(), names, path);
    case Term::Kind::kInteger:
      AppendOrderedInteger(term.integer(), path);
      break;
    case Term::Kind::kFloat:
      path.push_back(static_cast<char>(kFloatTag));
      AppendOrderedFloat(term.number(), path);
      break;
    case Term::Kind::kString:
      AppendString(term.text(), path);
      break;
    case Term::Kind::kExpression:
      AppendExpressionTag(term.children().size(), path);
      break;
  }
  return absl::OkStatus();
}

absl::Status AppendTerm(const Term& term, VariableNames& names, std::string& path) {
  // Children still to be written, of the expressions that are open.
  struct Rest {
    const Term* next;
    const Term* end;
  };
  absl::InlinedVector<Rest, kInlineDepth> open = {{&term, &term + 1}};
  while (!open.empty()) {
    Rest& innermost = open.back();
    if (innermost.next == innermost.end) {
      open.pop_back();
      continue;
    }
    const Term& current = *innermost.next++;
    PATHKB_RETURN_IF_ERROR(AppendNode(current, names, path));
    if (!current.is_leaf()) {
      const Term* const children = current.children().data();
      open.push_back({children, children + current.children().size()});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EncodeTerm(const Term& term, std::string& path,
                        std::vector<std::string>* variable_names) {
  const size_t path_bytes = path.size();
  VariableNames names;
  if (absl::Status appended = AppendTerm(term, names, path); !appended.ok()) {
    path.resize(path_bytes);
    return appended;
  }
  if (variable_names != nullptr) variable_names->assign(names.begin(), names.end());
  return absl::OkStatus();
}

}  // namespace pathkb
