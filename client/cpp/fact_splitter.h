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
//
// A comment between expressions that begins with `;@` and a blank is a note on what follows, and
// handed out, too; formats/metta.h says what it means.

#ifndef PATHKB_CLIENT_CPP_FACT_SPLITTER_H_
#define PATHKB_CLIENT_CPP_FACT_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "client/cpp/text_position.h"

namespace pathkb::client {

// One piece that the splitter cut out: an expression or atom, a note, or what was wrong at that
// place.
struct SplitFact {
  // The expression as it stood in the input, comments and line ends inside it included; of a note,
  // what stands behind `;@`, to the end of the line.
  std::string text;
  // Of its first character; with an error, of the character that the error is about.
  TextPosition position;
  // Empty if `text` is good; else what is wrong, and `text` is empty.
  std::string error;
  // With an error: the text at fault, as far as it was kept; of one that is too long, nothing.
  std::string wrong_text = {};
  bool is_note = false;
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
    kComment,      // A comment begins between expressions.
    kCommentEnd,   // It ends with this byte, a line feed.
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

  // What becomes of the text behind a parenthesis or quotation mark that is never closed, or not
  // within the bound.
  enum class Recovery {
    kNone,   // Nothing: all of it is one mistake.
    kLines,  // Each of its lines that begins with a '(' begins anew.
  };

  // Expressions of more than `fact_bytes_max` bytes are reported as errors and not kept.
  explicit FactSplitter(size_t fact_bytes_max = kFactBytesMax, Recovery recovery = Recovery::kNone)
      : fact_bytes_max_(fact_bytes_max), recovery_(recovery) {}

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

  // Bytes of the input that were looked at so far, and where the next one stands.
  uint64_t bytes_read() const { return bytes_read_; }
  TextPosition position() const { return here_; }
  // True if that is a place between expressions, from where another splitter can go on.
  bool between() const { return recovered_.empty() && scanner_.outside() && !in_comment_; }

  // Before the first Feed(): the text begins there, behind an expression of another one.
  void GoOnFrom(uint64_t bytes_read, TextPosition position) {
    bytes_read_ = bytes_read;
    here_ = position;
  }

 private:
  // Takes the next byte of the chunk into account.
  void Step();
  void Begin();
  // The expression ends at offset `end` of the chunk, less the last `blank_bytes` bytes.
  void Complete(size_t end, size_t blank_bytes);
  void SkipByteOrderMark();
  // A comment between expressions ends at offset `end` of the chunk: a note, or nothing.
  void CompleteComment(size_t end);
  // Keeps what the chunk holds of an unfinished expression, unless it is too long.
  void KeepRest();
  void ReportTooLong();
  // Cuts a text that begins at begin_ and is not closed into its lines that begin with '(', if
  // there is more than one, and splits each for itself. If the text `goes_on`, the last one stays
  // unfinished. False, and nothing has changed, if there is but one.
  bool Recover(const std::string& text, bool goes_on);
  // At the end of the input: what is unfinished is an atom, or an error.
  void CompleteLast();
  // Where the innermost '(' was opened that `partial_` does not close.
  TextPosition InnermostOpen() const;

  const size_t fact_bytes_max_;
  const Recovery recovery_;
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
  // A comment between expressions: where it begins, and what of it may be a note. Its part of
  // chunk_ begins at piece_begin_, and what came before is in partial_.
  bool in_comment_ = false;
  TextPosition comment_begin_;
  std::optional<SplitFact> ready_;   // For Next() to hand out.
  std::deque<SplitFact> recovered_;  // For Next() as well, when there is nothing else.
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FACT_SPLITTER_H_
