#include "tests/support/running_server.h"

#include <filesystem>
#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

#include "storage/file/posix_file_system.h"

namespace pathkb {

using client::PathkbClient;

void WithRunningServer::SetUp() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  dir_ = ::testing::TempDir() + "/" + test->test_suite_name() + "_" + test->name();
  std::filesystem::remove_all(dir_);
  ASSERT_EQ(Start(), absl::OkStatus());
}

absl::Status WithRunningServer::Start() {
  ServerConfig config;
  config.data_dir = dir_;
  config.listen = "127.0.0.1:0";
  config.snapshot_interval_s = 0;
  config.snapshot_max_changes = 0;
  config.snapshot_at_shutdown = false;
  if (change_ != nullptr) change_(config);
  auto server = Server::Start(config, RealFileSystem(), absl::Now());
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  auto client = PathkbClient::Connect(server_->address());
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  return absl::OkStatus();
}

void WithRunningServer::Stop() {
  client_.reset();
  server_.reset();
}

absl::Status WithRunningServer::Restart() {
  Stop();
  return Start();
}

std::shared_ptr<grpc::Channel> WithRunningServer::Channel() const {
  return grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
}

}  // namespace pathkb
