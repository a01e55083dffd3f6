#include "core/term/sexpr.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/term/number_text.h"
#include "core/term/text_position.h"
#include "core/term/utf8.h"

namespace pathkb {
namespace {

// What a byte is to the reader where a word may go on.
enum class ByteClass : uint8_t {
  kWord,     // goes on with the word
  kBlank,    // ends it
  kEnd,      // ends it, and means something: ( ) ;
  kNotAscii  // starts a character of several bytes, which may be a blank
};

constexpr std::array<ByteClass, 256> MakeByteClasses() {
  std::array<ByteClass, 256> classes = {};
  for (int byte = 0x80; byte < 0x100; ++byte) classes[byte] = ByteClass::kNotAscii;
  for (int byte = '\t'; byte <= '\r'; ++byte) classes[byte] = ByteClass::kBlank;
  classes[' '] = ByteClass::kBlank;
  for (char byte : {'(', ')', ';'}) classes[static_cast<uint8_t>(byte)] = ByteClass::kEnd;
  return classes;
}
constexpr std::array<ByteClass, 256> kByteClasses = MakeByteClasses();

ByteClass ClassOf(char byte) { return kByteClasses[static_cast<uint8_t>(byte)]; }

}  // namespace

SexprReader::SexprReader(std::string_view text, const SexprLimits& limits)
    : text_(text), limits_(limits) {
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) offset_ = kByteOrderMark.size();
}

absl::StatusOr<std::optional<Term>> SexprReader::Next() {
  if (!failed_.ok()) return failed_;
  failed_ = ReadTerm();
  if (!failed_.ok()) {
    terms_.clear();
    return failed_;
  }
  if (terms_.empty()) return std::optional<Term>();
  std::optional<Term> term = std::move(terms_.back());
  terms_.clear();
  return term;
}

absl::Status SexprReader::ReadTerm() {
  PATHKB_RETURN_IF_ERROR(SkipBlanks());
  if (offset_ == text_.size()) return absl::OkStatus();
  const size_t start = offset_;
  while (true) {
    switch (text_[offset_]) {
      case '(':
        PATHKB_RETURN_IF_ERROR(OpenExpression());
        break;
      case ')':
        PATHKB_RETURN_IF_ERROR(CloseExpression());
        break;
      case '"': {
        PATHKB_ASSIGN_OR_RETURN(const std::string_view text, ReadQuoted(offset_));
        terms_.push_back(Term::String(text));
        break;
      }
      default:
        PATHKB_RETURN_IF_ERROR(ReadWord());
    }
    if (offset_ - start > limits_.term_bytes_max) {
      return OverLimit(start, "the text of the term that starts here is too long", "term_bytes_max",
                       limits_.term_bytes_max);
    }
    if (open_.empty()) return absl::OkStatus();
    PATHKB_RETURN_IF_ERROR(SkipBlanks());
    if (offset_ == text_.size()) {
      return Wrong(open_.back().offset,
                   "the text ends before the parenthesis opened here is closed");
    }
  }
}

absl::Status SexprReader::SkipBlanks() {
  while (offset_ < text_.size()) {
    switch (ClassOf(text_[offset_])) {
      case ByteClass::kWord:
        return absl::OkStatus();
      case ByteClass::kBlank:
        ++offset_;
        break;
      case ByteClass::kEnd:
        if (text_[offset_] != ';') return absl::OkStatus();
        while (offset_ < text_.size() && text_[offset_] != '\n') {
          const size_t bytes = DecodeUtf8(text_, offset_).bytes;
          if (bytes == 0) return NotUtf8(offset_);
          offset_ += bytes;
        }
        break;
      case ByteClass::kNotAscii: {
        const Utf8Character character = DecodeUtf8(text_, offset_);
        if (character.bytes == 0) return NotUtf8(offset_);
        if (!IsBlank(character.code)) return absl::OkStatus();
        offset_ += character.bytes;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SexprReader::OpenExpression() {
  if (open_.size() >= limits_.depth_max) {
    return OverLimit(offset_, "parentheses are nested too deep", "depth_max", limits_.depth_max);
  }
  open_.push_back({offset_, terms_.size()});
  ++offset_;
  return absl::OkStatus();
}

absl::Status SexprReader::CloseExpression() {
  if (open_.empty()) return Wrong(offset_, "no parenthesis is open that `)` could close");
  const auto first = terms_.begin() + static_cast<ptrdiff_t>(open_.back().first_child);
  open_.pop_back();
  std::vector<Term> children(std::make_move_iterator(first), std::make_move_iterator(terms_.end()));
  terms_.erase(first, terms_.end());
  terms_.push_back(Term::Expression(std::move(children)));
  ++offset_;
  return absl::OkStatus();
}

absl::Status SexprReader::ReadWord() {
  const size_t start = offset_;
  const char sigil = text_[start];
  if ((sigil == '#' || sigil == '$') && text_.substr(start + 1, 1) == "\"") {
    ++offset_;
    PATHKB_ASSIGN_OR_RETURN(const std::string_view name, ReadQuoted(start));
    if (sigil == '#' && name.empty()) return Wrong(start, "a symbol needs a character at least");
    terms_.push_back(sigil == '#' ? Term::Symbol(name) : Term::Variable(name));
    return absl::OkStatus();
  }
  // What is certain to be too long is not read to its end.
  const size_t name_bytes_max = limits_.atom_bytes_max;
  const size_t name_start = sigil == '$' ? start + 1 : start;
  const size_t stop =
      text_.size() - name_start <= name_bytes_max ? text_.size() : name_start + name_bytes_max + 1;
  while (offset_ < stop) {
    const ByteClass byte_class = ClassOf(text_[offset_]);
    if (byte_class == ByteClass::kWord) {
      ++offset_;
    } else if (byte_class == ByteClass::kNotAscii) {
      const Utf8Character character = DecodeUtf8(text_, offset_);
      if (character.bytes == 0) return NotUtf8(offset_);
      if (IsBlank(character.code)) break;
      offset_ += character.bytes;
    } else {
      break;
    }
  }
  const std::string_view name = text_.substr(name_start, offset_ - name_start);
  if (name.size() > name_bytes_max) return OverAtomLimit(start);
  if (sigil != '$') return ReadPlainSymbol(name, start);
  terms_.push_back(Term::Variable(name));
  return absl::OkStatus();
}

absl::Status SexprReader::ReadPlainSymbol(std::string_view word, size_t word_offset) {
  const NumberText number = ReadNumber(word);
  switch (number.form) {
    case NumberText::Form::kNone:
      terms_.push_back(Term::Symbol(word));
      break;
    case NumberText::Form::kInteger:
      terms_.push_back(Term::Integer(number.integer));
      break;
    case NumberText::Form::kFloat:
      terms_.push_back(Term::Float(number.number));
      break;
    case NumberText::Form::kIntegerOutOfRange:
      return Wrong(word_offset,
                   "an integer that does not fit 64 bits; in quotes it can be a string");
    case NumberText::Form::kFloatOutOfRange:
      return Wrong(
          word_offset,
          "a number too large or too small for a 64-bit float; in quotes it can be a string");
  }
  return absl::OkStatus();
}

absl::Status SexprReader::Wrong(size_t offset, std::string_view what) const {
  return TextError(absl::StatusCode::kInvalidArgument, text_, offset, what);
}

absl::Status SexprReader::OverLimit(size_t offset, std::string_view what,
                                    std::string_view limit_name, size_t limit) const {
  return TextError(absl::StatusCode::kResourceExhausted, text_, offset,
                   fmt::format("{} (limit {} is {})", what, limit_name, limit));
}

absl::Status SexprReader::OverAtomLimit(size_t offset) const {
  return OverLimit(offset, "the atom that starts here is too long", "atom_bytes_max",
                   limits_.atom_bytes_max);
}

absl::Status SexprReader::NotUtf8(size_t offset) const {
  return Wrong(offset, "this is not UTF-8");
}

absl::StatusOr<Term> ParseTerm(std::string_view text, const SexprLimits& limits) {
  SexprReader reader(text, limits);
  PATHKB_ASSIGN_OR_RETURN(std::optional<Term> term, reader.Next());
  if (!term.has_value()) return reader.Wrong(reader.offset_, "the text holds no term");
  PATHKB_RETURN_IF_ERROR(reader.SkipBlanks());
  if (reader.offset_ != text.size()) {
    return reader.Wrong(reader.offset_, "one term was expected, and here starts more");
  }
  return *std::move(term);
}

}  // namespace pathkb
