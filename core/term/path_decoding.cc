// The reading half of path_encoding.h.

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/term/ordered_number.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// Expressions this deep are handled without allocating for it.
constexpr size_t kInlineDepth = 16;

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
    const std::optional<int64_t> value = OrderedInteger(tag, rest_.substr(0, bytes));
    if (!value.has_value()) return Bad("an integer is not in its shortest form, or out of range");
    rest_.remove_prefix(bytes);
    node.kind = Term::Kind::kInteger;
    node.integer = *value;
    return absl::OkStatus();
  }

  absl::Status TakeFloat(EncodedNode& node) {
    if (sizeof(double) > rest_.size()) return CutOff();
    const std::optional<double> value = OrderedFloat(rest_.substr(0, sizeof(double)));
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
