// The options that import and export share: in which format, and what a table or a triple means.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FORMAT_OPTIONS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FORMAT_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cli/commands/command.h"
#include "client/cpp/formats/format.h"

namespace pathkb::cli {

// What was given on the command line.
struct FormatOptionsGiven {
  std::string format;
  std::string template_text;
  std::string types = "auto";
  std::vector<std::string> columns;  // As given: NAME=TYPE.
  bool no_header = false;
  std::string confidence_column;
  std::string source_column;
  std::string name_column;
};

// Adds them to `app`; `given` is borrowed until the command line was read.
void AddFormatOptions(CLI::App& app, FormatOptionsGiven& given);

// The format of a file: the one asked for, else the one that `file_name` ends in, else MeTTa.
// UsageError if the one asked for is none.
absl::StatusOr<client::FactFormat> ChooseFormat(const FormatOptionsGiven& given,
                                                std::string_view file_name);

// What was said about tables. UsageError for a type or column that is none.
absl::StatusOr<client::CsvOptions> MakeCsvOptions(const FormatOptionsGiven& given,
                                                  client::FactFormat format);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FORMAT_OPTIONS_H_
