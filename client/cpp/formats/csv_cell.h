// What a cell of a table says as a term, and the other way round.
//
//   type      cell           term
//   auto      Tom  4  2.50   "Tom"  4  2.50      a string, unless it is spelled like a number
//   string    Tom  4         "Tom"  "4"
//   symbol    Tom  4         Tom    #"4"
//   integer   +4   04        4      4            anything else is an error
//   float     4    2.50      4.0    2.5          anything else is an error
//   term      (a 4) "Tom"    (a 4)  "Tom"        the text of one term

#ifndef PATHKB_CLIENT_CPP_FORMATS_CSV_CELL_H_
#define PATHKB_CLIENT_CPP_FORMATS_CSV_CELL_H_

#include <optional>
#include <string>
#include <string_view>

namespace pathkb::client {

// The types.
enum class CellType { kAuto, kString, kSymbol, kInteger, kFloat, kTerm };

// The type that is called so; nullopt if none is.
std::optional<CellType> CellTypeOf(std::string_view name);

// Appends the term that `cell`, in UTF-8, says; or returns what is wrong with it, empty if nothing.
std::string AppendCellTerm(CellType type, std::string_view cell, std::string& term);

// The cell that says `term`, which the server printed. `exact` is set to whether reading it with
// the same type gives that very term; where no cell would, this is what people expect to see.
std::string CellOf(CellType type, std::string_view term, bool& exact);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_CSV_CELL_H_
