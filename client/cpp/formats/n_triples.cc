#include "client/cpp/formats/n_triples.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/term_text.h"
#include "client/cpp/formats/triple_parts.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

// The parts of a triple, in the order of the line.
constexpr std::string_view kPartNames[] = {"s", "p", "o"};

}  // namespace

absl::StatusOr<std::unique_ptr<NTriplesReader>> NTriplesReader::New(std::string_view template_text,
                                                                    bool keep_text) {
  absl::StatusOr<TemplateText> term = TemplateText::Parse(template_text);
  if (!term.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the template: {}", std::string(term.status().message())));
  }
  std::vector<size_t> parts;
  for (const std::string& variable : term->variables()) {
    const auto part = std::find(std::begin(kPartNames), std::end(kPartNames), variable);
    if (part == std::end(kPartNames)) {
      return absl::InvalidArgumentError(
          fmt::format("the template: a triple has $s, $p and $o, and no ${}", variable));
    }
    parts.push_back(part - std::begin(kPartNames));
  }
  return std::unique_ptr<NTriplesReader>(
      new NTriplesReader(*std::move(term), std::move(parts), keep_text));
}

bool NTriplesReader::Next(v1::Fact& fact, InputRow& row) {
  while (const std::optional<LineSplitter::Line> line = lines_.Next()) {
    row = {.position = {.line = line->number, .column = 1}, .error = {}, .text = {}};
    if (keep_text_) row.text = line->text;
    if (line->too_long) {
      row.error = fmt::format("this line is longer than {} bytes", line->text.size());
      return true;
    }
    bool empty = false;
    TripleFault fault;
    if (const std::optional<size_t> bad = FindInvalidUtf8(line->text)) {
      fault = {.what = InvalidUtf8Text(line->text, *bad), .offset = *bad};
    } else {
      fault = ReadTriple(line->text, terms_, empty);
    }
    if (empty) continue;
    if (!fault.what.empty()) {
      row.position.Advance(line->text.substr(0, fault.offset));
      row.error = std::move(fault.what);
      return true;
    }
    std::string& term = *fact.mutable_term();
    template_.Fill([&](std::string_view literal) { term += literal; },
                   [&](size_t variable) {
                     term += terms_[parts_[variable]];
                     return true;
                   });
    return true;
  }
  return false;
}

InputPlace NTriplesReader::place() const {
  return {.offset = lines_.offset(), .position = {.line = lines_.next_number(), .column = 1}};
}

void NTriplesReader::GoOnFrom(const InputPlace& place, const std::string&) {
  lines_.GoOnFrom(place.offset, place.position.line);
}

bool NTriplesWriter::Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) {
  std::array<std::string, 3> parts;
  size_t bound = 0;
  for (const v1::Binding& binding : bindings) {
    const auto part = std::find(std::begin(kPartNames), std::end(kPartNames), binding.variable());
    if (part == std::end(kPartNames)) continue;
    parts[part - std::begin(kPartNames)] = binding.term();
    ++bound;
  }
  bool good = bound == parts.size();
  if (!good) {
    std::optional<TermParts> term = TakeApart(fact.term());
    good = term && term->children.size() == parts.size();
    if (good) {
      parts = {std::move(term->children[1]), std::move(term->children[0]),
               std::move(term->children[2])};
    }
  }
  std::string line;
  good = good && AppendSubject(parts[0], line);
  line.push_back(' ');
  good = good && AppendPredicate(parts[1], line);
  line.push_back(' ');
  good = good && AppendObject(parts[2], line);
  if (!good) {
    ++left_out_;
    return false;
  }
  if (HasMoreThanItsTerm(fact)) ++entries_left_out_;
  out += line;
  out += " .\n";
  return true;
}

std::vector<std::string> NTriplesWriter::Notes() const {
  std::vector<std::string> notes;
  if (left_out_ > 0) notes.push_back(fmt::format("{} facts are no triples", left_out_));
  if (entries_left_out_ > 0) {
    notes.push_back(fmt::format(
        "{} facts have a name, confidence, source or metadata, which a triple cannot hold",
        entries_left_out_));
  }
  return notes;
}

}  // namespace pathkb::client
