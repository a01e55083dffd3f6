// A query of a request on its way through one view: what Query, Count, Explain and Transform share.
//
//   request ---> Ask ---> QueryCall::Start ---> Next() Fill() ... NextPageToken()
//                              |
//                       which view: that of a page token, of at_revision, or the newest

#ifndef PATHKB_SERVER_RPC_QUERY_CALL_H_
#define PATHKB_SERVER_RPC_QUERY_CALL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"

#include "core/query/plan_memory.h"
#include "core/query/query.h"
#include "core/query/query_run.h"
#include "core/query/template.h"
#include "pathkb/v1/query_service.pb.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/held_views.h"
#include "server/knowledge_base/read_view.h"
#include "server/knowledge_base/view_source.h"
#include "server/rpc/proto_conversion.h"

namespace pathkb {

// What the handlers ask of the rest of the server. A value of references; any thread.
struct QueryEnvironment {
  Generations& generations;
  HeldViews& held_views;
  uint64_t step_budget = 0;  // The server's setting; 0 for none.
  // Of all requests.
  std::shared_ptr<PlanMemory> plans = std::make_shared<PlanMemory>();
};

// What is asked, whichever request it came in. Borrows the request's filter.
struct Ask {
  std::string space;
  std::string pattern;
  const v1::FactFilter& filter;
  uint64_t at_revision = 0;
  uint64_t step_budget = 0;
  std::string template_text = {};
  std::string page_token = {};
  TermForm form = TermForm::kText;  // Of the answers.
  bool count_pages = false;         // For Explain.
  // Called some times each millisecond while an answer is searched for, by whoever calls Next().
  std::function<void()> meanwhile = nullptr;
};

// The parts that all requests have.
template <typename Request>
Ask AskOf(const Request& request) {
  return {.space = request.space(),
          .pattern = request.pattern(),
          .filter = request.filter(),
          .at_revision = request.at_revision(),
          .step_budget = request.step_budget()};
}

// One thread at a time.
class QueryCall {
 public:
  // Borrows `context`, whose end ends the walk. Errors as QueryService.Query in the .proto.
  static absl::StatusOr<std::unique_ptr<QueryCall>> Start(
      const QueryEnvironment& environment, const Ask& ask,
      const grpc::CallbackServerContext& context);

  // Goes to the next answer; false when there are no more. Errors as QueryRun::Next().
  absl::StatusOr<bool> Next() { return run_->Next(); }

  // Writes the present answer into `match`: the filled template, or else bindings and fact.
  absl::Status Fill(v1::Match& match) const;

  // A token to go on behind the present answer.
  std::string NextPageToken() const { return PageTokenFor(run_->Position()); }
  // The same for an answer whose run().Position() was kept.
  std::string PageTokenFor(std::string position) const;
  // Keeps the view readable for such tokens, for a while.
  void HoldView() const { held_views_.Hold(view()); }

  const QueryRun& run() const { return *run_; }
  const ReadView& view() const { return source_.view(); }
  // Null if none was asked for.
  const Template* answer_template() const { return template_ ? &*template_ : nullptr; }
  // As ReadView::Confirm().
  absl::Status Confirm(absl::Status status) const { return view().Confirm(std::move(status)); }

 private:
  QueryCall(ReadView view, HeldViews& held_views)
      : source_(std::move(view)), held_views_(held_views) {}

  // How plans are remembered for this view.
  PlanKeeping Keeping(PlanMemory& plans);

  const ViewSource source_;
  std::optional<ViewSource> base_source_;  // Without the working set.
  HeldViews& held_views_;
  std::string request_text_;  // What page tokens belong to.
  std::optional<Query> query_;
  std::optional<Template> template_;
  TermForm form_ = TermForm::kText;
  std::unique_ptr<QueryRun> run_;  // Borrows the source.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_QUERY_CALL_H_
