// Cuts MeTTa text that arrives in pieces into its top-level s-expressions, without understanding
// them.
//
//   chunks of a file -> FactSplitter -> (text, line, column) -> Importer -> server, which parses
//
// It knows just enough of the syntax to see where an expression ends:
//
//   ; comment to the end of the line
//   (an (expression "with a ) in a string" ; and a ) in a comment
//   )
//   atom  $variable  42  "string with \" inside"  #"symbol with blanks"  $"variable with blanks"
//
// A quotation mark opens a string only where an atom could begin, or behind the `#` or `$` that
// begins one: in `a"b` it is part of the symbol. Blanks are all of Unicode's.

#ifndef PATHKB_CLIENT_CPP_FACT_SPLITTER_H_
#define PATHKB_CLIENT_CPP_FACT_SPLITTER_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb::client {

// A place in a text: both count from 1, the column in characters (UTF-8 code points), not bytes.
struct TextPosition {
  uint64_t line = 1;
  uint64_t column = 1;

  friend bool operator==(const TextPosition&, const TextPosition&) = default;
  friend auto operator<=>(const TextPosition&, const TextPosition&) = default;

  // Moves over one byte of the text. Only the first byte of a character counts.
  void Advance(char byte) {
    if (byte == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) {
      ++column;
    }
  }
};

// One piece that the splitter cut out: an expression or atom, or what was wrong at that place.
struct SplitFact {
  // The expression as it stood in the input, comments and line ends inside it included.
  std::string text;
  // Of its first character; with an error, of the character that the error is about.
  TextPosition position;
  // Empty if `text` is good; else what is wrong, and `text` is empty.
  std::string error;
};

// The syntax, one byte at a time: says where expressions begin and end. A small value type.
class FactScanner {
 public:
  // What the byte just fed means.
  enum class Event {
    kNothing,      // It goes on as before.
    kBegin,        // An expression or atom begins with this byte.
    kEnd,          // It ends with this byte.
    kEndBefore,    // It ended just before this byte, which is to be fed again.
    kEndAtBlank,   // It ended before the blank of blank_bytes() bytes that ends with this byte.
    kOpen,         // A parenthesis inside an expression opens.
    kStringBegin,  // A string begins inside an expression.
    kStray,        // This ')' closes nothing.
  };

  // Takes the next byte of the text. Constant time and memory.
  Event Feed(char byte);

  // Forgets what it has seen; the next byte is outside every expression.
  void Reset() { *this = FactScanner(); }

  // Open parentheses.
  size_t depth() const { return depth_; }
  bool outside() const { return depth_ == 0 && (part_ == Part::kBlank || part_ == Part::kComment); }
  bool in_string() const { return part_ == Part::kString; }
  // With kEndAtBlank: bytes of the blank, 2 or 3, the one just fed included.
  size_t blank_bytes() const { return wide_ > 0xFFFF ? 3 : 2; }

 private:
  // Where the byte before the next one stood; depth_ tells whether inside an expression or not.
  enum class Part : uint8_t {
    kBlank,  // Between atoms.
    kComment,
    kSigil,   // On a `#` or `$` that begins an atom.
    kAtom,    // In a symbol, variable or number.
    kString,  // In quotes.
  };

  Event FeedBlank(char byte);
  Event FeedAtom(char byte);
  Event FeedString(char byte);

  Part part_ = Part::kBlank;
  bool escaped_ = false;  // In a string, just behind a backslash.
  size_t depth_ = 0;
  // The bytes of the character at hand, the first one highest, if it has more than one.
  uint32_t wide_ = 0;
};

// Splits one input. One thread at a time. Holds at most one unfinished expression, so memory is
// bounded by `fact_bytes_max` and the longest chunk, whatever the input's length and nesting.
//
// Usage: Feed(chunk), then Next() until it gives nothing; again for every chunk; at last Finish(),
// then Next() until it gives nothing. A byte order mark at the very start of the input is passed
// over.
class FactSplitter {
 public:
  static constexpr size_t kFactBytesMax = 4 << 20;

  // Expressions of more than `fact_bytes_max` bytes are reported as errors and not kept.
  explicit FactSplitter(size_t fact_bytes_max = kFactBytesMax) : fact_bytes_max_(fact_bytes_max) {}

  // Hands in the next piece of the input, cut anywhere, even inside a character. Borrows it until
  // Next() gives nothing; the piece before must have been used up in that sense.
  void Feed(std::string_view chunk);

  // Says that there is no more input.
  void Finish();

  // The next expression or error, in the order of the input; nullopt when the chunk is used up.
  // After an error it goes on as well as it can: behind a stray ')', behind an expression that was
  // too long. Errors:
  //   a ')' that closes nothing
  //   an expression longer than the bound; the position is where it began
  //   the input ends inside a '(' or a string; the position is where the innermost one was opened
  std::optional<SplitFact> Next();

  // Bytes of the input that were looked at so far.
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  // Takes the next byte of the chunk into account.
  void Step();
  void Begin();
  // The expression ends at offset `end` of the chunk, less the last `blank_bytes` bytes.
  void Complete(size_t end, size_t blank_bytes);
  void SkipByteOrderMark();
  // Keeps what the chunk holds of an unfinished expression, unless it is too long.
  void KeepRest();
  void ReportTooLong();
  // At the end of the input: what is unfinished is an atom, or an error.
  void CompleteLast();
  // Where the innermost '(' was opened that `partial_` does not close.
  TextPosition InnermostOpen() const;

  const size_t fact_bytes_max_;
  FactScanner scanner_;
  uint64_t bytes_read_ = 0;
  TextPosition here_;          // Of the next byte.
  TextPosition begin_;         // Of the expression's first character.
  TextPosition string_begin_;  // Of the quotation mark, if scanner_.in_string().
  std::string_view chunk_;     // Borrowed from the caller of Feed().
  size_t offset_ = 0;          // Of the next byte in chunk_.
  size_t piece_begin_ = 0;     // Where the expression's part of chunk_ begins.
  std::string partial_;        // Its parts from the chunks before.
  bool dropping_ = false;      // It was too long: it is passed over and not kept.
  bool finished_ = false;
  std::optional<SplitFact> ready_;  // For Next() to hand out.
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FACT_SPLITTER_H_
