#include "server/rpc/query_service.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "core/query/matcher.h"
#include "core/query/pattern.h"
#include "core/term/sexpr.h"
#include "server/config/limits.h"
#include "server/rpc/call.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {
namespace {

// One pattern on its way through one view of one space. One thread at a time.
class Search {
 public:
  // Borrows `context`. NotFound for an unknown space, InvalidArgument for a bad pattern.
  static absl::StatusOr<std::unique_ptr<Search>> Start(ReadView view, const std::string& space_name,
                                                       const std::string& pattern_text,
                                                       const grpc::CallbackServerContext& context) {
    PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(space_name));
    PATHKB_ASSIGN_OR_RETURN(Term term, ToPatternTerm(pattern_text));
    PATHKB_ASSIGN_OR_RETURN(Pattern pattern, Pattern::Compile(std::move(term)));
    PATHKB_RETURN_IF_ERROR(view.CheckSpaceExists(space));
    auto search = std::unique_ptr<Search>(new Search(std::move(view), std::move(pattern)));
    std::unique_ptr<Zipper> zipper = search->view_.NewZipper();
    if (zipper->Descend(TermsPrefix(space))) {
      search->matcher_.emplace(std::move(zipper), search->pattern_,
                               [&context] { return CheckStillWanted(context); });
    } else {
      PATHKB_RETURN_IF_ERROR(zipper->status());
    }
    return search;
  }

  // Goes to the next match; false when there are no more.
  absl::StatusOr<bool> Next() {
    if (!matcher_.has_value()) return false;
    return matcher_->Next();
  }

  // Writes the present match into `match`.
  absl::Status Fill(v1::Match& match) const {
    PATHKB_ASSIGN_OR_RETURN(const Entry entry,
                            view_.FindEntry(matcher_->value(), matcher_->value_layer()));
    PATHKB_RETURN_IF_ERROR(
        FillFact(matcher_->encoded_term(), matcher_->name(), entry, *match.mutable_fact()));
    PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings,
                            matcher_->Bindings(entry.variable_names));
    for (size_t i = 0; i < bindings.size(); ++i) {
      v1::Binding& binding = *match.add_bindings();
      binding.set_variable(pattern_.variable_names()[i]);
      binding.set_term(PrintTerm(bindings[i]));
    }
    return absl::OkStatus();
  }

  uint64_t revision() const { return view_.revision; }
  // As ReadView::Confirm().
  absl::Status Confirm(absl::Status status) const { return view_.Confirm(std::move(status)); }

 private:
  Search(ReadView view, Pattern pattern) : view_(std::move(view)), pattern_(std::move(pattern)) {}

  const ReadView view_;
  const Pattern pattern_;
  std::optional<Matcher> matcher_;  // Borrows the two above. Empty: nothing can match.
};

// One Query call. At any moment it is either being worked on by a request thread, or a write is
// under way; both end by finishing or by handing over to the other, so a cancelled call always
// ends.
class QueryReactor final : public grpc::ServerWriteReactor<v1::QueryResponse> {
 public:
  QueryReactor(Generations& generations, ThreadPool& threads,
               const grpc::CallbackServerContext& context, const v1::QueryRequest& request)
      : threads_(threads), context_(context), limit_(request.limit()) {
    threads_.Run([this, &generations, &request] {
      const absl::StatusOr<ReadView> view = generations.AtRevision(request.at_revision());
      if (!view.ok()) {
        Finish(ToGrpcStatus(view.status()));
        return;
      }
      auto search = Search::Start(*view, request.space(), request.pattern(), context_);
      if (!search.ok()) {
        Finish(ToGrpcStatus(view->Confirm(search.status())));
        return;
      }
      search_ = *std::move(search);
      Produce();
    });
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      threads_.Run([this] { Produce(); });
    } else {
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
    }
  }

  // The matcher's interrupt sees the cancellation, and so does the next write.
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
    response_.clear_matches();
    response_.set_revision(search_->revision());
    absl::Status status = CheckStillWanted(context_);
    size_t bytes = 0;
    bool more = true;
    while (status.ok() && response_.matches_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      if (limit_ != 0 && sent_ == limit_) more = false;
      if (more) {
        absl::StatusOr<bool> found = search_->Next();
        status = found.status();
        more = found.ok() && *found;
      }
      if (!more) break;
      ++sent_;
      v1::Match& match = *response_.add_matches();
      status = search_->Fill(match);
      if (status.ok()) {
        bytes += match.ByteSizeLong();
      } else {
        response_.mutable_matches()->RemoveLast();
      }
    }
    if (absl::Status confirmed = search_->Confirm(absl::OkStatus()); !confirmed.ok()) {
      response_.clear_matches();
      return {false, confirmed};
    }
    return {status.ok() && more, status};
  }

  ThreadPool& threads_;
  const grpc::CallbackServerContext& context_;
  const uint64_t limit_;  // 0: none.

  // One thread at a time works on a call, and gRPC orders them; the lock lets a race checker, which
  // does not see into gRPC, know it too.
  std::mutex mutex_;
  uint64_t sent_ = 0;
  std::unique_ptr<Search> search_;
  v1::QueryResponse response_;
};

// Every fact of a space, by walking its terms.
absl::StatusOr<uint64_t> CountSpace(const ReadView& view, const std::string& space,
                                    const grpc::CallbackServerContext& context) {
  PATHKB_RETURN_IF_ERROR(view.CheckSpaceExists(space));
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  const std::string prefix = TermsPrefix(space);
  uint64_t count = 0;
  if (zipper->Descend(prefix)) {
    while (zipper->NextValueWithin(prefix.size())) {
      if (++count % 4096 == 0) PATHKB_RETURN_IF_ERROR(CheckStillWanted(context));
    }
  }
  PATHKB_RETURN_IF_ERROR(zipper->status());
  return count;
}

absl::Status CountMatches(const ReadView& view, const v1::CountRequest& request,
                          const grpc::CallbackServerContext& context, v1::CountResponse& response) {
  response.set_revision(view.revision);
  if (request.pattern().empty()) {
    PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(request.space()));
    PATHKB_ASSIGN_OR_RETURN(const uint64_t count, CountSpace(view, space, context));
    response.set_count(count);
    return absl::OkStatus();
  }
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<Search> search,
                          Search::Start(view, request.space(), request.pattern(), context));
  uint64_t count = 0;
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, search->Next());
    if (!found) break;
    ++count;
  }
  response.set_count(count);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::QueryResponse>* QueryService::Query(
    grpc::CallbackServerContext* context, const v1::QueryRequest* request) {
  return new QueryReactor(generations_, threads_, *context, *request);
}

grpc::ServerUnaryReactor* QueryService::Count(grpc::CallbackServerContext* context,
                                              const v1::CountRequest* request,
                                              v1::CountResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response]() -> absl::Status {
    PATHKB_ASSIGN_OR_RETURN(const ReadView view, generations_.AtRevision(request->at_revision()));
    return view.Confirm(CountMatches(view, *request, *context, *response));
  });
}

}  // namespace pathkb
