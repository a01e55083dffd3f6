// Which addresses and values are taken.

#include "server/config/server_config.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

absl::Status CheckWithListen(const std::string& listen) {
  ServerConfig config;
  config.listen = listen;
  return CheckServerConfig(config);
}

TEST(ServerConfigTest, OnlyLoopbackAddresses) {
  EXPECT_TRUE(CheckServerConfig(ServerConfig()).ok());
  for (const char* good : {"127.0.0.1:0", "127.9.8.7:65535", "localhost:1", "[::1]:7420"}) {
    EXPECT_TRUE(CheckWithListen(good).ok()) << good;
  }
  for (const char* bad : {"0.0.0.0:7420", "192.168.0.1:7420", "example.org:1", "127.evil.org:1",
                          "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", ""}) {
    EXPECT_EQ(CheckWithListen(bad).code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ServerConfigTest, RangesAreChecked) {
  ServerConfig config;
  config.snapshot_min_ratio = -1;
  EXPECT_FALSE(CheckServerConfig(config).ok());
  config = ServerConfig();
  config.data_dir = "";
  EXPECT_FALSE(CheckServerConfig(config).ok());
}

}  // namespace
}  // namespace pathkb
