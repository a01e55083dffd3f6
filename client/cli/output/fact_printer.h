// Facts and matches in each of the forms that a user can ask for.
//
//   metta   (parent Tom Bob)
//   metta   ((= $x Tom) (= $y Bob))       an answer to a joined query
//   json    {"fact":"(parent Tom Bob)","name":"","confidence":1,"source":"","metadata":{},
//            "bindings":{"x":"Tom"}}       one object a line; bindings for matches only
//   table   $x                             a match with bindings
//           Tom
//   table   fact             source        everything else; columns without a text are left out
//           (parent Tom Bob)  church book

#ifndef PATHKB_CLIENT_CLI_OUTPUT_FACT_PRINTER_H_
#define PATHKB_CLIENT_CLI_OUTPUT_FACT_PRINTER_H_

#include <optional>
#include <string>

#include "client/cli/output/table.h"
#include "client/cli/output/text_output.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb::cli {

enum class OutputFormat { kTable, kJson, kMetta };

// One fact as a line of JSON, without the line end.
std::string FactJson(const v1::Fact& fact);
// One match as a line of JSON: its fact, if it is one, and its bindings in the order of the query;
// or the filled template as `term`.
std::string MatchJson(const v1::Match& match);

// Prints facts, or matches, one after another. Everything printed by one printer is of one kind,
// and all matches have the same variables. One thread at a time.
class FactPrinter {
 public:
  // Borrows `out`.
  FactPrinter(OutputFormat format, TextOutput& out) : format_(format), out_(out) {}

  // Each returns false if the output takes no more.
  bool Print(const v1::Fact& fact);
  bool Print(const v1::Match& match);
  // To be called once at the end.
  bool Finish();

 private:
  const OutputFormat format_;
  TextOutput& out_;
  std::optional<Table> table_;  // Made for the first row, which says what the columns are.
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_FACT_PRINTER_H_
