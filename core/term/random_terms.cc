#include "core/term/random_terms.h"

#include <bit>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace pathkb {
namespace {

void AppendCharacter(uint32_t code, std::string& out) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | (code >> shift & 0x3F)));
  };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | code >> 12));
    tail(6), tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | code >> 18));
    tail(12), tail(6), tail(0);
  }
}

constexpr char kOddCharacters[] = "\"\\ ();$#\n\t\r\x01\x7F\0+-.e019";
constexpr uint32_t kOddCodes[] = {0x80,   0x85,    0xA0,    0x7FF,   0x800,  0x2028,
                                  0x202E, 0x3000,  0xD7FF,  0xE000,  0xFEFF, 0xFFFD,
                                  0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
// Names that look like something else, or nearly.
constexpr std::string_view kOddNames[] = {"42",     "-1",
                                          "+",      "-",
                                          "+5",     "1e5",
                                          "2.5",    ".5",
                                          "5.",     "1e",
                                          "inf",    "nan",
                                          "+inf.0", "-inf.0",
                                          "$",      "#",
                                          "#\"",    "\"",
                                          "a\"b",   "a;b",
                                          "(",      "9999999999999999999999",
                                          "1e999",  "0x10",
                                          ",",      "=",
                                          "\\n",    "a#\"b"};

}  // namespace

uint64_t TestSeed() {
  const char* const given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "PATHKB_TEST_SEED=" << seed << std::endl;
  return seed;
}

Term RandomTerms::Next() {
  switch (UpTo(299)) {
    case 0: {  // Wide.
      std::vector<Term> children(60 + UpTo(10));
      if (UpTo(3) == 0) children.resize(240 + UpTo(30));
      for (Term& child : children) child = Leaf();
      return Term::Expression(std::move(children));
    }
    case 1: {  // Deep.
      Term term = Leaf();
      for (size_t levels = UpTo(900); levels > 0; --levels) {
        std::vector<Term> children;
        if (UpTo(2) == 0) children.push_back(Leaf());
        children.push_back(std::move(term));
        if (UpTo(2) == 0) children.push_back(Leaf());
        term = Term::Expression(std::move(children));
      }
      return term;
    }
    case 2:  // Long.
      return Term::String(Text(5000));
    case 3:
      return Term::Symbol("x" + Text(1000));
    default:
      return UpTo(5) == 0 ? Leaf() : Expression(3);
  }
}

Term RandomTerms::Expression(int levels) {
  std::vector<Term> children(UpTo(4));
  for (Term& child : children) {
    child = levels > 0 && UpTo(3) == 0 ? Expression(levels - 1) : Leaf();
  }
  return Term::Expression(std::move(children));
}

Term RandomTerms::Leaf() {
  switch (UpTo(6)) {
    case 0:
      return Term::Integer(Integer());
    case 1:
      return Term::Float(Float());
    case 2:
      return Term::String(Text(UpTo(20) == 0 ? 100 : 6));
    case 3:
      // Few names, so that they repeat.
      if (UpTo(9) == 0) return Term::Variable(kOddNames[UpTo(std::size(kOddNames) - 5)]);
      return Term::Variable(std::string(UpTo(1), 'x') + std::string(UpTo(1), 'y'));
    case 4:
      return Term();
    default:
      return Term::Symbol(SymbolName());
  }
}

std::string RandomTerms::SymbolName() {
  std::string name;
  switch (UpTo(9)) {
    case 0:
      return std::string(kOddNames[UpTo(std::size(kOddNames) - 1)]);
    case 1:
      name = Text(4);
      break;
    case 2:
      return std::string(61 + UpTo(5), 's');
    case 3:
      return std::string(UpTo(1) == 0 ? 245 + UpTo(5) : 254 + UpTo(400), 's');
    default:
      for (size_t i = UpTo(4); i > 0; --i) name.push_back(static_cast<char>('a' + UpTo(3)));
  }
  return name.empty() ? "a" : name;
}

int64_t RandomTerms::Integer() {
  if (UpTo(3) == 0) return static_cast<int64_t>(random_());
  const uint64_t near = (uint64_t{1} << UpTo(63)) + UpTo(2) - 1;
  return static_cast<int64_t>(UpTo(1) == 0 ? near : 0 - near);
}

double RandomTerms::Float() {
  switch (UpTo(3)) {
    case 0: {
      using Limits = std::numeric_limits<double>;
      const double special[] = {0.0,
                                -0.0,
                                1.0,
                                -1.0,
                                Limits::infinity(),
                                Limits::max(),
                                Limits::min(),
                                Limits::denorm_min(),
                                Limits::epsilon(),
                                1e22,
                                1e23,
                                5e-324,
                                Limits::quiet_NaN()};
      const double value = special[UpTo(std::size(special) - 1)];
      return UpTo(1) == 0 ? value : -value;
    }
    case 1:
      return (static_cast<double>(UpTo(2000)) - 1000) / 8;
    default:
      return std::bit_cast<double>(static_cast<uint64_t>(random_()));
  }
}

std::string RandomTerms::Text(size_t characters_max) {
  std::string text;
  for (size_t left = UpTo(characters_max); left > 0; --left) {
    switch (UpTo(5)) {
      case 0:
        text.push_back(kOddCharacters[UpTo(std::size(kOddCharacters) - 1)]);
        break;
      case 1:
        AppendCharacter(kOddCodes[UpTo(std::size(kOddCodes) - 1)], text);
        break;
      case 2: {
        const uint32_t code = static_cast<uint32_t>(UpTo(0x10FFFF - 0x800));
        AppendCharacter(code < 0xD800 ? code : code + 0x800, text);
        break;
      }
      default:
        text.push_back(static_cast<char>('a' + UpTo(2)));
    }
  }
  return text;
}

Term NestedTerm(size_t depth) {
  Term term;
  for (; depth > 0; --depth) {
    std::vector<Term> children;
    children.push_back(std::move(term));
    term = Term::Expression(std::move(children));
  }
  return term;
}

}  // namespace pathkb
