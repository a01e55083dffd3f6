#include "server/rpc/query_stream.h"

#include <memory>
#include <utility>

#include "server/config/limits.h"
#include "server/rpc/stream_reactor.h"

namespace pathkb {
namespace {

class QueryReactor final : public StreamReactor<v1::QueryResponse> {
 public:
  // Makes one and begins its call.
  static grpc::ServerWriteReactor<v1::QueryResponse>* New(
      const QueryEnvironment& environment, ThreadPool& threads,
      const grpc::CallbackServerContext& context, const v1::QueryRequest& request) {
    return Begin(new QueryReactor(environment, threads, context, request));
  }

 private:
  QueryReactor(const QueryEnvironment& environment, ThreadPool& threads,
               const grpc::CallbackServerContext& context, const v1::QueryRequest& request)
      : StreamReactor(threads, context),
        environment_(environment),
        context_(context),
        request_(request) {}

  absl::Status Start() override {
    Ask ask = AskOf(request_);
    ask.template_text = request_.template_();
    ask.page_token = request_.page_token();
    if (request_.structured()) ask.form = TermForm::kStructured;
    auto call = QueryCall::Start(environment_, ask, context_);
    if (call.ok()) call_ = *std::move(call);
    return call.status();
  }

  Collected Collect(v1::QueryResponse& response) override {
    response.set_revision(call_->view().revision);
    absl::Status status = CheckWanted();
    size_t bytes = 0;
    bool at_end = false;    // There are no more answers.
    bool at_limit = false;  // There may be more than are wanted.
    while (status.ok() && !at_limit && response.matches_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      const absl::StatusOr<bool> found = call_->Next();
      status = found.status();
      at_end = found.ok() && !*found;
      if (!status.ok() || at_end) break;
      v1::Match& match = *response.add_matches();
      status = call_->Fill(match);
      if (!status.ok()) {
        response.mutable_matches()->RemoveLast();
        break;
      }
      bytes += match.ByteSizeLong();
      at_limit = ++sent_ == request_.limit();
    }
    if (status.ok() && !at_end) response.set_next_page_token(call_->NextPageToken());
    if (absl::Status confirmed = call_->Confirm(absl::OkStatus()); !confirmed.ok()) {
      return {.status = confirmed};
    }
    if (at_limit || !status.ok()) call_->HoldView();
    return {.worth_sending = response.matches_size() != 0,
            .more = status.ok() && !at_end && !at_limit,
            .status = status};
  }

  // What came through goes on with the token of an earlier message.
  void ClientGone() override { call_->HoldView(); }

  const QueryEnvironment& environment_;
  const grpc::CallbackServerContext& context_;
  const v1::QueryRequest& request_;
  uint64_t sent_ = 0;
  std::unique_ptr<QueryCall> call_;
};

}  // namespace

grpc::ServerWriteReactor<v1::QueryResponse>* StreamAnswers(
    const QueryEnvironment& environment, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::QueryRequest& request) {
  return QueryReactor::New(environment, threads, context, request);
}

}  // namespace pathkb
