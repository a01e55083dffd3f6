#include "server/rpc/query_stream.h"

#include <memory>
#include <mutex>
#include <utility>

#include "server/config/limits.h"
#include "server/rpc/call.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {
namespace {

// At any moment a call is either being worked on by a request thread, or a write is under way; both
// end by finishing or by handing over to the other, so a cancelled call always ends.
class QueryReactor final : public grpc::ServerWriteReactor<v1::QueryResponse> {
 public:
  QueryReactor(const QueryEnvironment& environment, ThreadPool& threads,
               const grpc::CallbackServerContext& context, const v1::QueryRequest& request)
      : threads_(threads), context_(context), limit_(request.limit()) {
    threads_.Run([this, &environment, &request] {
      Ask ask = AskOf(request);
      ask.template_text = request.template_();
      ask.page_token = request.page_token();
      auto call = QueryCall::Start(environment, ask, context_);
      if (!call.ok()) {
        Finish(ToGrpcStatus(call.status()));
        return;
      }
      call_ = *std::move(call);
      Produce();
    });
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      threads_.Run([this] { Produce(); });
    } else {
      // What came through goes on with the token of an earlier message.
      call_->HoldView();
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
    }
  }

  // The walk's interrupt sees the cancellation, and so does the next write.
  void OnCancel() override {}

  void OnDone() override { delete this; }

 private:
  // What a message of answers is to be followed by.
  struct Collected {
    bool more = false;  // Another one.
    absl::Status status;
  };

  // Collects one message of answers and sends it.
  void Produce() {
    const Collected collected = Collect();
    // What was found before an error is good, and goes out with it; see the end of Collect().
    if (collected.more) {
      StartWrite(&response_);
    } else if (response_.matches_size() == 0) {
      Finish(ToGrpcStatus(collected.status));
    } else {
      StartWriteAndFinish(&response_, grpc::WriteOptions(), ToGrpcStatus(collected.status));
    }
  }

  Collected Collect() {
    std::lock_guard<std::mutex> lock(mutex_);
    response_.Clear();
    response_.set_revision(call_->view().revision);
    absl::Status status = CheckStillWanted(context_);
    size_t bytes = 0;
    bool at_end = false;    // There are no more answers.
    bool at_limit = false;  // There may be more than are wanted.
    while (status.ok() && !at_limit && response_.matches_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      const absl::StatusOr<bool> found = call_->Next();
      status = found.status();
      at_end = found.ok() && !*found;
      if (!status.ok() || at_end) break;
      v1::Match& match = *response_.add_matches();
      status = call_->Fill(match);
      if (!status.ok()) {
        response_.mutable_matches()->RemoveLast();
        break;
      }
      bytes += match.ByteSizeLong();
      at_limit = ++sent_ == limit_;
    }
    if (status.ok() && !at_end) response_.set_next_page_token(call_->NextPageToken());
    if (absl::Status confirmed = call_->Confirm(absl::OkStatus()); !confirmed.ok()) {
      response_.clear_matches();
      return {false, confirmed};
    }
    if (at_limit || !status.ok()) call_->HoldView();
    return {status.ok() && !at_end && !at_limit, status};
  }

  ThreadPool& threads_;
  const grpc::CallbackServerContext& context_;
  const uint64_t limit_;  // 0: none.

  // One thread at a time works on a call, and gRPC orders them; the lock lets a race checker, which
  // does not see into gRPC, know it too.
  std::mutex mutex_;
  uint64_t sent_ = 0;
  std::unique_ptr<QueryCall> call_;
  v1::QueryResponse response_;
};

}  // namespace

grpc::ServerWriteReactor<v1::QueryResponse>* StreamAnswers(
    const QueryEnvironment& environment, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::QueryRequest& request) {
  return new QueryReactor(environment, threads, context, request);
}

}  // namespace pathkb
