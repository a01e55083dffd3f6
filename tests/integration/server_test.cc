// What crosses the layers of a running server: writes during a snapshot, atomic batches under
// concurrent writers and readers, one revision for a whole query, deadlines that stop the walk,
// health and reflection.

#include <atomic>
#include <thread>

#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "pathkb/v1/query_service.grpc.pb.h"
#include "tests/support/running_server.h"

namespace pathkb {
namespace {

using client::PathkbClient;

class ServerTest : public WithRunningServer {
 protected:
  static std::vector<v1::Fact> Facts(const std::string& relation, int first, int end) {
    std::vector<v1::Fact> facts;
    for (int i = first; i < end; ++i) {
      facts.emplace_back().set_term("(" + relation + " " + std::to_string(i) + " end)");
    }
    return facts;
  }

  uint64_t Count(const std::string& pattern) {
    const auto count = client_->Count("default", pattern);
    EXPECT_TRUE(count.ok()) << count.status();
    return count.ok() ? count->count() : 0;
  }
};

TEST_F(ServerTest, CommitsGoOnDuringASnapshot) {
  for (int i = 0; i < 300'000; i += 50'000) {
    ASSERT_TRUE(client_->Insert("default", Facts("base", i, i + 50'000)).ok());
  }
  int commits_during = 0;
  // A snapshot of 300,000 facts takes many commits' time; should the machine stall the writer just
  // then, the next attempt will do.
  for (int attempt = 0; attempt < 20 && commits_during < 3; ++attempt) {
    std::atomic<bool> done = false;
    std::thread snapshot([&] {
      const auto made = client_->CreateSnapshot();
      EXPECT_TRUE(made.ok() && made->created()) << made.status();
      done = true;
    });
    bool seen_running = false;
    for (int i = 0; !done; ++i) {
      const auto before = client_->GetStatus();
      ASSERT_TRUE(
          client_->Insert("default", Facts("new" + std::to_string(attempt), i, i + 1)).ok());
      const auto after = client_->GetStatus();
      ASSERT_TRUE(before.ok() && after.ok());
      if (before->snapshot_running() && after->snapshot_running()) ++commits_during;
      seen_running = seen_running || before->snapshot_running();
    }
    snapshot.join();
  }
  EXPECT_GE(commits_during, 3);
  const auto status = client_->GetStatus();
  ASSERT_TRUE(status.ok());
  const uint64_t facts = status->facts();
  EXPECT_GT(status->base_facts(), 299'999u);
  EXPECT_EQ(Count(""), facts);
  ASSERT_EQ(Restart(), absl::OkStatus());
  EXPECT_EQ(Count(""), facts);
  EXPECT_EQ(Count("(base $x end)"), 300'000u);
}

TEST_F(ServerTest, BatchesAreAtomicAndAQueryIsOfOneRevision) {
  constexpr int kBatch = 50;
  std::atomic<bool> done = false;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 40; ++i) {
        const std::string relation = "w" + std::to_string(writer);
        EXPECT_TRUE(client_->Insert("default", Facts(relation, i * kBatch, (i + 1) * kBatch)).ok());
      }
    });
  }
  std::thread reader([&] {
    while (!done) {
      uint64_t seen = 0;
      const auto query = client_->Query("default", "($w $i end)", 0, [&](const v1::Match&) {
        ++seen;
        return true;
      });
      // The space comes with the first batch.
      if (!query.ok()) continue;
      EXPECT_EQ(seen % kBatch, 0u);
      EXPECT_EQ(seen, query->matches);
    }
  });
  std::thread snapshots([&] {
    while (!done) EXPECT_TRUE(client_->CreateSnapshot().ok());
  });
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  snapshots.join();
  EXPECT_EQ(Count(""), 2u * 40 * kBatch);
  ASSERT_EQ(Restart(), absl::OkStatus());
  EXPECT_EQ(Count(""), 2u * 40 * kBatch);
}

TEST_F(ServerTest, ABadFactRejectsItsBatch) {
  std::vector<v1::Fact> facts = Facts("f", 0, 3);
  facts[1].set_term("(f 1 (open)");
  const auto rejected = client_->Insert("default", facts);
  EXPECT_EQ(rejected.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(rejected.status().message().find("fact 1: line 1, column 1"), std::string::npos)
      << rejected.status();
  EXPECT_EQ(client_->Count("default", "").status().code(), absl::StatusCode::kNotFound);
  const auto skipped = client_->Insert("default", facts, v1::InsertRequest::ON_INVALID_SKIP);
  ASSERT_TRUE(skipped.ok()) << skipped.status();
  EXPECT_EQ(skipped->inserted(), 2u);
  ASSERT_EQ(skipped->rejected_size(), 1);
  EXPECT_EQ(skipped->rejected(0).index(), 1u);
}

TEST_F(ServerTest, RepeatingAnInsertChangesNothing) {
  const auto first = client_->Insert("default", Facts("f", 0, 10));
  const auto second = client_->Insert("default", Facts("f", 5, 12));
  const auto third = client_->Insert("default", Facts("f", 0, 12));
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_EQ(first->inserted(), 10u);
  EXPECT_EQ(second->inserted(), 2u);
  EXPECT_EQ(second->unchanged(), 5u);
  EXPECT_EQ(second->revision(), first->revision() + 1);
  EXPECT_EQ(third->unchanged(), 12u);
  EXPECT_EQ(third->revision(), second->revision());
  EXPECT_EQ(third->durable_revision(), second->revision());
}

// Across a snapshot, whose base then holds what is remembered, and across restarts.
TEST_F(ServerTest, AWriteWithARequestIdIsDoneOnce) {
  PathkbClient::WriteOptions options;
  options.request_id = "7d9f";
  options.sync_always = true;
  const auto insert = [&](int end) {
    return client_->Insert("default", Facts("r", 0, end),
                           v1::InsertRequest::ON_INVALID_REJECT_BATCH, options);
  };
  const auto first = insert(3);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->inserted(), 3u);
  EXPECT_EQ(first->durable_revision(), first->revision());
  ASSERT_TRUE(client_->Delete("default", {"(r 0 end)"}, {}).ok());
  for (int round = 0; round < 3; ++round) {
    const auto again = insert(3);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->revision(), first->revision());
    EXPECT_EQ(again->inserted(), 3u);
    EXPECT_EQ(Count("(r $x end)"), 2u) << "what was deleted since stays so";
    EXPECT_EQ(Count(""), 2u) << "what is remembered is no fact";
    EXPECT_EQ(insert(4).status().code(), absl::StatusCode::kInvalidArgument);
    if (round == 0) {
      ASSERT_TRUE(client_->CreateSnapshot().ok());
    } else {
      ASSERT_EQ(Restart(), absl::OkStatus());
    }
  }
  options.request_id = std::string(129, 'x');
  EXPECT_EQ(insert(3).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ServerTest, ADeadlineStopsTheWalk) {
  for (int i = 0; i < 200'000; i += 50'000) {
    ASSERT_TRUE(client_->Insert("default", Facts("f", i, i + 50'000)).ok());
  }
  auto stub = v1::QueryService::NewStub(Channel());
  v1::CountRequest request;
  request.set_pattern("(, (f $x end) (f $y end))");  // Forty thousand million answers.
  v1::CountResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  const grpc::Status status = stub->Count(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  // A query that is dropped in the middle ends, too: else this server could not stop.
  grpc::ClientContext query_context;
  v1::QueryRequest query;
  query.set_pattern("(f $x end)");
  v1::QueryResponse part;
  auto reader = stub->Query(&query_context, query);
  EXPECT_TRUE(reader->Read(&part));
  query_context.TryCancel();
  while (reader->Read(&part)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(Count("(f 7 end)"), 1u);
}

// Calls a method by name with no request fields; returns the raw answer.
std::string CallByName(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                       const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice slice(request);
  grpc::ByteBuffer in(&slice, 1), out;
  auto call = stub.PrepareUnaryCall(&context, method, in, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&out, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  EXPECT_TRUE(status.ok()) << status.error_message();
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (out.Valid() && out.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return bytes;
}

TEST_F(ServerTest, HealthSaysServing) {
  // HealthCheckResponse { status: SERVING (1) }
  EXPECT_EQ(CallByName(Channel(), "/grpc.health.v1.Health/Check", ""), "\x08\x01");
}

}  // namespace
}  // namespace pathkb
