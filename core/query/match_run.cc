#include "core/query/match_run.h"

#include <algorithm>
#include <span>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/query/estimate.h"
#include "core/query/term_substitution.h"
#include "core/term/path_encoding.h"

namespace pathkb {

absl::StatusOr<std::unique_ptr<MatchRun>> MatchRun::New(RunContext& context, const QueryPart& part,
                                                        const PlanStep& plan,
                                                        const VariableSet& bound,
                                                        const Comparisons& comparisons) {
  std::unique_ptr<MatchRun> run(new MatchRun(context, part, plan));
  run->step_number_ = ++context.match_steps;
  PATHKB_ASSIGN_OR_RETURN(
      Pattern pattern,
      Pattern::Compile(part.pattern, InputNames(part, bound, context.variable_names)));
  // Both count variables by first occurrence.
  for (size_t i = 0; i < part.variables.size(); ++i) {
    const Slot slot = {i, part.variables[i]};
    (bound[slot.number] ? run->inputs_ : run->outputs_).push_back(slot);
  }
  run->values_.resize(part.variables.size());
  run->SetKnownRanges(bound, comparisons);
  PATHKB_ASSIGN_OR_RETURN(run->search_,
                          PatternSearch::New(run->source(), context.space, std::move(pattern),
                                             plan.position, context.meter, context.order));
  return run;
}

void MatchRun::SetKnownRanges(const VariableSet& bound, const Comparisons& comparisons) {
  for (const KnownSide& side : KnownSides(part_, bound, comparisons)) {
    const size_t variable = static_cast<size_t>(
        std::find(part_.variables.begin(), part_.variables.end(), side.variable) -
        part_.variables.begin());
    if (side.known->is_variable()) {
      if (side.kind == ComparisonKind::kNotEqual) continue;
      row_ranges_.push_back({variable, side.kind, side.known->variable});
      known_ranges_.resize(values_.size());
      continue;
    }
    ValueRanges ranges;
    if (!RangesOf(side.kind, side.known->encoded, ranges)) continue;
    known_ranges_.resize(values_.size());
    ValueRanges& known = known_ranges_[variable];
    if (known.empty()) {
      known = std::move(ranges);
    } else {
      IntersectRanges(ranges, known);
    }
  }
  ranges_ = known_ranges_;
}

void MatchRun::SetRowRanges(const QueryRow& row) {
  for (const RowRange& range : row_ranges_) ranges_[range.variable] = known_ranges_[range.variable];
  for (const RowRange& range : row_ranges_) {
    const RowValue& known = row.values[range.known];
    ValueRanges more;
    if (known.state != RowValue::State::kGround || !RangesOf(range.kind, known.bytes, more)) {
      continue;
    }
    ValueRanges& ranges = ranges_[range.variable];
    if (ranges.empty()) {
      ranges = std::move(more);
    } else {
      IntersectRanges(more, ranges);
    }
  }
}

absl::Status MatchRun::Prepare(QueryRow& row) {
  ++counts_.starts;
  open_search_.reset();
  for (const Slot& input : inputs_) {
    const RowValue& value = row.values[input.number];
    if (value.state != RowValue::State::kGround) return PrepareOpen(row);
    values_[input.variable] = value.bytes;
  }
  if (!row_ranges_.empty()) SetRowRanges(row);
  return absl::OkStatus();
}

absl::Status MatchRun::PrepareOpen(QueryRow& row) {
  row_before_ = row.values;
  TermsByName values;
  std::deque<Term> decoded;
  for (const Slot& input : inputs_) {
    const RowValue& value = row.values[input.number];
    if (value.state == RowValue::State::kFree) continue;
    const Term* term = value.term;
    if (value.state == RowValue::State::kGround) {
      std::string_view bytes = value.bytes;
      PATHKB_ASSIGN_OR_RETURN(Term ground, DecodeTerm(bytes));
      term = &decoded.emplace_back(std::move(ground));
    }
    values.emplace(context_.variable_names[input.number], term);
  }
  PATHKB_ASSIGN_OR_RETURN(Term filled, Substitute(part_.pattern, values));
  auto pattern = Pattern::Compile(std::move(filled));
  if (!pattern.ok()) {
    return absl::ResourceExhaustedError(fmt::format("{}, filled with variables of stored facts: {}",
                                                    form(),
                                                    std::string(pattern.status().message())));
  }
  open_names_ = pattern->variable_names();
  PATHKB_ASSIGN_OR_RETURN(open_search_,
                          PatternSearch::New(source(), context_.space, *std::move(pattern), 0,
                                             context_.meter, PatternSearch::Order::kWalk));
  return absl::OkStatus();
}

absl::Status MatchRun::Start(QueryRow& row) {
  PATHKB_RETURN_IF_ERROR(Prepare(row));
  const uint64_t steps_before = context_.meter.steps();
  // What a row holds was found as a whole term, or looked at when the query was started.
  search().StartChecked(is_open() ? std::span<const std::string_view>() : values_,
                        is_open() ? VariableRanges() : Ranges());
  counts_.steps += context_.meter.steps() - steps_before;
  return absl::OkStatus();
}

absl::StatusOr<bool> MatchRun::Skip() {
  const uint64_t steps_before = context_.meter.steps();
  absl::StatusOr<bool> found = search().Next();
  counts_.steps += context_.meter.steps() - steps_before;
  return found;
}

absl::StatusOr<bool> MatchRun::Next(QueryRow& row) {
  while (true) {
    const uint64_t steps_before = context_.meter.steps();
    const absl::StatusOr<bool> found = search().Next();
    counts_.steps += context_.meter.steps() - steps_before;
    if (!found.ok()) return found;
    if (!*found) {
      Restore(row);
      return false;
    }
    const PatternSearch& here = search();
    if (context_.filter.active()) {
      PATHKB_ASSIGN_OR_RETURN(
          const bool passes, context_.filter.Passes(here.name(), here.value(), here.value_layer()));
      if (!passes) continue;
    }
    ++counts_.rows;
    PATHKB_RETURN_IF_ERROR(Take(row));
    return true;
  }
}

absl::Status MatchRun::Take(QueryRow& row) {
  if (is_open() || !search_->ground()) return TakeOpen(row);
  for (const Slot& output : outputs_) {
    row.values[output.number] = {RowValue::State::kGround, search_->Binding(output.variable),
                                 nullptr};
  }
  return absl::OkStatus();
}

absl::Status MatchRun::TakeOpen(QueryRow& row) {
  terms_.clear();
  encodings_.clear();
  PATHKB_ASSIGN_OR_RETURN(std::vector<Term> found, search().Bindings(FactVariableNames()));
  if (!is_open()) {
    for (const Slot& output : outputs_) {
      PATHKB_RETURN_IF_ERROR(SetTerm(std::move(found[output.variable]), row.values[output.number]));
    }
    return absl::OkStatus();
  }
  // What was found for variables that other values of the row hold goes there, too.
  row.values = row_before_;
  TermsByName values;
  for (size_t i = 0; i < open_names_.size(); ++i) values.emplace(open_names_[i], &found[i]);
  for (RowValue& value : row.values) {
    if (value.state != RowValue::State::kOpen) continue;
    PATHKB_ASSIGN_OR_RETURN(Term term, Substitute(*value.term, values));
    PATHKB_RETURN_IF_ERROR(SetTerm(std::move(term), value));
  }
  for (const Slot& output : outputs_) {
    const auto term = values.find(context_.variable_names[output.number]);
    if (term == values.end()) continue;
    PATHKB_RETURN_IF_ERROR(SetTerm(*term->second, row.values[output.number]));
  }
  return absl::OkStatus();
}

absl::Status MatchRun::SetTerm(Term term, RowValue& value) {
  if (!IsGround(term)) {
    value = {RowValue::State::kOpen, {}, &terms_.emplace_back(std::move(term))};
    return absl::OkStatus();
  }
  std::string& bytes = encodings_.emplace_back();
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, bytes));
  value = {RowValue::State::kGround, bytes, nullptr};
  return absl::OkStatus();
}

void MatchRun::Restore(QueryRow& row) {
  if (is_open()) {
    row.values = row_before_;
    return;
  }
  for (const Slot& output : outputs_) row.values[output.number] = RowValue();
}

const std::vector<std::string>& MatchRun::FactVariableNames() {
  if (fact_variable_names_.empty()) {
    for (size_t i = 1; i <= kVariablesMax; ++i) {
      fact_variable_names_.push_back(
          fmt::format("{}{}.{}", context_.fact_variable_prefix, step_number_, i));
    }
  }
  return fact_variable_names_;
}

void MatchRun::AppendPosition(std::string& bytes) const {
  AppendLengthPrefixed(search().Position(), bytes);
}

absl::StatusOr<QueryStep::Resumed> MatchRun::Resume(QueryRow& row, std::string_view& bytes,
                                                    bool behind) {
  std::string_view position;
  if (!ConsumeLengthPrefixed(bytes, position)) {
    return absl::InvalidArgumentError("this position was not made for this query: it is cut off");
  }
  PATHKB_RETURN_IF_ERROR(Prepare(row));
  const std::span<const std::string_view> values = values_;
  if (behind) {
    PATHKB_RETURN_IF_ERROR(is_open() ? open_search_->StartAfter({}, {}, position)
                                     : search_->StartAfter(values, Ranges(), position));
    return Resumed::kThere;
  }
  PATHKB_RETURN_IF_ERROR(is_open() ? open_search_->StartAt({}, {}, position)
                                   : search_->StartAt(values, Ranges(), position));
  PATHKB_ASSIGN_OR_RETURN(const bool found, Next(row));
  if (!found) return Resumed::kEnd;
  return search().Position() == position ? Resumed::kThere : Resumed::kBehind;
}

std::string MatchRun::form() const { return FormText(part_, context_.variable_names); }

std::vector<std::string> MatchRun::BindsNames() const {
  std::vector<std::string> names;
  for (const Slot& output : outputs_) names.push_back(context_.variable_names[output.number]);
  return names;
}

void MatchRun::AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const {
  PlanStepReport& report = reports.emplace_back();
  report.kind = outputs_.empty() ? "check" : "match";
  report.form = form();
  report.access = plan_.position == 0 ? "terms" : fmt::format("argument {}", plan_.position);
  if (!known_ranges_.empty()) report.access += ", range";
  report.binds = BindsNames();
  report.depth = depth;
  report.estimated_rows = plan_.estimated_rows;
  if (report.estimated_rows == PlanStep::kUnknown) {
    StepMeter meter;  // Not the query's: whoever asks for this is not the one who pays for that.
    const auto rows = EstimateRows(context_.source, context_.space, search_->pattern(),
                                   plan_.position, meter, known_ranges_);
    report.estimated_rows = rows.ok() ? *rows : 0;
  }
  report.starts = counts_.starts;
  report.rows = counts_.rows;
  report.cursor_steps = counts_.steps;
  report.pages = pages_.count();
}

}  // namespace pathkb
