#include "core/term/path_encoding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"

namespace pathkb {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
// Expressions this deep are handled without allocating for it.
constexpr size_t kInlineDepth = 16;

// --- Numbers as bytes whose order is the order of the numbers
// --------------------------------------

size_t BytesOf(uint64_t number) { return (static_cast<size_t>(std::bit_width(number)) + 7) / 8; }

void AppendBigEndian(uint64_t number, size_t bytes, std::string& path) {
  for (size_t i = bytes; i-- > 0;) path.push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

// Bytes behind the tag of `value`. A negative number is stored as its low bytes in two's
// complement, as many as leave out nothing but 0xFF: -1 is FF, -256 is 00, -257 is FE FF.
size_t IntegerBytes(int64_t value) {
  if (value >= 0) return BytesOf(static_cast<uint64_t>(value));
  return std::max<size_t>(1, BytesOf(~static_cast<uint64_t>(value)));
}

void AppendInteger(int64_t value, std::string& path) {
  const size_t bytes = IntegerBytes(value);
  path.push_back(static_cast<char>(value < 0 ? kZeroTag - bytes : kZeroTag + bytes));
  AppendBigEndian(static_cast<uint64_t>(value), bytes, path);
}

// The integer that `bytes` stand for behind `tag`; nullopt if AppendInteger() writes none like
// that.
std::optional<int64_t> IntegerFrom(uint8_t tag, std::string_view bytes) {
  uint64_t bits = ReadBigEndian(bytes);
  if (tag < kZeroTag && bytes.size() < 8) bits |= ~uint64_t{0} << (8 * bytes.size());
  const int64_t value = static_cast<int64_t>(bits);
  if ((value < 0) != (tag < kZeroTag) || IntegerBytes(value) != bytes.size()) return std::nullopt;
  return value;
}

// Bits whose order is the order of the floats: negative ones are turned around, then come below the
// positive ones. Every NaN is one number, above all others.
uint64_t FloatBits(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  if (value == 0) value = 0.0;  // Not -0.
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

// The float that `bits` stand for; nullopt if FloatBits() gives none like that.
std::optional<double> FloatFrom(uint64_t bits) {
  const double value = std::bit_cast<double>(bits & kSignBit ? bits & ~kSignBit : ~bits);
  if (FloatBits(value) != bits) return std::nullopt;
  return value;
}

// --- Writing
// ---------------------------------------------------------------------------------------

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
      AppendInteger(term.integer(), path);
      break;
    case Term::Kind::kFloat:
      path.push_back(static_cast<char>(kFloatTag));
      AppendBigEndian(FloatBits(term.number()), 8, path);
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

// --- Reading
// ---------------------------------------------------------------------------------------

// One node of an encoded term, its children not included.
struct EncodedNode {
  Term::Kind kind = Term::Kind::kExpression;
  uint64_t child_count = 0;  // Of an expression. At most as many as bytes are left.
  size_t variable = 0;       // Number of a variable.
  int64_t integer = 0;       // Of an integer.
  double number = 0;         // Of a float.
  std::string_view text;     // Name of a symbol; a string as it is encoded, without its end.
  bool text_is_escaped = false;
};

// Takes nodes from the front of a path and refuses whatever AppendTerm() does not write.
class NodeReader {
 public:
  explicit NodeReader(std::string_view path) : path_(path), rest_(path) {}

  absl::Status Next(EncodedNode& node) {
    node_offset_ = offset();
    --terms_left_;
    if (rest_.empty()) return CutOff();
    node = {};
    const uint8_t tag = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (tag <= kExpressionTagMax) return TakeChildCount(tag, node);
    if (tag <= kIntegerTagMax) return TakeInteger(tag, node);
    if (tag >= kSymbolTagMin) return TakeSymbol(tag - kSymbolTagMin + 1, node);
    if (tag >= kVariableAgainTagMin) return TakeVariable(tag, node);
    uint64_t length = 0;
    switch (tag) {
      case kFloatTag:
        return TakeFloat(node);
      case kStringTag:
        return TakeString(node);
      case kLongSymbolTag:
        PATHKB_RETURN_IF_ERROR(TakeLength(kShortSymbolBytesMax, length));
        return TakeSymbol(length, node);
      case kWideExpressionTag:
        PATHKB_RETURN_IF_ERROR(TakeLength(kExpressionTagMax, length));
        return TakeChildCount(length, node);
      default:
        return Bad(fmt::format("tag 0x{:02X} has no meaning", tag));
    }
  }

  // True once the term is complete; Next() must not be called any more.
  bool done() const { return terms_left_ == 0; }

  // Bytes taken so far.
  size_t offset() const { return path_.size() - rest_.size(); }

 private:
  absl::Status TakeChildCount(uint64_t count, EncodedNode& node) {
    // Each term still to come has at least one byte; so neither sum can overflow.
    if (terms_left_ > rest_.size() || count > rest_.size() - terms_left_) return CutOff();
    terms_left_ += count;
    node.kind = Term::Kind::kExpression;
    node.child_count = count;
    return absl::OkStatus();
  }

  absl::Status TakeInteger(uint8_t tag, EncodedNode& node) {
    const size_t bytes = tag > kZeroTag ? tag - kZeroTag : kZeroTag - tag;
    if (bytes > rest_.size()) return CutOff();
    const std::optional<int64_t> value = IntegerFrom(tag, rest_.substr(0, bytes));
    if (!value.has_value()) return Bad("an integer is not in its shortest form, or out of range");
    rest_.remove_prefix(bytes);
    node.kind = Term::Kind::kInteger;
    node.integer = *value;
    return absl::OkStatus();
  }

  absl::Status TakeFloat(EncodedNode& node) {
    if (sizeof(double) > rest_.size()) return CutOff();
    const std::optional<double> value = FloatFrom(ReadBigEndian(rest_.substr(0, sizeof(double))));
    if (!value.has_value()) return Bad("a float is another form of 0 or of NaN");
    rest_.remove_prefix(sizeof(double));
    node.kind = Term::Kind::kFloat;
    node.number = *value;
    return absl::OkStatus();
  }

  absl::Status TakeSymbol(uint64_t bytes, EncodedNode& node) {
    if (bytes > rest_.size()) return CutOff();
    node.kind = Term::Kind::kSymbol;
    node.text = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return absl::OkStatus();
  }

  absl::Status TakeVariable(uint8_t tag, EncodedNode& node) {
    node.kind = Term::Kind::kVariable;
    node.variable = tag - kVariableAgainTagMin;
    if (tag == kNewVariableTag) {
      if (variable_count_ == kVariablesMax) {
        return Bad(fmt::format("there are more than {} variables", kVariablesMax));
      }
      node.variable = variable_count_++;
    }
    if (node.variable >= variable_count_) {
      return Bad(fmt::format("variable {} comes again, and there are {} so far", node.variable,
                             variable_count_));
    }
    return absl::OkStatus();
  }

  absl::Status TakeString(EncodedNode& node) {
    node.kind = Term::Kind::kString;
    for (size_t from = 0;;) {
      const size_t zero = rest_.find(static_cast<char>(kStringEscape), from);
      if (zero == rest_.npos || zero + 1 == rest_.size()) return CutOff();
      const uint8_t meaning = static_cast<uint8_t>(rest_[zero + 1]);
      if (meaning == kStringEnd) {
        node.text = rest_.substr(0, zero);
        rest_.remove_prefix(zero + 2);
        return absl::OkStatus();
      }
      if (meaning != kStringEscapedZero) {
        return Bad(fmt::format("a string holds 0x00 0x{:02X}", meaning));
      }
      node.text_is_escaped = true;
      from = zero + 2;
    }
  }

  // Takes a length or count that is more than `short_max`, up to which there are other tags.
  absl::Status TakeLength(uint64_t short_max, uint64_t& length) {
    const size_t before = rest_.size();
    if (!ConsumeVarint(rest_, length)) return CutOff();
    if (before - rest_.size() != VarintBytes(length) || length <= short_max) {
      return Bad("a length is not in its shortest form");
    }
    return absl::OkStatus();
  }

  absl::Status CutOff() const {
    return Bad(fmt::format("the path ends after {} bytes", path_.size()));
  }

  absl::Status Bad(std::string_view what) const {
    return absl::DataLossError(
        fmt::format("no encoded term: {}, in the part that starts at byte {}", what, node_offset_));
  }

  const std::string_view path_;
  std::string_view rest_;
  size_t node_offset_ = 0;   // Where the present node starts.
  uint64_t terms_left_ = 1;  // Terms still to come, subterms included.
  size_t variable_count_ = 0;
};

std::string Unescaped(std::string_view encoded) {
  std::string text;
  text.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    text.push_back(encoded[i]);
    if (static_cast<uint8_t>(encoded[i]) == kStringEscape) ++i;  // kStringEscapedZero.
  }
  return text;
}

std::string VariableName(size_t variable, const std::vector<std::string>& names) {
  if (variable < names.size()) return names[variable];
  std::string name = fmt::format("v{}", variable + 1);
  while (std::find(names.begin(), names.end(), name) != names.end()) name.push_back('_');
  return name;
}

// The term of a node that has no children.
Term LeafFrom(const EncodedNode& node, const std::vector<std::string>& variable_names) {
  switch (node.kind) {
    case Term::Kind::kSymbol:
      return Term::Symbol(node.text);
    case Term::Kind::kVariable:
      return Term::Variable(VariableName(node.variable, variable_names));
    case Term::Kind::kInteger:
      return Term::Integer(node.integer);
    case Term::Kind::kFloat:
      return Term::Float(node.number);
    case Term::Kind::kString:
      if (node.text_is_escaped) return Term::String(Unescaped(node.text));
      return Term::String(node.text);
    case Term::Kind::kExpression:
      break;
  }
  return Term();
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

absl::StatusOr<Term> DecodeTerm(std::string_view& path,
                                const std::vector<std::string>& variable_names) {
  // An expression whose children are the terms from first_child on, and children_left more.
  struct Open {
    uint64_t children_left;
    size_t first_child;
  };
  NodeReader reader(path);
  EncodedNode node;
  std::vector<Term> terms;
  absl::InlinedVector<Open, kInlineDepth> open;
  while (!reader.done()) {
    PATHKB_RETURN_IF_ERROR(reader.Next(node));
    if (node.child_count > 0) {
      open.push_back({node.child_count, terms.size()});
      continue;
    }
    terms.push_back(LeafFrom(node, variable_names));
    while (!open.empty() && --open.back().children_left == 0) {
      const auto first = terms.begin() + static_cast<ptrdiff_t>(open.back().first_child);
      std::vector<Term> children(std::make_move_iterator(first),
                                 std::make_move_iterator(terms.end()));
      terms.erase(first, terms.end());
      terms.push_back(Term::Expression(std::move(children)));
      open.pop_back();
    }
  }
  path.remove_prefix(reader.offset());
  return std::move(terms.back());
}

absl::StatusOr<size_t> EncodedTermBytes(std::string_view path) {
  NodeReader reader(path);
  EncodedNode node;
  do {
    PATHKB_RETURN_IF_ERROR(reader.Next(node));
  } while (!reader.done());
  return reader.offset();
}

}  // namespace pathkb
