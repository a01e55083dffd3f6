#include "server/rpc/query_stream.h"

#include <chrono>
#include <memory>
#include <string>
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
    ask.meanwhile = [this] { SendWhatIsThere(); };
    auto call = QueryCall::Start(environment_, ask, context_);
    if (call.ok()) call_ = *std::move(call);
    return call.status();
  }

  Collected Collect(v1::QueryResponse& response) override {
    collecting_ = &response;
    const Collected collected = CollectInto(response);
    collecting_ = nullptr;
    last_sent_ = std::chrono::steady_clock::now();
    return collected;
  }

  Collected CollectInto(v1::QueryResponse& response) {
    response.set_revision(call_->view().revision);
    KeepPlace(response);
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
      // At first, and where they come slowly, a place is kept for each; else for some.
      const int matches = response.matches_size();
      if (matches <= kPlacesAll || matches % kPlacesAll == 0 || ticked_) KeepPlace(response);
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

  // Keeps where the last answer of `response` is: while the next one is searched for, nobody could
  // tell any more.
  void KeepPlace(const v1::QueryResponse& response) {
    kept_matches_ = response.matches_size();
    if (kept_matches_ != 0) kept_position_ = call_->run().Position();
    ticked_ = false;
  }

  // Is called while an answer is searched for: sends those before it, if it takes long.
  void SendWhatIsThere() {
    ticked_ = true;
    if (collecting_ == nullptr || kept_matches_ == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_sent_ < kSendWithin) return;
    last_sent_ = now;
    // If files have changed under them they are no answers; the end of the message says so.
    if (!call_->Confirm(absl::OkStatus()).ok()) return;
    // Those behind the place that was kept stay for the next message.
    v1::QueryResponse rest;
    rest.set_revision(collecting_->revision());
    for (int i = kept_matches_; i < collecting_->matches_size(); ++i) {
      rest.add_matches()->Swap(collecting_->mutable_matches(i));
    }
    v1::QueryResponse early;
    early.Swap(collecting_);
    early.mutable_matches()->DeleteSubrange(kept_matches_, rest.matches_size());
    early.set_next_page_token(call_->PageTokenFor(kept_position_));
    if (SendEarly(early)) {
      collecting_->Swap(&rest);
      kept_matches_ = 0;
      return;
    }
    // The one before is not through yet: all as it was.
    for (v1::Match& match : *rest.mutable_matches()) early.add_matches()->Swap(&match);
    early.clear_next_page_token();
    collecting_->Swap(&early);
  }

  static constexpr int kPlacesAll = 16;
  // An answer that was found waits no longer than about this for those behind it.
  static constexpr std::chrono::milliseconds kSendWithin{20};

  const QueryEnvironment& environment_;
  const grpc::CallbackServerContext& context_;
  const v1::QueryRequest& request_;
  uint64_t sent_ = 0;
  v1::QueryResponse* collecting_ = nullptr;  // By Collect(), while that is at work.
  int kept_matches_ = 0;                     // Of it, up to the place that was kept.
  std::string kept_position_;
  bool ticked_ = false;  // SendWhatIsThere() was called since.
  std::chrono::steady_clock::time_point last_sent_ = std::chrono::steady_clock::now();
  std::unique_ptr<QueryCall> call_;
};

}  // namespace

grpc::ServerWriteReactor<v1::QueryResponse>* StreamAnswers(
    const QueryEnvironment& environment, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::QueryRequest& request) {
  return QueryReactor::New(environment, threads, context, request);
}

}  // namespace pathkb
