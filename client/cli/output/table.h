// Rows as columns of equal width, for people at a terminal.

#ifndef PATHKB_CLIENT_CLI_OUTPUT_TABLE_H_
#define PATHKB_CLIENT_CLI_OUTPUT_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/output/text_output.h"

namespace pathkb::cli {

// Prints rows as they come, with little memory: the widths are found for a block of rows at a time.
// A column that is empty in all rows so far is left out; the header is printed again when one
// joins.
class Table {
 public:
  // Borrows `out`. `block_rows` rows share their widths.
  Table(TextOutput& out, std::vector<std::string> column_names, size_t block_rows = 256);

  // `cells` has one text for each column. Control characters are shown as escapes. False if the
  // output takes no more.
  bool AddRow(std::vector<std::string> cells);
  // Prints what is left. Result as AddRow().
  bool Finish();

 private:
  bool PrintBlock();
  bool PrintRow(const std::vector<std::string>& cells);

  TextOutput& out_;
  const std::vector<std::string> column_names_;
  const size_t block_rows_;
  std::vector<std::vector<std::string>> rows_;  // Of the block at hand.
  std::vector<bool> shown_;                     // Columns that have had a text.
  std::vector<size_t> widths_;                  // In characters; only grow.
  bool header_printed_ = false;
};

// Prints `rows` of a name and a value, the values one below another. False if the output takes no
// more.
bool PrintPairs(TextOutput& out, const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_TABLE_H_
