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

// The fact, or the filled template, or the bindings as terms: ((= $x Tom) (= $y Bob)).
std::string MatchMetta(const v1::Match& match) {
  if (!match.term().empty()) return match.term();
  if (match.has_fact()) return match.fact().term();
  std::string text = "(";
  for (const v1::Binding& binding : match.bindings()) {
    if (text.size() > 1) text += ' ';
    text += "(= $" + binding.variable() + " " + binding.term() + ")";
  }
  return text + ")";
}

}  // namespace

std::string FactJson(const v1::Fact& fact) { return FactObject(fact).Done(); }

std::string MatchJson(const v1::Match& match) {
  if (!match.term().empty()) return JsonObject().Text("term", match.term()).Done();
  JsonObject bindings;
  for (const v1::Binding& binding : match.bindings())
    bindings.Text(binding.variable(), binding.term());
  JsonObject object = match.has_fact() ? FactObject(match.fact()) : JsonObject();
  return object.Value("bindings", bindings.Done()).Done();
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
  if (format_ == OutputFormat::kMetta) return out_.Write(MatchMetta(match) + "\n");
  if (match.bindings().empty() && match.has_fact()) return Print(match.fact());
  std::vector<std::string> names, cells;
  if (!match.term().empty()) {
    names = {"answer"};
    cells = {match.term()};
  } else if (match.bindings().empty()) {
    names = {"answer"};
    cells = {"yes"};
  }
  for (const v1::Binding& binding : match.bindings()) {
    names.push_back("$" + binding.variable());
    cells.push_back(binding.term());
  }
  if (!table_) table_.emplace(out_, std::move(names));
  return table_->AddRow(std::move(cells));
}

bool FactPrinter::Finish() { return !table_ || table_->Finish(); }

}  // namespace pathkb::cli
