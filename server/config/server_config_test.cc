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

TEST(ServerConfigTest, TheHttpPortFollowsTheOther) {
  ServerConfig config;
  EXPECT_EQ(HttpAddress(config), "127.0.0.1:7421");
  config.listen = "[::1]:0";
  EXPECT_EQ(HttpAddress(config), "[::1]:0");
  config.listen = "localhost:65535";
  EXPECT_EQ(HttpAddress(config), "");
  config.http_listen = "off";
  EXPECT_TRUE(CheckServerConfig(config).ok());
  EXPECT_EQ(HttpAddress(config), "");
  config.http_listen = "127.0.0.2:80";
  EXPECT_TRUE(CheckServerConfig(config).ok());
  EXPECT_EQ(HttpAddress(config), "127.0.0.2:80");
  for (const char* bad : {"", "on", "7421", "0.0.0.0:7421"}) {
    config.http_listen = bad;
    const absl::Status status = CheckServerConfig(config);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(status.message().find("--http-listen"), status.message().npos) << status;
  }
}

TEST(ServerConfigTest, RangesAreChecked) {
  ServerConfig config;
  config.snapshot_min_ratio = -1;
  EXPECT_FALSE(CheckServerConfig(config).ok());
  const auto refused = [](auto change) {
    ServerConfig wrong;
    change(wrong);
    return absl::IsInvalidArgument(CheckServerConfig(wrong));
  };
  EXPECT_TRUE(refused([](ServerConfig& c) { c.request_threads = 1025; }));
  EXPECT_FALSE(refused([](ServerConfig& c) { c.request_threads = 1024; }));
  EXPECT_TRUE(refused([](ServerConfig& c) { c.retention_keep_last = 0; }));
  EXPECT_TRUE(refused([](ServerConfig& c) { c.retention_keep_last = 1001; }));
  EXPECT_FALSE(refused([](ServerConfig& c) { c.retention_keep_last = 1000; }));
  EXPECT_TRUE(refused([](ServerConfig& c) { c.retention_keep_daily = 3661; }));
  EXPECT_FALSE(refused([](ServerConfig& c) { c.retention_keep_daily = 3660; }));
  EXPECT_TRUE(refused([](ServerConfig& c) { c.delta_max_files = 1001; }));
  EXPECT_FALSE(refused([](ServerConfig& c) { c.delta_max_files = 0; }));
  config = ServerConfig();
  config.data_dir = "";
  EXPECT_FALSE(CheckServerConfig(config).ok());
}

TEST(ServerConfigTest, CompressionsThatThereAre) {
  ServerConfig config;
  for (const char* good : {"none", "zlib"}) {
    config.snapshot_terms_compression = good;
    EXPECT_TRUE(CheckServerConfig(config).ok()) << good;
  }
  for (const char* bad : {"", "lzma", "Zlib", "zlib "}) {
    config.snapshot_terms_compression = bad;
    const absl::Status status = CheckServerConfig(config);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(status.message().find("none or zlib"), status.message().npos) << status;
  }
}

TEST(ServerConfigTest, ALimitInTheWrongUnitIsRefused) {
  ServerConfig config;
  for (const uint64_t good : {uint64_t{0}, kSnapshotBytesPerSecondMin, UINT64_MAX}) {
    config.snapshot_max_bytes_per_second = good;
    EXPECT_TRUE(CheckServerConfig(config).ok()) << good;
  }
  for (const uint64_t bad : {uint64_t{1}, uint64_t{50}, kSnapshotBytesPerSecondMin - 1}) {
    config.snapshot_max_bytes_per_second = bad;
    const absl::Status status = CheckServerConfig(config);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(status.message().find("65536"), status.message().npos) << status;
  }
}

}  // namespace
}  // namespace pathkb
