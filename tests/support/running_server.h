// What tests of a running server stand on: a real server in the test's process, on free ports and
// in a directory of its own, and a client that speaks to it over the wire.
//
//   class LeasesTest : public WithRunningServer { ... };
//   TEST_F(LeasesTest, ALeaseRunsOut) { ... client_->AcquireLease(...) ... }

#ifndef PATHKB_TESTS_SUPPORT_RUNNING_SERVER_H_
#define PATHKB_TESTS_SUPPORT_RUNNING_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"

#include "client/cpp/pathkb_client.h"
#include "server/config/server_config.h"
#include "server/server.h"

namespace pathkb {

// A fixture; each test has an empty knowledge base, in a directory named after its suite and
// itself. No snapshot is made unless the test asks for it, not even when the server stops. What a
// test starts, stops and restarts is for one thread; the client is for many.
class WithRunningServer : public ::testing::Test {
 protected:
  // `change` sets what this suite wants other than the rest, before each start.
  explicit WithRunningServer(std::function<void(ServerConfig&)> change = nullptr)
      : change_(std::move(change)) {}

  // Empties the directory and starts; the test fails if that does.
  void SetUp() override;

  // Starts a server on the directory as it is, and connects client_. None must be running. The
  // errors are those of Server::Start() and PathkbClient::Connect().
  absl::Status Start();
  // Ends client_ and server_, as a service manager would do it; nothing if none is running.
  void Stop();
  // Stop(), then Start().
  absl::Status Restart();

  // A connection to server_ of its own, for calls that PathkbClient does not make.
  std::shared_ptr<grpc::Channel> Channel() const;

  std::string dir_;  // The data directory, without a slash at its end.
  std::unique_ptr<Server> server_;
  std::unique_ptr<client::PathkbClient> client_;

 private:
  const std::function<void(ServerConfig&)> change_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_RUNNING_SERVER_H_
