// The printing half of sexpr.h.

#include <cstdint>

#include "core/term/escape.h"
#include "core/term/number_text.h"
#include "core/term/sexpr.h"
#include "core/term/utf8.h"

namespace pathkb {
namespace {

// True if `text` can stand in a word as it is: nothing in it would end the word, or be unseen.
bool IsWord(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Character character = DecodeUtf8(text, at);
    if (character.bytes == 0 || IsBlank(character.code) || IsInvisible(character.code))
      return false;
    if (character.code == '(' || character.code == ')' || character.code == ';') return false;
    at += character.bytes;
  }
  return true;
}

// True if the reader would not take `name`, written plainly, for the symbol of that name.
bool SymbolNeedsQuotes(std::string_view name) {
  if (name.empty() || name[0] == '"' || name[0] == '$') return true;
  if (name.substr(0, 2) == "#\"") return true;
  return ReadNumber(name).form != NumberText::Form::kNone || !IsWord(name);
}

bool VariableNeedsQuotes(std::string_view name) {
  return name.substr(0, 1) == "\"" || !IsWord(name);
}

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(byte);
      ++at;
    } else if (byte >= ' ' && byte < 0x7F) {
      out.push_back(byte);
      ++at;
    } else {
      at += AppendVisible(text, at, out);
    }
  }
  out.push_back('"');
}

// Appends anything but an expression with children.
void AppendLeaf(const Term& term, std::string& out) {
  switch (term.kind()) {
    case Term::Kind::kSymbol:
      if (!SymbolNeedsQuotes(term.text())) {
        out.append(term.text());
      } else {
        out.push_back('#');
        AppendQuoted(term.text(), out);
      }
      break;
    case Term::Kind::kVariable:
      out.push_back('$');
      if (!VariableNeedsQuotes(term.text())) {
        out.append(term.text());
      } else {
        AppendQuoted(term.text(), out);
      }
      break;
    case Term::Kind::kInteger:
      AppendInteger(term.integer(), out);
      break;
    case Term::Kind::kFloat:
      AppendFloat(term.number(), out);
      break;
    case Term::Kind::kString:
      AppendQuoted(term.text(), out);
      break;
    case Term::Kind::kExpression:
      out.append("()");
      break;
  }
}

}  // namespace

std::string PrintTerm(const Term& term) {
  // An expression being printed, and its child that comes next.
  struct Open {
    const std::vector<Term>* children;
    size_t next;
  };
  std::string out;
  std::vector<Open> open;
  const Term* current = &term;
  while (true) {
    if (current->is_leaf()) {
      AppendLeaf(*current, out);
    } else {
      out.push_back('(');
      open.push_back({&current->children(), 0});
    }
    while (!open.empty() && open.back().next == open.back().children->size()) {
      out.push_back(')');
      open.pop_back();
    }
    if (open.empty()) return out;
    Open& innermost = open.back();
    if (innermost.next > 0) out.push_back(' ');
    current = &(*innermost.children)[innermost.next++];
  }
}

}  // namespace pathkb
