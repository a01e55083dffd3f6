// A call that is answered by a stream of messages: what Query, Diff and Combine share. Each message
// is collected on the request threads, as soon as the one before has been taken by the stream.
//
//   Begin --> Start() --> Collect() --> write --> Collect() --> write --> ... --> finish
//             request thread            gRPC      request thread
//
// What Collect() has so far may go out while it is still at work (SendEarly); its own message then
// waits until that one is written.

#ifndef PATHKB_SERVER_RPC_STREAM_REACTOR_H_
#define PATHKB_SERVER_RPC_STREAM_REACTOR_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"

#include "server/background/thread_pool.h"
#include "server/rpc/call.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {

// At any moment a call is either being worked on by a request thread, or a write is under way; both
// end by finishing or by handing over to the other, so a cancelled call always ends. Deletes itself
// when it is done.
template <typename Response>
class StreamReactor : public grpc::ServerWriteReactor<Response> {
 public:
  void OnWriteDone(bool ok) override {
    bool was_early = false;
    {
      const std::lock_guard<std::mutex> lock(early_mutex_);
      was_early = early_ == Early::kUnderWay;
      if (was_early) {
        early_ = ok ? Early::kNone : Early::kFailed;
        // While Collect() is at work, Produce() goes on from here.
        if (!collected_.has_value()) return;
      }
    }
    if (was_early) {
      Send();
      return;
    }
    if (ok) {
      threads_.Run([this] { Produce(); });
      return;
    }
    EndWithoutClient();
  }

  // What walks asks CheckStillWanted(), and the next write fails.
  void OnCancel() override {}

  void OnDone() override { delete this; }

 protected:
  // What a message is, and what it is followed by.
  struct Collected {
    bool worth_sending = false;  // It says something.
    bool more = false;           // Another one follows; then this one is worth sending.
    absl::Status status;         // If none follows: how the call ends, after this message.
  };

  // Borrows both.
  StreamReactor(ThreadPool& threads, const grpc::CallbackServerContext& context)
      : threads_(threads), context_(context) {}

  // Starts the call of `reactor`, which must be complete.
  static grpc::ServerWriteReactor<Response>* Begin(StreamReactor* reactor) {
    reactor->threads_.Run([reactor] {
      absl::Status status;
      {
        const std::lock_guard<std::mutex> lock(reactor->mutex_);
        status = reactor->Start();
      }
      if (status.ok()) {
        reactor->Produce();
      } else {
        reactor->Finish(ToGrpcStatus(status));
      }
    });
    return reactor;
  }

  // OK while somebody waits for the call.
  absl::Status CheckWanted() const { return CheckStillWanted(context_); }

  // --- By one thread at a time, under the lock.

  // For Collect(): writes what is in `message` while collecting goes on, and leaves it empty.
  // False, with nothing changed, while an earlier one is still being written, or could not be.
  bool SendEarly(Response& message) {
    {
      const std::lock_guard<std::mutex> lock(early_mutex_);
      if (early_ != Early::kNone) return false;
      early_ = Early::kUnderWay;
    }
    early_response_.Clear();
    early_response_.Swap(&message);
    this->StartWrite(&early_response_);
    return true;
  }

  // Gets ready; an error ends the call.
  virtual absl::Status Start() = 0;
  // Fills the next message, which is empty.
  virtual Collected Collect(Response& response) = 0;
  // The last message did not get through.
  virtual void ClientGone() {}

 private:
  void Produce() {
    Collected collected;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      response_.Clear();
      collected = Collect(response_);
    }
    {
      const std::lock_guard<std::mutex> lock(early_mutex_);
      collected_ = std::move(collected);
      if (early_ == Early::kUnderWay) return;  // OnWriteDone() goes on from here.
    }
    Send();
  }

  // Sends what Collect() has made; nothing else is being written.
  void Send() {
    Collected collected;
    bool failed = false;
    {
      const std::lock_guard<std::mutex> lock(early_mutex_);
      collected = *std::exchange(collected_, std::nullopt);
      failed = early_ == Early::kFailed;
    }
    // What was found before an error is good, and goes out with it.
    if (failed) {
      EndWithoutClient();
    } else if (collected.more) {
      this->StartWrite(&response_);
    } else if (collected.worth_sending) {
      this->StartWriteAndFinish(&response_, grpc::WriteOptions(), ToGrpcStatus(collected.status));
    } else {
      this->Finish(ToGrpcStatus(collected.status));
    }
  }

  void EndWithoutClient() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ClientGone();
    }
    this->Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
  }

  ThreadPool& threads_;
  const grpc::CallbackServerContext& context_;

  // One thread at a time works on a call, and gRPC orders them; the lock lets a race checker, which
  // does not see into gRPC, know it too.
  std::mutex mutex_;
  Response response_;

  // A message that goes out while the next one is collected. Never held with a call of gRPC's.
  enum class Early : uint8_t { kNone, kUnderWay, kFailed };
  std::mutex early_mutex_;
  Early early_ ABSL_GUARDED_BY(early_mutex_) = Early::kNone;
  // What is to be sent behind it; none while it is being collected.
  std::optional<Collected> collected_ ABSL_GUARDED_BY(early_mutex_);
  Response early_response_;  // Whoever sets early_ to kUnderWay has it.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_STREAM_REACTOR_H_
