// Small answers are counted, by the search itself with a bound on its steps. For the rest random
// paths are gone down (core/trie/random_descent), each of which stands for as many as its weight
// says; the mean over several is about how many there are.
//
//   family | r | input: 3 of 5 ways  | $x: 2 ways, 4 ways | value     weight 5 * 2 * 4 rows,
//                                                                     5 values of the input
//
// Rows for each value of an input that comes first are thus the ratio of two such means. What an
// input or a known subterm behind a variable leaves over is seen from how many of the paths have
// it.

#include "core/query/estimate.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/trie/random_descent.h"

namespace pathkb {
namespace {

constexpr uint64_t kRowsCountedMax = 256;
constexpr uint64_t kStepsCountingMax = 600;
constexpr int kSamples = 48;

// Adds steps that another meter counted. False if this one says stop.
bool AddSteps(uint64_t steps, StepMeter& meter) {
  for (uint64_t i = 0; i < steps; ++i) {
    if (!meter.Step()) return false;
  }
  return true;
}

struct Counted {
  bool complete = false;
  double rows = 0;    // For each combination of inputs, if complete; else of those seen.
  double values = 1;  // Combinations of inputs.
};

// Counts, with the inputs free, as far as the bounds allow.
absl::StatusOr<Counted> Count(const FactSource& source, std::string_view space,
                              const Pattern& pattern, int position, StepMeter& meter,
                              VariableRanges ranges) {
  PATHKB_ASSIGN_OR_RETURN(Pattern free, Pattern::Compile(pattern.term()));
  StepMeter own(kStepsCountingMax);
  PATHKB_ASSIGN_OR_RETURN(const auto search,
                          PatternSearch::New(source, space, std::move(free), position, own,
                                             PatternSearch::Order::kWalk));
  PATHKB_RETURN_IF_ERROR(search->Start({}, ranges));
  Counted counted;
  uint64_t rows = 0;
  std::set<std::string> values;
  std::string value;
  while (rows < kRowsCountedMax) {
    const absl::StatusOr<bool> found = search->Next();
    if (!found.ok() && own.status().ok()) return found.status();
    counted.complete = found.ok() && !*found;
    if (!found.ok() || !*found) break;
    ++rows;
    value.clear();
    for (size_t i = 0; i < pattern.variable_names().size(); ++i) {
      if (pattern.is_input(i) && search->ground()) value.append(search->Binding(i));
    }
    values.insert(value);
  }
  if (!AddSteps(own.steps(), meter)) return meter.status();
  counted.rows = static_cast<double>(rows);
  counted.values = static_cast<double>(std::max<size_t>(values.size(), 1));
  return counted;
}

// Random ways down one family.
class Sampler {
 public:
  Sampler(const FactSource& source, std::string_view family, const Pattern& pattern, int position,
          StepMeter& meter, VariableRanges ranges)
      : zipper_(source.NewZipper()),
        pattern_(pattern),
        tokens_(ArrangeTokens(pattern, position).tokens),
        meter_(meter),
        ranges_(ranges) {
    alive_ = zipper_->Descend(family);
    root_ = zipper_->path().size();
  }

  // Rows for each start. Stops early when the meter says so.
  double Rows() {
    double rows = 0;
    double values = 0;
    double any_rows = 0;
    int with_rows = 0;
    for (int i = 0; alive_ && i < kSamples && meter_.status().ok(); ++i) {
      zipper_->Ascend(zipper_->path().size() - root_);
      Sample();
      rows += rows_;
      values += values_;
      any_rows += any_rows_;
      with_rows += rows_ > 0;
    }
    if (values == 0 || any_rows == 0) return 0;
    // Where no path had what is known behind a variable, less than one of them would have.
    if (with_rows == 0) rows = any_rows / (2 * kSamples);
    rows /= kSamples;
    double each = rows * kSamples / values;
    // Nothing says how many values an input behind a variable has: the square root of the facts.
    for (int i = 0; i < inputs_behind_; ++i) each = std::sqrt(each);
    return each;
  }

  absl::Status status() const { return zipper_->status(); }

 private:
  // Goes down one path, and sets its weights.
  void Sample() {
    descent_.Begin();
    rows_ = values_ = any_rows_ = 0;
    inputs_behind_ = 0;
    bool behind_variable = false;
    bool matches = true;
    for (const PatternToken& token : tokens_) {
      const bool is_input = token.is_variable() && pattern_.is_input(token.variable);
      if (!token.is_variable() && !behind_variable) {
        // Nothing at all is there if this is not, but for what random inputs are in front of it.
        if (!meter_.Step() || !zipper_->Descend(pattern_.Bytes(token))) break;
        continue;
      }
      const size_t begin = zipper_->path().size();
      if (!token.is_variable()) {
        if (matches && zipper_->Descend(pattern_.Bytes(token))) continue;
        // Behind here only the number of rows counts, not what they hold.
        matches = false;
        continue;
      }
      if (!matches) continue;
      if (!GoDownSubterm(begin)) return;
      if (is_input && behind_variable) ++inputs_behind_;
      if (is_input && !behind_variable) values_ = descent_.weight();
      if (!is_input) {
        if (values_ == 0) values_ = 1;
        behind_variable = true;
        matches = matches && InRanges(token.variable, begin);
      }
    }
    if (values_ == 0) values_ = descent_.weight();
    if (!descent_.GoDownToValue([this] { return meter_.Step(); })) return;
    any_rows_ = descent_.weight();
    if (matches) rows_ = any_rows_;
  }

  bool InRanges(size_t variable, size_t begin) const {
    if (variable >= ranges_.size() || ranges_[variable].empty()) return true;
    const std::string_view bytes = zipper_->path().substr(begin);
    return std::any_of(
        ranges_[variable].begin(), ranges_[variable].end(),
        [bytes](const SubtermRange& range) { return range.low <= bytes && bytes < range.high; });
  }

  bool GoDownSubterm(size_t begin) {
    TermScanner scanner;
    size_t fed = begin;
    for (;;) {
      bool stayed = false;
      if (!meter_.Step() || !descent_.TakeOne(false, stayed)) return false;
      if (zipper_->child_count() == 1 && !zipper_->value().has_value()) zipper_->DescendRun();
      const std::string_view path = zipper_->path();
      while (fed < path.size()) {
        const TermScanner::State state = scanner.Feed(static_cast<uint8_t>(path[fed++]));
        if (state == TermScanner::State::kInvalid) return false;
        if (state == TermScanner::State::kComplete) return zipper_->Ascend(path.size() - fed);
      }
    }
  }

  const std::unique_ptr<Zipper> zipper_;
  RandomDescent descent_{*zipper_};
  const Pattern& pattern_;
  const PatternTokens tokens_;
  StepMeter& meter_;
  const VariableRanges ranges_;
  bool alive_ = false;
  size_t root_ = 0;

  // Of the present path: what it stands for.
  double rows_ = 0;      // Rows that match.
  double values_ = 0;    // Combinations of the inputs in front of all variables.
  double any_rows_ = 0;  // Rows, whatever stands behind the first variable.
  int inputs_behind_ = 0;
};

}  // namespace

absl::StatusOr<double> EstimateRows(const FactSource& source, std::string_view space,
                                    const Pattern& pattern, int position, StepMeter& meter,
                                    VariableRanges ranges, bool* few) {
  PATHKB_ASSIGN_OR_RETURN(const Counted counted,
                          Count(source, space, pattern, position, meter, ranges));
  if (counted.complete && few != nullptr) *few = true;
  if (counted.complete) return counted.rows / counted.values;
  Sampler sampler(source, position == 0 ? TermsPrefix(space) : ArgumentPrefix(space, position),
                  pattern, position, meter, ranges);
  const double rows = sampler.Rows();
  if (!meter.status().ok()) return meter.status();
  PATHKB_RETURN_IF_ERROR(sampler.status());
  bool has_inputs = false;
  for (size_t i = 0; i < pattern.variable_names().size(); ++i) has_inputs |= pattern.is_input(i);
  return has_inputs ? rows : std::max(rows, counted.rows);
}

}  // namespace pathkb
