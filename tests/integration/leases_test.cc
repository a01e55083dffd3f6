// Leases on a running server: two writers side by side, every way to write asked for its lease, a
// lease that runs out, and leases taken again and again in a storm of writes that have none, none
// of which may have a revision between what Acquire has answered and the last write of the holder.

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/running_server.h"

namespace pathkb {
namespace {

using client::PathkbClient;
using ::testing::HasSubstr;

class LeasesTest : public WithRunningServer {
 protected:
  absl::StatusOr<v1::AcquireLeaseResponse> Acquire(const std::string& space,
                                                   std::optional<std::string> name_prefix,
                                                   const std::string& holder,
                                                   uint64_t ttl_ms = 60'000) {
    v1::AcquireLeaseRequest request;
    request.set_space(space);
    if (name_prefix.has_value()) request.set_name_prefix(*name_prefix);
    request.set_holder(holder);
    request.set_ttl_ms(ttl_ms);
    return client_->AcquireLease(request);
  }

  absl::StatusOr<v1::InsertResponse> Insert(const std::string& name, const std::string& term,
                                            const std::string& lease_id = "",
                                            const std::string& space = "s") {
    v1::Fact fact;
    fact.set_term(term);
    fact.set_name(name);
    PathkbClient::WriteOptions options;
    options.lease_id = lease_id;
    return client_->Insert(space, {fact}, v1::InsertRequest::ON_INVALID_REJECT_BATCH, options);
  }
};

void ExpectRefused(const absl::Status& status, const std::string& text) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(text));
}

TEST_F(LeasesTest, TwoWritersWorkSideBySide) {
  const auto left = Acquire("s", "left/", "the left one");
  const auto right = Acquire("s", "right/", "the right one");
  ASSERT_TRUE(left.ok() && right.ok()) << left.status() << right.status();
  EXPECT_EQ(left->ttl_ms(), 60'000u);
  const auto overlap = Acquire("s", std::nullopt, "a third");
  EXPECT_EQ(overlap.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(overlap.status().message()), HasSubstr("the left one"));
  std::vector<std::thread> writers;
  for (const auto& [name, id] : {std::pair(std::string("left/"), left->lease_id()),
                                 std::pair(std::string("right/"), right->lease_id())}) {
    writers.emplace_back([this, name = name, id = id] {
      for (int i = 0; i < 100; ++i) {
        const std::string number = std::to_string(i);
        EXPECT_TRUE(Insert(name + number, "(n " + number + ")", id).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ExpectRefused(Insert("left/x", "(n x)").status(), "the left one");
  ExpectRefused(Insert("left/x", "(n x)", right->lease_id()).status(), "it touches the name");
  ExpectRefused(Insert("", "(n x)", left->lease_id()).status(), "facts without a name");
  // Nobody's: other names, facts without one, other spaces.
  EXPECT_TRUE(Insert("middle/x", "(n x)").ok());
  EXPECT_TRUE(Insert("", "(n y)").ok());
  EXPECT_TRUE(Insert("left/x", "(n x)", "", "t").ok());
  EXPECT_EQ(client_->Count("s", "")->count(), 202u);
  const auto leases = client_->ListLeases();
  ASSERT_TRUE(leases.ok());
  ASSERT_EQ(leases->leases_size(), 2);
  EXPECT_EQ(leases->leases(0).name_prefix(), "left/");
  EXPECT_EQ(leases->leases(1).holder(), "the right one");
  EXPECT_TRUE(client_->ReleaseLease(left->lease_id()).ok());
  EXPECT_TRUE(Insert("left/x", "(n x)").ok());
  EXPECT_EQ(client_->ReleaseLease(left->lease_id()).status().code(), absl::StatusCode::kNotFound);
  ExpectRefused(Insert("left/x", "(n z)", left->lease_id()).status(), "has ended");
}

TEST_F(LeasesTest, EveryWayToWriteAsks) {
  ASSERT_TRUE(Insert("n", "(r a b)").ok());
  ASSERT_TRUE(Insert("n", "(r a b)", "", "from").ok());
  const auto snapshot = client_->CreateSnapshot();
  ASSERT_TRUE(snapshot.ok());
  ASSERT_TRUE(Insert("m", "(r a c)").ok());
  const auto lease = Acquire("s", std::nullopt, "me");
  ASSERT_TRUE(lease.ok()) << lease.status();
  v1::TransformRequest transform;
  transform.set_space("from");
  transform.set_pattern("(r $x $y)");
  transform.set_template_("(t $y $x)");
  transform.set_into_space("s");
  v1::CombineRequest combine;
  combine.set_operation(v1::COMBINE_OPERATION_UNION);
  combine.add_operands()->set_space("from");
  combine.set_into_space("s");
  combine.set_on_conflict(v1::ON_CONFLICT_LEFT);
  v1::RestoreSpaceRequest restore;
  restore.set_space("s");
  restore.set_at_revision(snapshot->snapshot().revision());
  const auto on_fact = [](const v1::Fact&) { return true; };

  ExpectRefused(Insert("x", "(r a d)").status(), "\"me\"");
  ExpectRefused(client_->Delete("s", {"(r a d)"}, {}).status(), "\"me\"");
  ExpectRefused(client_->DeleteNamesBelow("s", "n").status(), "\"me\"");
  ExpectRefused(client_->Transform(transform).status(), "\"me\"");
  ExpectRefused(client_->Combine(combine, on_fact).status(), "\"me\"");
  ExpectRefused(client_->RestoreSpace(restore).status(), "\"me\"");
  ExpectRefused(client_->SetIndex("s", {1}).status(), "\"me\"");
  ExpectRefused(client_->DropSpace("s").status(), "\"me\"");
  // Looking costs nobody a lease.
  EXPECT_EQ(client_->Count("s", "")->count(), 2u);
  transform.set_dry_run(true);
  EXPECT_TRUE(client_->Transform(transform).ok());
  transform.set_dry_run(false);

  transform.set_lease_id(lease->lease_id());
  combine.set_lease_id(lease->lease_id());
  restore.set_lease_id(lease->lease_id());
  PathkbClient::WriteOptions options;
  options.lease_id = lease->lease_id();
  EXPECT_TRUE(client_->Transform(transform).ok());
  EXPECT_TRUE(client_->Combine(combine, on_fact).ok());
  EXPECT_TRUE(client_->SetIndex("s", {1}, lease->lease_id()).ok());
  EXPECT_TRUE(client_->DeleteNamesBelow("s", "m", options).ok());
  EXPECT_TRUE(client_->RestoreSpace(restore).ok());
  EXPECT_EQ(client_->Count("s", "")->count(), 1u);
  EXPECT_TRUE(client_->Delete("s", {}, {"n"}, options).ok());
  EXPECT_TRUE(Insert("n", "(r a b)", lease->lease_id()).ok());
  EXPECT_TRUE(client_->DropSpace("s", lease->lease_id()).ok());
}

TEST_F(LeasesTest, ALeaseRunsOut) {
  const auto lease = Acquire("s", std::nullopt, "short", 100);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->ttl_ms(), 100u);
  const absl::Time begun = absl::Now();
  absl::Status status = absl::UnknownError("not tried");
  while (!status.ok() && absl::Now() - begun < absl::Seconds(30)) {
    status = Insert("", "(f 1)").status();
    if (!status.ok()) ExpectRefused(status, "short");
  }
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(50));
  EXPECT_EQ(client_->RenewLease(lease->lease_id(), 0).status().code(), absl::StatusCode::kNotFound);
  ExpectRefused(Insert("", "(f 2)", lease->lease_id()).status(), "has ended");
  const auto next = Acquire("s", std::nullopt, "next");
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(client_->RenewLease(next->lease_id(), 0)->ttl_ms(), 60'000u);
  EXPECT_EQ(Acquire("s", "", "bad time", 99).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LeasesTest, NoWriteWithoutTheLeaseComesBetween) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 40;
  std::atomic<bool> done = false;
  std::vector<std::vector<uint64_t>> revisions(kWriters);
  std::atomic<uint64_t> refused = 0;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; !done; ++i) {
        const std::string number = std::to_string(writer) + "/" + std::to_string(i);
        const auto answer = Insert("part/" + number, "(w " + number + ")");
        if (answer.ok()) {
          revisions[writer].push_back(answer->revision());
        } else {
          ExpectRefused(answer.status(), "round");
          ++refused;
        }
      }
    });
  }
  // Of each lease: what was answered first and written last.
  std::vector<std::pair<uint64_t, uint64_t>> leased;
  uint64_t facts_written = 0;
  for (int round = 0; round < kRounds; ++round) {
    const bool whole = round % 2 == 0;
    const auto lease = Acquire("s", whole ? std::nullopt : std::optional<std::string>("part/"),
                               "round " + std::to_string(round));
    ASSERT_TRUE(lease.ok()) << lease.status();
    uint64_t last = lease->revision();
    for (int i = 0; i < 3; ++i) {
      const std::string number = std::to_string(round) + "/" + std::to_string(i);
      const auto answer = Insert("part/own/" + number, "(own " + number + ")", lease->lease_id());
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(answer->revision(), last + 1) << "somebody else has written";
      last = answer->revision();
      ++facts_written;
    }
    leased.emplace_back(lease->revision(), last);
    ASSERT_TRUE(client_->ReleaseLease(lease->lease_id()).ok());
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
  for (const auto& of_writer : revisions) {
    facts_written += of_writer.size();
    for (const uint64_t revision : of_writer) {
      for (const auto& [first, last] : leased) {
        EXPECT_FALSE(revision > first && revision <= last)
            << revision << " in " << first << "-" << last;
      }
    }
  }
  EXPECT_EQ(client_->Count("s", "")->count(), facts_written);
  std::cout << facts_written << " facts, " << refused << " writes refused\n";
}

}  // namespace
}  // namespace pathkb
