// Cuts comma-separated values that arrive in pieces into records and cells. RFC 4180:
//
//   plain,"with a , and a ""quote"" and
//   a line end",last
//
// A quotation mark means something only at the start of a cell; lines end with LF or CR LF.

#ifndef PATHKB_CLIENT_CPP_FORMATS_CSV_SPLITTER_H_
#define PATHKB_CLIENT_CPP_FORMATS_CSV_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pathkb::client {

// Splits one input. One thread at a time. Holds one chunk and one record of at most
// `record_bytes_max`. Used as a FactReader is; empty lines are passed over.
//
// After a mistake in the quotation marks only the line with which the record began is given up: the
// next record is looked for in the line behind it, so that one missing mark does not cost all that
// follows.
class CsvSplitter {
 public:
  static constexpr size_t kRecordBytesMax = 1 << 20;

  // `separator` stands between cells.
  explicit CsvSplitter(char separator, size_t record_bytes_max = kRecordBytesMax)
      : separator_(separator), record_bytes_max_(record_bytes_max) {}

  // One cell: its text without quotation marks, and where it begins in the record.
  struct Cell {
    std::string text;
    size_t offset = 0;
  };

  // As FactReader's.
  void Feed(std::string_view chunk);
  void Finish() { finished_ = true; }
  // Goes to the next record; false when the chunk is used up.
  bool Next();

  // --- The present record, until the next call of anything ---

  // As it stands in the input, without the line end behind it.
  std::string_view text() const { return text_; }
  // Number of the line that it begins in.
  uint64_t line() const { return line_; }
  // Its first cell_count() are the cells; those behind are left from other records.
  const std::vector<Cell>& cells() const { return cells_; }
  size_t cell_count() const { return cell_count_; }
  // What is wrong with it, empty if nothing is, and where in text(); then it has no cells.
  const std::string& error() const { return error_; }
  size_t error_offset() const { return error_offset_; }

  // Bytes up to the end of it, the line end included, and the number of the line behind it.
  uint64_t offset() const { return offset_; }
  uint64_t next_line() const { return next_line_; }
  // Before the first Feed(): the text begins there, in the middle of another one.
  void GoOnFrom(uint64_t offset, uint64_t line) {
    offset_ = offset;
    next_line_ = line;
  }

 private:
  enum class Outcome { kComplete, kIncomplete, kWrong };

  // Reads a record at the front of unread(); puts its bytes into record_bytes_ and of those, the
  // ones of its line end into line_end_bytes_.
  Outcome ReadRecord();
  // One cell at `at` of unread(), which moves behind what ends it; `ended` if that ends the record.
  Outcome ReadCell(size_t& at, bool& ended);
  Outcome ReadQuotedCell(size_t& at, bool& ended);
  Outcome Wrong(std::string what, size_t offset);
  // Takes the record that ReadRecord() found off the front of unread().
  void Take();
  // Gives up the first line of unread(), as far as it is there.
  void TakeWrongLine();
  // True if unread() begins with a line end, which is then passed over.
  bool SkipEmptyLine();
  // Drops what is left of a line too long to be kept; false if it does not end here.
  bool SkipRestOfLine();
  Cell& AddCell(size_t offset);
  std::string_view unread() const { return std::string_view(buffer_).substr(read_); }

  const char separator_;
  const size_t record_bytes_max_;
  std::string buffer_;
  size_t read_ = 0;  // Bytes of it that records were made of.
  bool finished_ = false;
  bool skipping_line_ = false;

  std::string_view text_;
  uint64_t line_ = 1;
  std::vector<Cell> cells_;
  size_t cell_count_ = 0;
  std::string error_;
  size_t error_offset_ = 0;
  size_t record_bytes_ = 0;
  size_t line_end_bytes_ = 0;
  uint64_t offset_ = 0;
  uint64_t next_line_ = 1;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_CSV_SPLITTER_H_
