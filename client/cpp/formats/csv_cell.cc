#include "client/cpp/formats/csv_cell.h"

#include <array>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/term_text.h"

namespace pathkb::client {
namespace {

constexpr std::array<std::pair<std::string_view, CellType>, 6> kNames = {{
    {"auto", CellType::kAuto},
    {"string", CellType::kString},
    {"symbol", CellType::kSymbol},
    {"integer", CellType::kInteger},
    {"float", CellType::kFloat},
    {"term", CellType::kTerm},
}};

// `cell` as a message shows it.
std::string Shown(std::string_view cell) {
  constexpr size_t kBytesMax = 40;
  if (cell.size() <= kBytesMax) return fmt::format("'{}'", cell);
  size_t end = kBytesMax;
  while (end > 0 && (static_cast<unsigned char>(cell[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}...'", cell.substr(0, end));
}

}  // namespace

std::optional<CellType> CellTypeOf(std::string_view name) {
  for (const auto& [known, type] : kNames) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::string AppendCellTerm(CellType type, std::string_view cell, std::string& term) {
  switch (type) {
    case CellType::kAuto:
      if (NumberFormOf(cell) != NumberForm::kNone) {
        term += cell;
        return "";
      }
      [[fallthrough]];
    case CellType::kString:
      AppendStringText(cell, term);
      return "";
    case CellType::kSymbol:
      if (cell.empty()) return "an empty cell is no symbol";
      AppendSymbolText(cell, term);
      return "";
    case CellType::kInteger: {
      const std::optional<std::string> number = IntegerTerm(cell);
      if (!number) return fmt::format("{} is no integer of 64 bits", Shown(cell));
      term += *number;
      return "";
    }
    case CellType::kFloat: {
      const std::optional<std::string> number = FloatTerm(cell);
      if (!number) return fmt::format("{} is no floating-point number", Shown(cell));
      term += *number;
      return "";
    }
    case CellType::kTerm:
      if (!IsOneTerm(cell)) return fmt::format("{} is not one term", Shown(cell));
      term += cell;
      return "";
  }
  return "";
}

std::string CellOf(CellType type, std::string_view term, bool& exact) {
  using Kind = TermParts::Kind;
  exact = true;
  if (type == CellType::kTerm) return std::string(term);
  std::optional<TermParts> parts = TakeApart(term);
  exact = false;
  if (!parts || parts->kind == Kind::kExpression || parts->kind == Kind::kVariable) {
    return std::string(term);
  }
  const bool number_spelling = NumberFormOf(parts->text) != NumberForm::kNone;
  switch (type) {
    case CellType::kAuto:
      exact = parts->kind == Kind::kString ? !number_spelling
                                           : parts->kind != Kind::kSymbol && number_spelling;
      break;
    case CellType::kString:
      exact = parts->kind == Kind::kString;
      break;
    case CellType::kSymbol:
      exact = parts->kind == Kind::kSymbol;
      break;
    case CellType::kInteger:
      exact = parts->kind == Kind::kInteger;
      break;
    case CellType::kFloat:
      exact = parts->kind == Kind::kFloat;
      break;
    case CellType::kTerm:
      break;
  }
  return std::move(parts->text);
}

}  // namespace pathkb::client
