#include "client/cli/output/fact_printer.h"

#include <map>
#include <utility>
#include <vector>

#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

double ConfidenceOf(const v1::Fact& fact) {
  return fact.entry().has_confidence() ? fact.entry().confidence() : 1;
}

// By key: the message's own order is any.
std::map<std::string, std::string> MetadataOf(const v1::Fact& fact) {
  return {fact.entry().metadata().begin(), fact.entry().metadata().end()};
}

JsonObject FactObject(const v1::Fact& fact) {
  JsonObject metadata;
  for (const auto& [key, value] : MetadataOf(fact)) metadata.Text(key, value);
  JsonObject object;
  object.Text("fact", fact.term())
      .Text("name", fact.name())
      .Real("confidence", ConfidenceOf(fact))
      .Text("source", fact.entry().source())
      .Value("metadata", metadata.Done());
  return object;
}

}  // namespace

std::string FactJson(const v1::Fact& fact) { return FactObject(fact).Done(); }

std::string MatchJson(const v1::Match& match) {
  JsonObject bindings;
  for (const v1::Binding& binding : match.bindings())
    bindings.Text(binding.variable(), binding.term());
  return FactObject(match.fact()).Value("bindings", bindings.Done()).Done();
}

bool FactPrinter::Print(const v1::Fact& fact) {
  switch (format_) {
    case OutputFormat::kMetta:
      return out_.Write(fact.term() + "\n");
    case OutputFormat::kJson:
      return out_.Write(FactJson(fact) + "\n");
    case OutputFormat::kTable:
      break;
  }
  if (!table_) {
    table_.emplace(out_,
                   std::vector<std::string>{"fact", "name", "confidence", "source", "metadata"});
  }
  std::string metadata;
  for (const auto& [key, value] : MetadataOf(fact)) {
    metadata += (metadata.empty() ? "" : " ") + key + "=" + value;
  }
  const double confidence = ConfidenceOf(fact);
  return table_->AddRow({fact.term(), fact.name(), confidence == 1 ? "" : JsonNumber(confidence),
                         fact.entry().source(), std::move(metadata)});
}

bool FactPrinter::Print(const v1::Match& match) {
  if (format_ == OutputFormat::kJson) return out_.Write(MatchJson(match) + "\n");
  if (format_ == OutputFormat::kMetta || match.bindings().empty()) return Print(match.fact());
  std::vector<std::string> cells;
  for (const v1::Binding& binding : match.bindings()) cells.push_back(binding.term());
  if (!table_) {
    std::vector<std::string> names;
    for (const v1::Binding& binding : match.bindings()) names.push_back("$" + binding.variable());
    table_.emplace(out_, std::move(names));
  }
  return table_->AddRow(std::move(cells));
}

bool FactPrinter::Finish() { return !table_ || table_->Finish(); }

}  // namespace pathkb::cli
