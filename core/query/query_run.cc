#include "core/query/query_run.h"

#include <optional>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/facts/arg_index.h"
#include "core/query/budget_message.h"
#include "core/query/match_run.h"
#include "core/query/plan.h"
#include "core/query/plan_choice.h"
#include "core/query/query_row.h"
#include "core/query/query_steps.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

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
            UnusedPrefix(query_.form().variable_names)},
        planning_source_(source, planning_pages_),
        plan_context_{options_.count_pages ? planning_source_ : source,
                      context_.space,
                      {},
                      context_.variable_names,
                      meter_,
                      query_.form().parameters} {
    context_.count_pages = options_.count_pages;
    keeping_ = options_.keeping;
    if (options_.count_pages && keeping_.base != nullptr) {
      keeping_.base = &planning_base_.emplace(*keeping_.base, planning_pages_);
    }
    row_.values.resize(query_.form().variable_names.size());
  }

  // Finds out what can be known before values are.
  absl::Status Prepare() {
    PATHKB_RETURN_IF_ERROR(options_.filter.Check());
    if (options_.use_index) {
      const auto zipper = plan_context_.source.NewZipper();
      PATHKB_ASSIGN_OR_RETURN(plan_context_.indexed, ReadIndexedArguments(*zipper, context_.space));
    }
    return absl::OkStatus();
  }

  // Begins anew with these values: plans if need be, and stands in front of the first answer.
  absl::Status Restart(std::span<const std::string_view> values) {
    if (!failed_.ok()) {
      orders_.clear();  // A cursor that lost patience may stand anywhere.
      choice_.reset();
    }
    order_ = nullptr;
    meter_.Restart();
    failed_ = absl::OkStatus();
    ended_ = false;
    failed_ = SetParameters(values);
    if (failed_.ok()) failed_ = ChooseOrder();
    if (!failed_.ok() && BudgetIsSpent()) {
      failed_ = absl::ResourceExhaustedError(fmt::format(
          "step budget of {} spent by planning the query: raise it", options_.step_budget));
    }
    if (failed_.ok()) order_->sequence->Start();
    return failed_;
  }

  // Stands behind `position`.
  absl::Status StartAfter(std::string_view position) {
    uint64_t form = 0;
    if (!ConsumeVarint(position, form) || form != kPositionForm) {
      return absl::InvalidArgumentError("these bytes are no position of a query");
    }
    PATHKB_ASSIGN_OR_RETURN(Plan plan,
                            TakePlan(plan_context_, query_.form().top, VariableSet(), position));
    PATHKB_RETURN_IF_ERROR(TakeOrder(PlanChoice::kNoChoice, std::move(plan)));
    PATHKB_ASSIGN_OR_RETURN(const QueryStep::Resumed resumed,
                            order_->sequence->Resume(row_, position, /*behind=*/true));
    if (resumed == QueryStep::Resumed::kThere && !position.empty()) {
      return absl::InvalidArgumentError("this position was not made for this query: it goes on");
    }
    ended_ = resumed == QueryStep::Resumed::kEnd;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next() {
    if (!failed_.ok()) return failed_;
    if (ended_) return false;
    if (order_ == nullptr) return absl::FailedPreconditionError("the query was not started");
    const absl::StatusOr<bool> found = order_->sequence->NextSettled(row_, 0);
    if (!found.ok()) {
      failed_ = BudgetIsSpent() && !order_->matches.empty()
                    ? BudgetSpent(options_.step_budget, order_->matches)
                    : found.status();
      return failed_;
    }
    ended_ = !*found;
    return *found;
  }

  absl::StatusOr<std::vector<Term>> Bindings(const std::vector<std::string>& fact_names) const {
    std::vector<Term> terms;
    if (query_.is_single_pattern()) {
      PATHKB_ASSIGN_OR_RETURN(std::vector<Term> all, search().Bindings(fact_names));
      if (query_.parameters().empty()) return all;
      for (const uint32_t number : query_.answer_variables())
        terms.push_back(std::move(all[number]));
      return terms;
    }
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
    bytes += order_->plan_bytes;
    order_->sequence->AppendPosition(bytes);
    return bytes;
  }

  std::vector<PlanStepReport> Steps() const {
    std::vector<PlanStepReport> reports;
    if (order_ != nullptr) order_->sequence->AppendReports(0, reports);
    return reports;
  }

  // The search of a single pattern.
  const PatternSearch& search() const {
    PATHKB_CHECK(query_.is_single_pattern());
    return order_->matches[0]->search();
  }
  const Query& query() const { return query_; }
  uint64_t steps() const { return meter_.steps(); }
  uint64_t pages() const {
    PageCounter all = planning_pages_;
    if (choice_.has_value()) choice_->AddPages(all);
    for (const auto& order : orders_) {
      for (const MatchRun* match : order->matches) all.Add(match->pages());
    }
    return all.count();
  }

 private:
  // A plan, ready to be run again and again.
  struct Order {
    PlanChoice::Reason reason;
    std::string plan_bytes;
    std::unique_ptr<StepSequence> sequence;
    std::vector<const MatchRun*> matches;  // All searches in it.
  };
  // Of those that were made, so many stay.
  static constexpr size_t kOrdersMax = 4;

  // Puts the values of the parameters into the row, and nothing else.
  absl::Status SetParameters(std::span<const std::string_view> values) {
    const std::vector<std::string>& names = query_.parameters();
    if (values.size() != names.size()) {
      return absl::InvalidArgumentError(
          fmt::format("the query has {} parameters, and {} values", names.size(), values.size()));
    }
    row_.deferred.clear();
    row_.values.assign(row_.values.size(), RowValue());
    parameter_values_.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      size_t end = 0;
      bool has_variable = false;
      if (!PassSubterm(values[i], end, has_variable) || end != values[i].size() || has_variable) {
        return absl::InvalidArgumentError(
            fmt::format("the value of ${} is not one whole term without variables", names[i]));
      }
      parameter_values_[i].assign(values[i]);
      const uint32_t number = query_.parameter_variables()[i];
      if (number == Query::kNoVariable) continue;
      row_.values[number] = {RowValue::State::kGround, parameter_values_[i], nullptr};
    }
    return absl::OkStatus();
  }

  // Sets order_ to that for the present values.
  absl::Status ChooseOrder() {
    if (!choice_.has_value()) choice_.emplace(context_, plan_context_, query_, keeping_);
    PATHKB_ASSIGN_OR_RETURN(const PlanChoice::Reason reason, choice_->ReasonFor(row_));
    if (reason != PlanChoice::kValues) {
      for (const auto& order : orders_) {
        if (order->reason == reason) order_ = order.get();
      }
      if (order_ != nullptr) return absl::OkStatus();
    }
    PATHKB_ASSIGN_OR_RETURN(Plan plan, choice_->Make(reason, row_));
    return TakeOrder(reason, std::move(plan));
  }

  // Sets order_ to one that runs `plan`.
  absl::Status TakeOrder(PlanChoice::Reason reason, const Plan& plan) {
    auto order = std::make_unique<Order>();
    order->reason = reason;
    AppendPlan(plan, order->plan_bytes);
    for (const auto& known : orders_) {
      if (known->reason != reason || known->plan_bytes != order->plan_bytes) continue;
      order_ = known.get();
      return absl::OkStatus();
    }
    PATHKB_ASSIGN_OR_RETURN(order->sequence, StepSequence::New(context_, query_.form().top, plan,
                                                               query_.form().parameters, {}));
    order->sequence->AppendMatches(order->matches);
    if (orders_.size() == kOrdersMax) orders_.erase(orders_.begin());
    order_ = orders_.emplace_back(std::move(order)).get();
    return absl::OkStatus();
  }

  bool BudgetIsSpent() const {
    return options_.step_budget != 0 && meter_.steps() >= options_.step_budget &&
           meter_.status().code() == absl::StatusCode::kResourceExhausted;
  }

  const Query query_;
  const RunOptions options_;
  StepMeter meter_;
  RunContext context_;
  PageCounter planning_pages_;
  const CountingSource planning_source_;
  std::optional<const CountingSource> planning_base_;
  PlanKeeping keeping_;
  PlanContext plan_context_;
  std::optional<PlanChoice> choice_;            // Made at the first start.
  std::vector<std::unique_ptr<Order>> orders_;  // The one made first is the first.
  Order* order_ = nullptr;                      // Of them, of the present start.
  std::vector<std::string> parameter_values_;   // What the row's values of them are views of.
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
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<QueryRun> run,
                          Prepare(query, source, space, std::move(options)));
  PATHKB_RETURN_IF_ERROR(run->Restart({}));
  return run;
}

absl::StatusOr<std::unique_ptr<QueryRun>> QueryRun::Prepare(const Query& query,
                                                            const FactSource& source,
                                                            std::string_view space,
                                                            RunOptions options) {
  auto impl = std::make_unique<Impl>(query, source, space, std::move(options));
  PATHKB_RETURN_IF_ERROR(impl->Prepare());
  return std::unique_ptr<QueryRun>(new QueryRun(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<QueryRun>> QueryRun::StartAfter(const Query& query,
                                                               const FactSource& source,
                                                               std::string_view space,
                                                               RunOptions options,
                                                               std::string_view position) {
  if (!query.parameters().empty()) {
    return absl::InvalidArgumentError("a query with parameters has no positions");
  }
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<QueryRun> run,
                          Prepare(query, source, space, std::move(options)));
  PATHKB_RETURN_IF_ERROR(run->impl_->StartAfter(position));
  return run;
}

absl::Status QueryRun::Restart(std::span<const std::string_view> values) {
  return impl_->Restart(values);
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
uint64_t QueryRun::pages() const { return impl_->pages(); }
uint64_t QueryRun::steps() const { return impl_->steps(); }
const Query& QueryRun::query() const { return impl_->query(); }

}  // namespace pathkb
