// Goal: every verb reaches the server as its contract says, and every kind of failure comes back as
// the right status with the server's words. Method: a fake server on a free port.

#include "client/cpp/pathkb_client.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "client/cpp/testing/fake_server.h"

namespace pathkb::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Fact MakeFact(const std::string& term, const std::string& name = "") {
  v1::Fact fact;
  fact.set_term(term);
  fact.set_name(name);
  return fact;
}

std::unique_ptr<PathkbClient> ConnectTo(const FakeServer& server,
                                        PathkbClient::Options options = {}) {
  absl::StatusOr<std::unique_ptr<PathkbClient>> client =
      PathkbClient::Connect(server.address(), options);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

TEST(PathkbClientTest, FactsInAndOut) {
  FakeServer server;
  const auto client = ConnectTo(server);
  v1::Fact named = MakeFact("(= (+ 2 2) 4)", "facts/math/addition");
  named.mutable_entry()->set_confidence(0.5);
  const auto inserted = client->Insert("s", {MakeFact("(a)"), MakeFact("(b)"), named});
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(inserted->inserted(), 3);
  EXPECT_EQ(inserted->revision(), 1);

  EXPECT_EQ(client->GetByTerm("s", "(a)")->fact().term(), "(a)");
  EXPECT_EQ(client->GetByName("s", "facts/math/addition")->fact().entry().confidence(), 0.5);
  EXPECT_EQ(client->GetByTerm("s", "(zz)").status().code(), absl::StatusCode::kNotFound);

  const auto deleted = client->Delete("s", {"(a)", "(zz)"}, {"facts/math/addition"});
  ASSERT_TRUE(deleted.ok());
  EXPECT_EQ(deleted->deleted(), 2);
  EXPECT_EQ(deleted->not_found(), 1);
  EXPECT_EQ(client->Count("s", "")->count(), 1);
}

TEST(PathkbClientTest, ListGoesThroughAllPages) {
  FakeServer server;
  server.set_page_facts_max(2);
  const auto client = ConnectTo(server);
  ASSERT_TRUE(
      client
          ->Insert("s", {MakeFact("(a)"), MakeFact("(b)"), MakeFact("(c)"), MakeFact("(d)", "n/1"),
                         MakeFact("(e)", "n/2"), MakeFact("(f)", "o")})
          .ok());
  std::vector<std::string> terms;
  const auto take = [&](const v1::Fact& fact) {
    terms.push_back(fact.term());
    return true;
  };
  EXPECT_EQ(*client->List("s", std::nullopt, take), 6);
  EXPECT_THAT(terms, ElementsAre("(a)", "(b)", "(c)", "(d)", "(e)", "(f)"));
  terms.clear();
  EXPECT_EQ(*client->List("s", "n/", take), 2);
  EXPECT_THAT(terms, ElementsAre("(d)", "(e)"));
  // Ends when it is told to.
  EXPECT_EQ(*client->List("s", std::nullopt, [](const v1::Fact&) { return false; }), 1);
  EXPECT_EQ(client->List("unknown", std::nullopt, take).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(PathkbClientTest, QueryStreams) {
  FakeServer server;
  const auto client = ConnectTo(server);
  std::vector<v1::Fact> facts;
  for (int i = 0; i < 2000; ++i) facts.push_back(MakeFact("(f " + std::to_string(10000 + i) + ")"));
  ASSERT_TRUE(client->Insert("s", facts).ok());
  size_t matches = 0;
  const auto all = client->Query("s", "$x", 0, [&](const v1::Match& match) {
    EXPECT_EQ(match.bindings(0).variable(), "x");
    ++matches;
    return true;
  });
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->matches, 2000);
  EXPECT_EQ(all->revision, 1);
  EXPECT_EQ(matches, 2000);
  EXPECT_EQ(client->Query("s", "$x", 7, [](const v1::Match&) { return true; })->matches, 7);
  // Stopped from here: no error, and no more calls.
  const auto stopped = client->Query("s", "$x", 0, [&](const v1::Match&) { return false; });
  ASSERT_TRUE(stopped.ok());
  EXPECT_EQ(stopped->matches, 1);
}

TEST(PathkbClientTest, SnapshotsAndStatus) {
  FakeServer server;
  const auto client = ConnectTo(server);
  EXPECT_FALSE(client->GetStatus()->has_snapshot());
  EXPECT_TRUE(client->CreateSnapshot()->created());
  EXPECT_FALSE(client->CreateSnapshot()->created());
  EXPECT_EQ(client->ListSnapshots()->snapshots_size(), 1);
  EXPECT_FALSE(client->CreateSnapshot(true)->created());
  EXPECT_TRUE(client->CreateSnapshot(false)->created());
  EXPECT_FALSE(client->ListSnapshots()->snapshots(0).deduplicated());
  EXPECT_TRUE(client->GetStatus()->has_snapshot());
}

TEST(PathkbClientTest, TheServersWordsAreKept) {
  FakeServer server;
  const auto client = ConnectTo(server);
  const absl::Status status = client->Insert("s", {MakeFact("(a)"), MakeFact("(b bad)")}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "fact 1: line 1, column 4: the word 'bad'");
  const auto skipped = client->Insert("s", {MakeFact("(a)"), MakeFact("(b bad)")},
                                      v1::InsertRequest::ON_INVALID_SKIP);
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(skipped->rejected_size(), 1);
}

TEST(PathkbClientTest, BadUtf8IsFoundHere) {
  FakeServer server;
  const auto client = ConnectTo(server);
  const std::string bad = "(a \xFF)";
  for (const absl::Status& status :
       {client->Insert("s", {MakeFact(bad)}).status(), client->Insert(bad, {}).status(),
        client->GetByTerm("s", bad).status(), client->GetByName("s", bad).status(),
        client->Delete("s", {bad}, {}).status(), client->Count("s", bad).status(),
        client->Query("s", bad, 0, [](const v1::Match&) { return true; }).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("not valid UTF-8: byte 0xFF at offset 3"));
  }
}

TEST(PathkbClientTest, DeadlinesHold) {
  absl::Notification released;  // Outlives the server, whose threads may still be at it.
  FakeServer server;
  server.SetHook([&](const std::string& method, grpc::ServerContext&) {
    if (method != "GetStatus") released.WaitForNotification();
    return grpc::Status::OK;
  });
  const auto client = ConnectTo(
      server, {.timeout = absl::Milliseconds(50), .long_timeout = absl::Milliseconds(50)});
  EXPECT_EQ(client->Insert("s", {}).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client->Count("s", "").status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client->Query("s", "$x", 0, [](const v1::Match&) { return true; }).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  released.Notify();
}

TEST(PathkbClientTest, NoServerAndALostServer) {
  std::string address;
  {
    FakeServer server;
    address = server.address();
    const auto client = ConnectTo(server);
    // The server itself says Unavailable: that is not a lost connection.
    server.SetHook([](const std::string&, grpc::ServerContext&) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the disk is full");
    });
    const absl::Status full = client->Insert("s", {}).status();
    EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(full.message(), "the disk is full");
    EXPECT_FALSE(IsConnectionError(full));

    server.Shutdown();
    const absl::Status lost = client->Insert("s", {}).status();
    EXPECT_EQ(lost.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(IsConnectionError(lost)) << lost;
  }
  const absl::Status absent = PathkbClient::Connect(address).status();
  EXPECT_TRUE(IsConnectionError(absent)) << absent;
  EXPECT_EQ(absent.message(),
            "cannot connect to " + address + ": Connection refused (is pathkbd running there?)");
  EXPECT_EQ(PathkbClient::Connect("localhost").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pathkb::client
