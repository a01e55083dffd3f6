// A query being answered over one state of the facts of a space: plans it, then hands out one
// answer at a time.
//
//   auto run = QueryRun::Start(query, source, "animals", {});
//   while (true) {
//     const auto found = (*run)->Next();
//     if (!found.ok()) ...            // the answers so far are good
//     if (!*found) break;
//     ... (*run)->Bindings(), a Template, or for a single pattern encoded_term()
//   }
//
// A query that is asked again and again with other values is compiled with parameters, and started
// again: auto run = QueryRun::Prepare(query, ...), then (*run)->Restart({value}) for each.

#ifndef PATHKB_CORE_QUERY_QUERY_RUN_H_
#define PATHKB_CORE_QUERY_QUERY_RUN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/fact_filter.h"
#include "core/query/fact_source.h"
#include "core/query/plan_memory.h"
#include "core/query/plan_report.h"
#include "core/query/query.h"
#include "core/term/term.h"

namespace pathkb {

// How a query is answered; the default asks for everything there is.
struct RunOptions {
  FactFilter filter;
  uint64_t step_budget = 0;                 // Moves of cursors; 0 for no bound.
  std::function<absl::Status()> interrupt;  // Asked some times each millisecond; an error ends it.
  bool use_index = true;                    // False: walks terms/ only.
  PlanKeeping keeping = {};
  bool count_pages = false;  // Of files, for Steps() and pages().
};

// One thread at a time. Memory is bounded by the query and the longest paths, not by the answers.
class QueryRun {
 public:
  // Plans the query and stands in front of the first answer. Borrows the source.
  //   InvalidArgument     a bad filter
  //   DataLoss            the source contradicts itself
  //   ResourceExhausted   the budget is spent by planning already
  //   whatever the interrupt said
  static absl::StatusOr<std::unique_ptr<QueryRun>> Start(const Query& query,
                                                         const FactSource& source,
                                                         std::string_view space,
                                                         RunOptions options = {});

  // The same, in front of the first answer behind `position`, which Position() gave for the same
  // query, filter and facts; each step is sought out, nothing is walked again.
  //   InvalidArgument   also: bytes that cannot be a position of this query. Made-up bytes that can
  //                     mean some place, or the end
  static absl::StatusOr<std::unique_ptr<QueryRun>> StartAfter(const Query& query,
                                                              const FactSource& source,
                                                              std::string_view space,
                                                              RunOptions options,
                                                              std::string_view position);

  // A run of a query with parameters, which Restart() is to start with their values, as often as
  // one likes. The cursors, and the orders in which the parts were taken, are kept between starts.
  //   InvalidArgument   a bad filter
  //   DataLoss          the source contradicts itself
  static absl::StatusOr<std::unique_ptr<QueryRun>> Prepare(const Query& query,
                                                           const FactSource& source,
                                                           std::string_view space,
                                                           RunOptions options = {});
  ~QueryRun();

  // Begins anew, whatever it was about: in front of the first answer for `values`, the encoded
  // ground term for each of the query's parameters(); they are copied. The step budget is for each
  // start. Steps() goes on counting.
  //   InvalidArgument   not as many as there are parameters, or one that is no ground term
  //   as Start()
  absl::Status Restart(std::span<const std::string_view> values);

  // Goes to the next answer; false when there are no more.
  //   DataLoss            the source contradicts itself
  //   ResourceExhausted   the budget is spent: the message names the part of the query that ran
  //                       away and what to bind; or facts' variables unify to something too large
  //   whatever the interrupt said
  absl::StatusOr<bool> Next();

  // --- The present answer; views hold until the next Next() --------------------------------------

  // What each of the query's variable_names() stands for, in that order. One that stays free stands
  // for itself, or for another term with variables: those of facts have names that the query does
  // not use. For a single pattern the fact's own variables are called `fact_variable_names`.
  absl::StatusOr<std::vector<Term>> Bindings(
      const std::vector<std::string>& fact_variable_names = {}) const;

  // The encoded term that variable number `index` of variable_names() stands for; false if that
  // holds variables, or is one. No copy and no allocation.
  bool GroundBinding(size_t index, std::string_view& encoded) const;

  // A single pattern's fact: its encoded term, its name, the value at its path and the layer that
  // is from (see Zipper). Only for a single pattern.
  std::string_view encoded_term() const;
  std::string_view name() const;
  uint64_t value() const;
  int value_layer() const;

  // Where this answer is, for StartAfter(): bytes that mean something to this class only. Its size
  // is about that of the keys of the facts that make up the answer. Not for a query with
  // parameters.
  std::string Position() const;

  // --- At any time -------------------------------------------------------------------------------

  // The plan, and what each step has done so far.
  std::vector<PlanStepReport> Steps() const;
  // Moves of cursors so far, planning included.
  uint64_t steps() const;
  // Different pages of files that were looked at so far, planning included; 0 unless
  // RunOptions::count_pages says that they are counted.
  uint64_t pages() const;
  // The query that is answered.
  const Query& query() const;

 private:
  class Impl;

  explicit QueryRun(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_RUN_H_
