// The connection; the calls are in pathkb_client_facts.cc, _queries, _spaces and _snapshots.

#include "client/cpp/pathkb_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "fmt/format.h"

namespace pathkb::client {
namespace {

// Marks a status as IsConnectionError().
constexpr char kNotConnected[] = "pathkb/not-connected";

absl::Status ConnectionError(const std::string& message) {
  absl::Status status = absl::UnavailableError(message);
  status.SetPayload(kNotConnected, absl::Cord());
  return status;
}

// The last and telling part of gRPC's message, such as "Connection refused" behind
// "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:7420: Failed to ...".
std::string ReasonIn(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

}  // namespace

bool IsConnectionError(const absl::Status& status) {
  return status.GetPayload(kNotConnected).has_value();
}

PathkbClient::PathkbClient(std::string address, std::shared_ptr<grpc::Channel> channel,
                           const Options& options)
    : address_(std::move(address)),
      options_(options),
      channel_(std::move(channel)),
      facts_(v1::FactService::NewStub(channel_)),
      queries_(v1::QueryService::NewStub(channel_)),
      snapshots_(v1::SnapshotService::NewStub(channel_)),
      spaces_(v1::SpaceService::NewStub(channel_)),
      leases_(v1::LeaseService::NewStub(channel_)),
      admin_(v1::AdminService::NewStub(channel_)) {}

absl::StatusOr<std::unique_ptr<PathkbClient>> PathkbClient::Connect(const std::string& address,
                                                                    const Options& options) {
  // gRPC 1.51 looks at errno after other calls have had a chance to change it, so that now and then
  // a connection that is just being made counts as failed, for a reason that makes no sense.
  constexpr int kAttempts = 3;
  auto client = ConnectOnce(address, options);
  for (int attempt = 1; attempt < kAttempts && !client.ok(); ++attempt) {
    const absl::string_view reason = client.status().message();
    if (!absl::IsUnavailable(client.status()) || absl::StrContains(reason, "Connection refused") ||
        absl::StrContains(reason, "no answer")) {
      break;
    }
    client = ConnectOnce(address, options);
  }
  return client;
}

absl::StatusOr<std::unique_ptr<PathkbClient>> PathkbClient::ConnectOnce(const std::string& address,
                                                                        const Options& options) {
  if (address.find(':') == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "the server's address '{}' has no port; it should look like 127.0.0.1:7420", address));
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  // A proxy for web pages, set in the environment, is not meant for us.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Another client in this process must not share this one's broken connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);

  const auto deadline =
      std::chrono::system_clock::now() +
      absl::ToChronoNanoseconds(std::min(options.connect_timeout, absl::Hours(24)));
  grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE) {
    if (!channel->WaitForStateChange(state, deadline)) {
      return ConnectionError(fmt::format("cannot connect to {}: no answer within {}", address,
                                         absl::FormatDuration(options.connect_timeout)));
    }
    state = channel->GetState(/*try_to_connect=*/true);
  }
  std::unique_ptr<PathkbClient> client(new PathkbClient(address, std::move(channel), options));
  if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
    // A call fails at once in this state, and its message holds the reason.
    grpc::ClientContext context;
    context.set_deadline(deadline);
    v1::GetStatusResponse response;
    const grpc::Status status = client->admin_->GetStatus(&context, {}, &response);
    if (!status.ok()) {
      return ConnectionError(fmt::format("cannot connect to {}: {} (is pathkbd running there?)",
                                         address, ReasonIn(status.error_message())));
    }
  }
  return client;
}

absl::Status PathkbClient::ExamineUnavailable(absl::Status status) const {
  if (status.code() != absl::StatusCode::kUnavailable || IsConnectionError(status)) return status;
  // A broken connection fails its calls and changes the channel's state, in either order.
  const auto soon = std::chrono::system_clock::now() + std::chrono::milliseconds(50);
  if (channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY &&
      !channel_->WaitForStateChange(GRPC_CHANNEL_READY, soon)) {
    return status;
  }
  return ConnectionError(fmt::format("lost the connection to {}: {}", address_,
                                     ReasonIn(std::string(status.message()))));
}

}  // namespace pathkb::client
