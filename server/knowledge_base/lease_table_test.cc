// Leases by themselves, on a clock that the test moves: which parts overlap, what a write without a
// lease, with one, and with one that has ended may touch, and what the messages name. Then random
// leases and batches beside a plain list of what is held, which looks at every pair.

#include "server/knowledge_base/lease_table.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "server/config/limits.h"
#include "tests/support/hand_clock.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kMinute = absl::Seconds(60);

Change Of(Change::Kind kind, const std::string& name = "") {
  Change change;
  change.kind = kind;
  change.name = name;
  return change;
}

Batch Insert(const std::string& space, const std::string& name = "") {
  return {space, {Of(Change::Kind::kSet, name)}};
}

absl::StatusCode CodeOf(LeaseTable& table, const Batch& batch, const std::string& id = "") {
  return table.Check(batch, id).status().code();
}

TEST(LeaseTableTest, OverlapIsRefusedWithTheHoldersName) {
  HandClock clock;
  LeaseTable table(clock);
  const auto id = table.Take({"s", "a/"}, "importer 7", kMinute);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->size(), 32u);
  ASSERT_TRUE(table.Renew(*id, kMinute).ok());
  clock.Advance(absl::Milliseconds(17'500));
  for (const LeasePart& part : {LeasePart{"s", std::nullopt}, LeasePart{"s", ""},
                                LeasePart{"s", "a"}, LeasePart{"s", "a/"}, LeasePart{"s", "a/b"}}) {
    const auto refused = table.Take(part, "other", kMinute);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted) << ToText(part);
    EXPECT_THAT(std::string(ToStd(refused.status().message())),
                HasSubstr("names of space \"s\" that begin with \"a/\": leased to \"importer 7\" "
                          "for 42.5 s more"));
  }
  EXPECT_TRUE(table.Take({"s", "b/"}, "other", kMinute).ok());
  EXPECT_TRUE(table.Take({"s-", std::nullopt}, "other", kMinute).ok());
  EXPECT_TRUE(table.Take({"r", std::nullopt}, "other", kMinute).ok());
  EXPECT_EQ(table.Take({"r", "x"}, "other", kMinute).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(table.held(), 4u);
}

TEST(LeaseTableTest, WithoutALeaseOneKeepsOutOfWhatIsLeased) {
  HandClock clock;
  LeaseTable table(clock);
  ASSERT_TRUE(table.Take({"s", "a/"}, "x", kMinute).ok());
  ASSERT_TRUE(table.Take({"t", std::nullopt}, "y", kMinute).ok());
  using Kind = Change::Kind;
  const auto refused = absl::StatusCode::kFailedPrecondition;
  const auto fine = absl::StatusCode::kOk;
  EXPECT_EQ(CodeOf(table, Insert("s", "a/1")), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteName, "a/")}}), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kSet, "b"), Of(Kind::kSet, "a/2")}}), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteNamesBelow, "")}}), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteNamesBelow, "a")}}), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteNamesBelow, "a/b")}}), refused);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDropSpace)}}), refused);
  // Names that do not begin so, and facts without one, are nobody's.
  EXPECT_EQ(CodeOf(table, Insert("s", "a")), fine);
  EXPECT_EQ(CodeOf(table, Insert("s", "a0")), fine);
  EXPECT_EQ(CodeOf(table, Insert("s")), fine);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteTerm)}}), fine);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Kind::kDeleteNamesBelow, "a0")}}), fine);
  EXPECT_EQ(CodeOf(table, {"u", {Of(Kind::kDropSpace)}}), fine);
  // Of a space that is leased as a whole, everything is.
  EXPECT_EQ(CodeOf(table, Insert("t")), refused);
  EXPECT_EQ(CodeOf(table, Insert("t", "a")), refused);
  EXPECT_THAT(std::string(ToStd(table.Check(Insert("t"), "").status().message())),
              HasSubstr("space \"t\": leased to \"y\" for 60.0 s more"));
}

TEST(LeaseTableTest, BuildingAnIndexIsLookedAtWhereItBegins) {
  HandClock clock;
  LeaseTable table(clock);
  ASSERT_TRUE(table.Take({"s", std::nullopt}, "x", kMinute).ok());
  Change setting = Of(Change::Kind::kIndexArguments);
  EXPECT_EQ(CodeOf(table, {"s", {setting}}), absl::StatusCode::kFailedPrecondition);
  setting.index.begun.Add(2);
  EXPECT_EQ(CodeOf(table, {"s", {setting}}), absl::StatusCode::kFailedPrecondition);
  setting.index = {};
  setting.index.whole.Add(2);
  EXPECT_EQ(CodeOf(table, {"s", {setting}}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(table, {"s", {Of(Change::Kind::kIndexFacts)}}), absl::StatusCode::kOk);
  setting.index.dropped.Add(3);
  EXPECT_EQ(CodeOf(table, {"s", {setting}}), absl::StatusCode::kFailedPrecondition);
}

TEST(LeaseTableTest, WithALeaseOneStaysInsideOfIt) {
  HandClock clock;
  LeaseTable table(clock);
  const std::string part = *table.Take({"s", "a/"}, "x", kMinute);
  const std::string whole = *table.Take({"t", std::nullopt}, "x", kMinute);
  EXPECT_TRUE(table.Check(Insert("s", "a/1"), part).ok());
  EXPECT_TRUE(table.Check({"s", {Of(Change::Kind::kDeleteNamesBelow, "a/b")}}, part).ok());
  for (const Batch& outside :
       {Insert("s", "b"), Insert("s"), Batch{"s", {Of(Change::Kind::kDeleteNamesBelow, "a")}},
        Batch{"s", {Of(Change::Kind::kDropSpace)}}, Insert("u", "a/1")}) {
    const auto refused = table.Check(outside, part);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(ToStd(refused.status().message())),
                HasSubstr("the lease of this write is of names of space \"s\" that begin with "
                          "\"a/\", and it touches "));
  }
  EXPECT_TRUE(
      table.Check({"t", {Of(Change::Kind::kDropSpace), Of(Change::Kind::kSet)}}, whole).ok());
  EXPECT_FALSE(table.Check(Insert("s", "a/1"), whole).ok());
}

TEST(LeaseTableTest, ALeaseEndsWithItsTime) {
  HandClock clock;
  LeaseTable table(clock);
  const std::string id = *table.Take({"s", std::nullopt}, "x", absl::Seconds(1));
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(table.held(), 1u) << "its time has not begun";
  EXPECT_EQ(table.List().at(0).left, absl::Seconds(1));
  ASSERT_TRUE(table.Renew(id, absl::Seconds(1)).ok());
  clock.Advance(absl::Milliseconds(999));
  EXPECT_TRUE(table.Check(Insert("s"), id).ok());
  ASSERT_TRUE(table.Renew(id, absl::Seconds(2)).ok());
  clock.Advance(absl::Milliseconds(1999));
  EXPECT_TRUE(table.Check(Insert("s"), id).ok());
  clock.Advance(absl::Milliseconds(1));
  EXPECT_THAT(std::string(ToStd(table.Check(Insert("s"), id).status().message())),
              HasSubstr("has ended"));
  EXPECT_TRUE(table.Check(Insert("s"), "").ok());
  EXPECT_EQ(table.held(), 0u);
  EXPECT_EQ(table.Renew(id, absl::Seconds(1)).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Release(id).code(), absl::StatusCode::kNotFound);
  const std::string next = *table.Take({"s", std::nullopt}, "y", absl::Seconds(1));
  EXPECT_NE(next, id);
  EXPECT_TRUE(table.Release(next).ok());
  EXPECT_TRUE(table.List().empty());
}

TEST(LeaseTableTest, BadLeasesAreRefused) {
  HandClock clock;
  LeaseTable table(clock);
  const auto code = [&](const LeasePart& part, const std::string& holder, absl::Duration ttl) {
    return table.Take(part, holder, ttl).status().code();
  };
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({"S", std::nullopt}, "x", kMinute), bad);
  EXPECT_EQ(code({"s", std::string("a\0", 2)}, "x", kMinute), bad);
  EXPECT_EQ(code({"s", std::string(1025, 'a')}, "x", kMinute), bad);
  EXPECT_EQ(code({"s", std::nullopt}, "", kMinute), bad);
  EXPECT_EQ(code({"s", std::nullopt}, std::string(129, 'x'), kMinute), bad);
  EXPECT_EQ(code({"s", std::nullopt}, "x\ny", kMinute), bad);
  EXPECT_EQ(code({"s", std::nullopt}, "x", absl::Milliseconds(99)), bad);
  EXPECT_EQ(code({"s", std::nullopt}, "x", absl::Milliseconds(86'400'001)), bad);
  EXPECT_EQ(table.held(), 0u);
  for (size_t i = 0; i < kLeasesMax; ++i) {
    ASSERT_TRUE(table.Take({"s", fmt::format("{:04}", i)}, "x", kMinute).ok());
  }
  EXPECT_EQ(code({"s", "x"}, "x", kMinute), absl::StatusCode::kResourceExhausted);
}

// --- Beside a list
// --------------------------------------------------------------------------------

// What a lease is of, and what a change touches, as sets of the few names there are, facts without
// a name, and the settings.
using Things = std::set<std::string>;

const std::vector<std::string>& AllNames() {
  static const std::vector<std::string> names = {"a", "aa", "ab", "aba", "b", "ba", "c"};
  return names;
}

Things NamesBelow(const std::string& prefix) {
  Things things;
  for (const std::string& name : AllNames()) {
    if (name.starts_with(prefix)) things.insert("name " + name);
  }
  return things;
}

Things Everything() {
  Things things = NamesBelow("");
  things.insert("unnamed");
  things.insert("settings");
  return things;
}

bool Overlap(const Things& a, const Things& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& thing) { return b.contains(thing); });
}

struct NaiveLease {
  std::string id;
  std::string space;
  Things things;
  absl::Duration end;
};

class NaiveLeases {
 public:
  void EndDue(absl::Duration now) {
    std::erase_if(leases_, [&](const NaiveLease& lease) { return lease.end <= now; });
  }
  bool IsFree(const std::string& space, const Things& things) const {
    return std::none_of(leases_.begin(), leases_.end(), [&](const NaiveLease& lease) {
      return lease.space == space && Overlap(lease.things, things);
    });
  }
  bool Allows(const std::string& space, const Things& things, const std::string& id) const {
    if (id.empty()) return IsFree(space, things);
    return std::any_of(leases_.begin(), leases_.end(), [&](const NaiveLease& lease) {
      return lease.id == id && lease.space == space &&
             std::includes(lease.things.begin(), lease.things.end(), things.begin(), things.end());
    });
  }
  std::vector<NaiveLease>& leases() { return leases_; }

 private:
  std::vector<NaiveLease> leases_;
};

struct RandomWrite {
  Batch batch;
  Things things;
};

RandomWrite RandomWriteOf(std::mt19937_64& random) {
  RandomWrite write;
  write.batch.space = random() % 2 == 0 ? "s" : "s-";
  for (size_t i = 0, n = 1 + random() % 3; i < n; ++i) {
    const std::string& name = AllNames()[random() % AllNames().size()];
    Things things;
    switch (random() % 6) {
      case 0:
        write.batch.changes.push_back(Of(Change::Kind::kSet));
        things = {"unnamed"};
        break;
      case 1: {
        // A prefix that some name has, or the model would not see that two of them are alike.
        const std::string prefix = name.substr(0, random() % (name.size() + 1));
        write.batch.changes.push_back(Of(Change::Kind::kDeleteNamesBelow, prefix));
        things = NamesBelow(prefix);
        break;
      }
      case 2:
        if (random() % 4 != 0) continue;
        write.batch.changes.push_back(Of(Change::Kind::kDropSpace));
        things = Everything();
        break;
      default:
        write.batch.changes.push_back(Of(Change::Kind::kSet, name));
        things = {"name " + name};
        break;
    }
    write.things.insert(things.begin(), things.end());
  }
  return write;
}

TEST(LeaseTableTest, AgreesWithAPlainList) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given == nullptr ? 0x1EA5E : std::strtoull(given, nullptr, 0);
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  HandClock clock;
  LeaseTable table(clock);
  NaiveLeases naive;
  std::vector<std::string> ids = {""};
  int taken = 0, refused = 0, written = 0, kept_out = 0;
  for (int i = 0; i < 200'000; ++i) {
    clock.Advance(absl::Milliseconds(random() % 40));
    naive.EndDue(clock.Monotonic());
    const uint64_t choice = random() % 8;
    if (choice == 0) {
      LeasePart part{random() % 2 == 0 ? "s" : "s-", std::nullopt};
      Things things = Everything();
      if (random() % 8 != 0) {
        const std::string& name = AllNames()[random() % AllNames().size()];
        part.name_prefix = name.substr(0, 1 + random() % name.size());
        things = NamesBelow(*part.name_prefix);
      }
      const auto id = table.Take(part, "x", kMinute);
      ASSERT_EQ(id.ok(), naive.IsFree(part.space, things)) << "step " << i << " " << ToText(part);
      ++(id.ok() ? taken : refused);
      if (!id.ok()) continue;
      const absl::Duration ttl = absl::Milliseconds(100 + random() % 400);
      ASSERT_TRUE(table.Renew(*id, ttl).ok());
      naive.leases().push_back({*id, part.space, things, clock.Monotonic() + ttl});
      ids.push_back(*id);
      if (ids.size() > 20) ids.erase(ids.begin() + 1);
    } else if (choice == 1) {
      const std::string& id = ids[random() % ids.size()];
      const auto lease = std::find_if(naive.leases().begin(), naive.leases().end(),
                                      [&](const NaiveLease& held) { return held.id == id; });
      const bool is_held = lease != naive.leases().end();
      if (random() % 2 == 0) {
        ASSERT_EQ(table.Release(id).ok(), is_held) << "step " << i;
        if (is_held) naive.leases().erase(lease);
      } else {
        ASSERT_EQ(table.Renew(id, absl::Milliseconds(200)).ok(), is_held) << "step " << i;
        if (is_held) lease->end = clock.Monotonic() + absl::Milliseconds(200);
      }
    } else {
      const RandomWrite write = RandomWriteOf(random);
      if (write.batch.changes.empty()) continue;
      const std::string& id = random() % 2 == 0 ? ids[0] : ids[random() % ids.size()];
      const bool allowed = naive.Allows(write.batch.space, write.things, id);
      ASSERT_EQ(table.Check(write.batch, id).ok(), allowed) << "step " << i;
      ++(allowed ? written : kept_out);
    }
    ASSERT_EQ(table.List().size(), naive.leases().size()) << "step " << i;
  }
  EXPECT_GT(taken, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(written, 10'000);
  EXPECT_GT(kept_out, 10'000);
}

TEST(LeaseTableTest, OneOfManyThreadsGetsEachPart) {
  RealClock clock;
  LeaseTable table(clock);
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int part = 0; part < 200; ++part) {
        const auto id = table.Take({"s", fmt::format("{:03}/", part)}, "x", kMinute);
        if (!id.ok()) continue;
        ++taken;
        EXPECT_TRUE(table.Check(Insert("s", fmt::format("{:03}/n", part)), *id).ok());
        EXPECT_FALSE(table.Check(Insert("s", fmt::format("{:03}/n", part)), "").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 200);
  EXPECT_EQ(table.taken(), 200u);
}

}  // namespace
}  // namespace pathkb
