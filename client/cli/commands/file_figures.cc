#include "client/cli/commands/file_figures.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fmt/format.h"

#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

// One value as JSON.
struct AsJson {
  std::string operator()(uint64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return JsonNumber(number); }
  std::string operator()(bool yes) const { return yes ? "true" : "false"; }
  std::string operator()(const std::string& text) const { return JsonString(text); }
};

// One value as people read it.
struct AsText {
  std::string operator()(uint64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return fmt::format("{:.3f}", number); }
  std::string operator()(bool yes) const { return yes ? "yes" : "no"; }
  std::string operator()(const std::string& text) const { return text; }
};

std::string FiguresJson(const std::vector<Figure>& figures) {
  JsonObject object;
  for (auto figure = figures.begin(); figure != figures.end(); ++figure) {
    const auto same_name = [&](const Figure& other) { return other.name == figure->name; };
    if (std::any_of(figures.begin(), figure, same_name)) continue;
    if (std::none_of(figure + 1, figures.end(), same_name)) {
      object.Value(figure->name, std::visit(AsJson(), figure->value));
      continue;
    }
    std::vector<std::string> values;
    for (const Figure& other : figures) {
      if (same_name(other)) values.push_back(std::visit(AsJson(), other.value));
    }
    object.Value(figure->name, fmt::format("[{}]", fmt::join(values, ",")));
  }
  return object.Done();
}

}  // namespace

bool PrintFigures(Session& session, const FigureList& list) {
  if (session.json()) return session.out().Write(FiguresJson(list.figures()) + "\n");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Figure& figure : list.figures()) {
    std::string name = figure.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    rows.emplace_back(std::move(name), std::visit(AsText(), figure.value));
  }
  return PrintPairs(session.out(), rows);
}

}  // namespace pathkb::cli
