// The HTTP port as curl and Prometheus see it: raw requests through a socket, each page in each
// state, and everything that is not a page.

#include "server/admin_http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/admin_http/pages.h"
#include "server/admin_http/readiness.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Sends `request` and returns all that comes back until the server closes.
std::string Talk(const std::string& address, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  shutdown(fd, SHUT_WR);
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    answer.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  return answer;
}

std::string Get(const std::string& address, const std::string& path) {
  return Talk(address, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::Start("127.0.0.1:0", [this](std::string_view path) {
      return OperatorPage(path, readiness_, [] { return std::string("pathkb_facts 7\n"); });
    });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  Readiness readiness_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, IsLiveFromTheBeginningAndReadyWhenItIs) {
  EXPECT_THAT(Get(server_->address(), "/healthz"), StartsWith("HTTP/1.1 200 "));
  const std::string starting = Get(server_->address(), "/readyz");
  EXPECT_THAT(starting, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(starting, HasSubstr("not ready: starting\n"));

  readiness_.Starting("replaying the log", 30, 100);
  EXPECT_THAT(Get(server_->address(), "/readyz"),
              HasSubstr("not ready: replaying the log, 30 of 100\n"));
  readiness_.Ready();
  const std::string ready = Get(server_->address(), "/readyz");
  EXPECT_THAT(ready, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ready, HasSubstr("\r\n\r\nready\n"));
  readiness_.Stopping();
  EXPECT_THAT(Get(server_->address(), "/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Get(server_->address(), "/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, HasMetricsAndAListOfItsPages) {
  const std::string metrics = Get(server_->address(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics, HasSubstr("pathkb_facts 7\n"));
  EXPECT_THAT(Get(server_->address(), "/"), HasSubstr("/metrics"));
  const std::string none = Get(server_->address(), "/nothing");
  EXPECT_THAT(none, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(none, HasSubstr("/readyz"));
}

TEST_F(HttpServerTest, OtherMethodsAreRefusedAndNonsenseDoesNotEndIt) {
  const std::string posted = Talk(server_->address(),
                                  "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                  "Content-Length: 3\r\n\r\nabc");
  EXPECT_THAT(posted, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Talk(server_->address(),
                   "HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close"
                   "\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  Talk(server_->address(), std::string(100'000, 'x') + "\r\n\r\n");
  Talk(server_->address(), "\0\1\2\r\n\r\n");
  EXPECT_THAT(Get(server_->address(), "/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, SaysWhenItCannotListen) {
  const auto second = HttpServer::Start(server_->address(), nullptr);
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server_->address()));
  EXPECT_TRUE(absl::IsInvalidArgument(HttpServer::Start("127.0.0.1", nullptr).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(HttpServer::Start("127.0.0.1:http", nullptr).status()));
}

}  // namespace
}  // namespace pathkb
