#include "core/query/query_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/facts/arg_index.h"
#include "core/query/match_run.h"
#include "core/query/plan.h"
#include "core/query/query_row.h"
#include "core/query/query_steps.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// What a position begins with; another number for another form.
constexpr uint64_t kPositionForm = 1;

// A start of names that no variable of the query has.
std::string UnusedPrefix(const std::vector<std::string>& variable_names) {
  std::string prefix = "v";
  for (size_t i = 0; i < variable_names.size();) {
    if (variable_names[i].starts_with(prefix)) {
      prefix += "_";
      i = 0;
    } else {
      ++i;
    }
  }
  return prefix;
}

}  // namespace

// Everything of one run; nothing in it moves.
class QueryRun::Impl {
 public:
  Impl(const Query& query, const FactSource& source, std::string_view space, RunOptions options)
      : query_(query),
        options_(std::move(options)),
        meter_(options_.step_budget, options_.interrupt),
        context_{
            source,
            std::string(space),
            query_.form().variable_names,
            query_.is_single_pattern() ? PatternSearch::Order::kPath : PatternSearch::Order::kWalk,
            meter_,
            FactFilterRun(options_.filter, source),
            UnusedPrefix(query_.form().variable_names)} {
    row_.values.resize(query_.form().variable_names.size());
  }

  // Plans and stands in front of the first answer, or behind `position`.
  absl::Status Start(std::optional<std::string_view> position) {
    PATHKB_RETURN_IF_ERROR(options_.filter.Check());
    const Conjunction& top = query_.form().top;
    IndexedArguments indexed;
    if (options_.use_index) {
      const auto zipper = context_.source.NewZipper();
      PATHKB_ASSIGN_OR_RETURN(indexed, ReadIndexedArguments(*zipper, context_.space));
    }
    const PlanContext plan_context = {context_.source, context_.space, indexed,
                                      context_.variable_names, meter_};
    if (position.has_value()) {
      uint64_t form = 0;
      if (!ConsumeVarint(*position, form) || form != kPositionForm) {
        return absl::InvalidArgumentError("these bytes are no position of a query");
      }
      PATHKB_ASSIGN_OR_RETURN(plan_, TakePlan(plan_context, top, VariableSet(), *position));
    } else {
      auto plan = MakePlan(plan_context, top, VariableSet(), {});
      if (!plan.ok()) {
        return BudgetIsSpent() ? absl::ResourceExhaustedError(
                                     fmt::format("step budget of {} spent by planning the query: "
                                                 "raise it",
                                                 options_.step_budget))
                               : plan.status();
      }
      plan_ = *std::move(plan);
    }
    PATHKB_ASSIGN_OR_RETURN(sequence_, StepSequence::New(context_, top, plan_, VariableSet(), {}));
    sequence_->AppendMatches(matches_);
    if (!position.has_value()) {
      sequence_->Start();
      return absl::OkStatus();
    }
    PATHKB_ASSIGN_OR_RETURN(const QueryStep::Resumed resumed,
                            sequence_->Resume(row_, *position, /*behind=*/true));
    if (resumed == QueryStep::Resumed::kThere && !position->empty()) {
      return absl::InvalidArgumentError("this position was not made for this query: it goes on");
    }
    ended_ = resumed == QueryStep::Resumed::kEnd;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next() {
    if (!failed_.ok()) return failed_;
    if (ended_) return false;
    const absl::StatusOr<bool> found = sequence_->NextSettled(row_, 0);
    if (!found.ok()) {
      failed_ = BudgetIsSpent() ? RanAway() : found.status();
      return failed_;
    }
    ended_ = !*found;
    return *found;
  }

  absl::StatusOr<std::vector<Term>> Bindings(const std::vector<std::string>& fact_names) const {
    if (query_.is_single_pattern()) return matches_[0]->search().Bindings(fact_names);
    std::vector<Term> terms;
    for (const uint32_t number : query_.answer_variables()) {
      const RowValue& value = row_.values[number];
      if (value.state == RowValue::State::kGround) {
        std::string_view bytes = value.bytes;
        PATHKB_ASSIGN_OR_RETURN(Term term, DecodeTerm(bytes));
        terms.push_back(std::move(term));
      } else if (value.state == RowValue::State::kOpen) {
        terms.push_back(*value.term);
      } else {
        terms.push_back(Term::Variable(context_.variable_names[number]));
      }
    }
    return terms;
  }

  bool GroundBinding(size_t index, std::string_view& encoded) const {
    const RowValue& value = row_.values[query_.answer_variables()[index]];
    encoded = value.bytes;
    return value.state == RowValue::State::kGround;
  }

  std::string Position() const {
    std::string bytes;
    AppendVarint(kPositionForm, bytes);
    AppendPlan(plan_, bytes);
    sequence_->AppendPosition(bytes);
    return bytes;
  }

  std::vector<PlanStepReport> Steps() const {
    std::vector<PlanStepReport> reports;
    sequence_->AppendReports(0, reports);
    return reports;
  }

  // The search of a single pattern.
  const PatternSearch& search() const {
    PATHKB_CHECK(query_.is_single_pattern());
    return matches_[0]->search();
  }
  const Query& query() const { return query_; }
  uint64_t steps() const { return meter_.steps(); }

 private:
  bool BudgetIsSpent() const {
    return options_.step_budget != 0 && meter_.steps() >= options_.step_budget &&
           meter_.status().code() == absl::StatusCode::kResourceExhausted;
  }

  // The search to name when the budget is spent: the one that took most of it, or if that binds
  // nothing, the one that gave most of its rows.
  const MatchRun* RunawayMatch() const {
    const MatchRun* most_steps = matches_.front();
    const MatchRun* most_rows = nullptr;
    for (const MatchRun* match : matches_) {
      if (match->counts().steps > most_steps->counts().steps) most_steps = match;
      if (match->BindsNames().empty()) continue;
      if (most_rows == nullptr || match->counts().rows > most_rows->counts().rows) {
        most_rows = match;
      }
    }
    return most_steps->BindsNames().empty() && most_rows != nullptr ? most_rows : most_steps;
  }

  // What to say when the budget is spent.
  absl::Status RanAway() const {
    if (matches_.empty()) return meter_.status();
    const MatchRun* worst = RunawayMatch();
    const MatchRun::Counts& counts = worst->counts();
    const double starts = std::max<double>(1, static_cast<double>(counts.starts));
    std::string to_bind;
    for (const std::string& name : worst->BindsNames()) {
      to_bind += (to_bind.empty() ? "$" : " or $") + name;
    }
    const std::string before =
        counts.starts > 1 ? fmt::format(" for each of {} rows before it", counts.starts) : "";
    return absl::ResourceExhaustedError(fmt::format(
        "step budget of {} spent in {}, which took {:.0f} steps and had {:.0f} rows{}: {}{}raise "
        "the budget",
        options_.step_budget, ExcerptOfForm(worst->form()),
        static_cast<double>(counts.steps) / starts, static_cast<double>(counts.rows) / starts,
        before, to_bind.empty() ? "" : "bind ", to_bind.empty() ? "" : to_bind + ", or "));
  }

  const Query query_;
  const RunOptions options_;
  StepMeter meter_;
  RunContext context_;
  Plan plan_;
  std::unique_ptr<StepSequence> sequence_;
  std::vector<const MatchRun*> matches_;  // All searches in it.
  QueryRow row_;
  bool ended_ = false;
  absl::Status failed_;
};

QueryRun::QueryRun(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QueryRun::~QueryRun() = default;

absl::StatusOr<std::unique_ptr<QueryRun>> QueryRun::Start(const Query& query,
                                                          const FactSource& source,
                                                          std::string_view space,
                                                          RunOptions options) {
  auto impl = std::make_unique<Impl>(query, source, space, std::move(options));
  PATHKB_RETURN_IF_ERROR(impl->Start(std::nullopt));
  return std::unique_ptr<QueryRun>(new QueryRun(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<QueryRun>> QueryRun::StartAfter(const Query& query,
                                                               const FactSource& source,
                                                               std::string_view space,
                                                               RunOptions options,
                                                               std::string_view position) {
  auto impl = std::make_unique<Impl>(query, source, space, std::move(options));
  PATHKB_RETURN_IF_ERROR(impl->Start(position));
  return std::unique_ptr<QueryRun>(new QueryRun(std::move(impl)));
}

absl::StatusOr<bool> QueryRun::Next() { return impl_->Next(); }
absl::StatusOr<std::vector<Term>> QueryRun::Bindings(
    const std::vector<std::string>& fact_variable_names) const {
  return impl_->Bindings(fact_variable_names);
}
bool QueryRun::GroundBinding(size_t index, std::string_view& encoded) const {
  return impl_->GroundBinding(index, encoded);
}
std::string_view QueryRun::encoded_term() const { return impl_->search().encoded_term(); }
std::string_view QueryRun::name() const { return impl_->search().name(); }
uint64_t QueryRun::value() const { return impl_->search().value(); }
int QueryRun::value_layer() const { return impl_->search().value_layer(); }
std::string QueryRun::Position() const { return impl_->Position(); }
std::vector<PlanStepReport> QueryRun::Steps() const { return impl_->Steps(); }
uint64_t QueryRun::steps() const { return impl_->steps(); }
const Query& QueryRun::query() const { return impl_->query(); }

}  // namespace pathkb
