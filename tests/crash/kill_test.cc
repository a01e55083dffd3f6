// kill -9 of the real daemon while several clients insert and delete and snapshots and deltas are
// made, again and again. After each restart every batch that was acknowledged is there or gone as
// it was answered, and each batch that was not answered is there as a whole or not at all, and
// stays so. All the while other arguments come to be indexed and are dropped; what each kill leaves
// is an index that agrees with the facts, whole or being built. Every so many rounds a new data
// directory is begun, so that a round costs the same at the end.
//
// As a test: 300 rounds, divided among kParts. As a program, `kill_test PATHKBD ROUNDS` makes as
// many as it is told and says how far it is.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "client/cpp/pathkb_client.h"
#include "core/facts/arg_index.h"
#include "core/facts/index_check.h"
#include "server/knowledge_base/first_view.h"
#include "storage/file/posix_file_system.h"
#include "storage/recovery/opening.h"
#include "tests/crash/test_seed.h"

namespace pathkb {
namespace {

using client::PathkbClient;

constexpr int kRounds = 300;
constexpr int kParts = 4;
constexpr int kRoundsOfADirectory = 25;
constexpr int kWriters = 3;
constexpr int kBatchFacts = 8;
// In a round at least so many batches are begun before the kill, and at most so many more.
constexpr int kBatchesMin = 3;
constexpr int kBatchesMore = 60;
constexpr int kProgressEvery = 100;

std::string pathkbd_path;
int rounds_wanted = kRounds;
int kills_while_building = 0;

// pathkbd as a child process.
class Daemon {
 public:
  explicit Daemon(const std::string& data_dir) {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(fds[1], 1);
      dup2(fds[1], 2);
      execl(pathkbd_path.c_str(), "pathkbd", "--data-dir", data_dir.c_str(), "--listen",
            "127.0.0.1:0", "--snapshot-max-changes", "500", "--snapshot-min-ratio", "0.5",
            "--http-listen", "off", static_cast<char*>(nullptr));
      _exit(127);
    }
    close(fds[1]);
    log_ = fdopen(fds[0], "r");
    char line[4096];
    while (address_.empty() && fgets(line, sizeof(line), log_) != nullptr) {
      text_ += line;
      const std::string text = line;
      const size_t on = text.find(" on 127.0.0.1:");
      if (on != text.npos) address_ = text.substr(on + 4, text.find(',', on) - on - 4);
    }
    // Whatever else it says must not fill the pipe.
    drain_ = std::thread([this] {
      char rest[4096];
      while (fgets(rest, sizeof(rest), log_) != nullptr) text_ += rest;
    });
  }
  ~Daemon() { Kill(); }

  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
    drain_.join();
    fclose(log_);
  }

  const std::string& address() const { return address_; }
  // All it said. After Kill(), or if it did not start.
  const std::string& text() const { return text_; }

 private:
  pid_t pid_ = 0;
  FILE* log_ = nullptr;
  std::string address_, text_;
  std::thread drain_;
};

// What the clients know of one batch.
enum class BatchState {
  kSent,        // All of it may be there, or nothing.
  kThere,       // Its insert was answered.
  kDeleteSent,  // As kSent.
  kGone,        // Its delete was answered.
};

// What the clients know of all batches, by number.
struct Ledger {
  std::mutex mutex;
  std::map<int, BatchState> batches;
  std::atomic<int> next = 0;
  std::atomic<int> writers = 0;  // At work.
  std::atomic<int> deletes = 0;  // Answered.

  void Set(int number, BatchState state) {
    std::lock_guard<std::mutex> lock(mutex);
    batches[number] = state;
  }
};

std::string TermOf(int number, int i) {
  return "(batch " + std::to_string(number) + " " + std::to_string(i) + ")";
}

std::string NameOf(int number, int i) {
  return "batch/" + std::to_string(number) + "/" + std::to_string(i);
}

// Every fourth fact of a batch has a name.
bool IsNamed(int i) { return i % 4 == 0; }

bool InsertBatch(PathkbClient& client, int number, Ledger& ledger) {
  std::vector<v1::Fact> facts;
  for (int i = 0; i < kBatchFacts; ++i) {
    v1::Fact& fact = facts.emplace_back();
    fact.set_term(TermOf(number, i));
    if (IsNamed(i)) fact.set_name(NameOf(number, i));
  }
  ledger.Set(number, BatchState::kSent);
  const auto inserted = client.Insert("default", std::move(facts));
  if (!inserted.ok()) return false;
  EXPECT_EQ(inserted->inserted(), static_cast<uint64_t>(kBatchFacts));
  ledger.Set(number, BatchState::kThere);
  return true;
}

bool DeleteBatch(PathkbClient& client, int number, Ledger& ledger) {
  std::vector<std::string> terms;
  std::vector<std::string> names;
  for (int i = 0; i < kBatchFacts; ++i) {
    IsNamed(i) ? names.push_back(NameOf(number, i)) : terms.push_back(TermOf(number, i));
  }
  ledger.Set(number, BatchState::kDeleteSent);
  const auto deleted = client.Delete("default", std::move(terms), std::move(names));
  if (!deleted.ok()) return false;
  EXPECT_EQ(deleted->deleted(), static_cast<uint64_t>(kBatchFacts));
  ledger.Set(number, BatchState::kGone);
  ++ledger.deletes;
  return true;
}

void WriteUntilTheServerDies(const std::string& address, Ledger& ledger) {
  auto client = PathkbClient::Connect(address);
  if (!client.ok()) return;
  while (true) {
    const int number = ledger.next++;
    if (!InsertBatch(**client, number, ledger)) return;
    if (number % 3 == 0 && !DeleteBatch(**client, number, ledger)) return;
  }
}

// Compares with what the restarted server has, and takes that over where it was open.
void CheckLedger(PathkbClient& client, Ledger& ledger) {
  std::map<int, int> found;
  const auto query = client.Query("default", "(batch $n $i)", 0, [&](const v1::Match& match) {
    ++found[std::atoi(match.bindings(0).term().c_str())];
    return true;
  });
  ASSERT_TRUE(query.ok() || query.status().code() == absl::StatusCode::kNotFound) << query.status();
  std::map<int, int> named;
  const auto listed = client.List("default", "batch/", [&](const v1::Fact& fact) {
    ++named[std::atoi(fact.name().c_str() + std::strlen("batch/"))];
    return true;
  });
  ASSERT_TRUE(listed.ok() || listed.status().code() == absl::StatusCode::kNotFound)
      << listed.status();
  for (auto& [number, state] : ledger.batches) {
    const int facts = found[number];
    const bool may_be_there = state != BatchState::kGone;
    const bool may_be_gone = state != BatchState::kThere;
    EXPECT_TRUE((facts == kBatchFacts && may_be_there) || (facts == 0 && may_be_gone))
        << "batch " << number << ": " << facts << " facts, state " << static_cast<int>(state);
    EXPECT_EQ(named[number] * 4, facts) << "batch " << number << " by its names";
    // What survived one restart must survive the next.
    state = facts > 0 ? BatchState::kThere : BatchState::kGone;
  }
}

// Recovers what a kill has left, without writing, and compares its index with its facts.
void CheckIndexOnDisk(const std::string& dir) {
  const auto opened = OpenToLook(RealFileSystem(), dir);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const ReadView view = FirstView(opened->recovered);
  const auto entry_bytes = [&](uint64_t value, int layer, std::string& scratch) {
    return view.EntryBytes(value, layer, scratch);
  };
  EXPECT_EQ(CheckIndex(*view.NewZipper(), entry_bytes), absl::OkStatus());
  const auto setting = ReadIndexSetting(*view.NewZipper(), "default");
  ASSERT_TRUE(setting.ok());
  kills_while_building += setting->building.empty() ? 0 : 1;
}

// Starts the daemon, compares, writes, and kills it somewhere in the middle.
void RunRound(const std::string& dir, std::mt19937_64& random, Ledger& ledger) {
  Daemon daemon(dir);
  ASSERT_FALSE(daemon.address().empty()) << daemon.text();
  auto client = PathkbClient::Connect(daemon.address());
  ASSERT_TRUE(client.ok()) << client.status();
  CheckLedger(**client, ledger);
  std::vector<std::thread> writers;
  ledger.writers = kWriters;
  // The kill comes after so many more batches have been begun, wherever the daemon then is.
  const int until = ledger.next + kBatchesMin + static_cast<int>(random() % kBatchesMore);
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      WriteUntilTheServerDies(daemon.address(), ledger);
      --ledger.writers;
    });
  }
  std::thread snapshots([&] {
    for (bool ok = true; ok;) {
      ok = (*client)->CreateDelta().ok() && (*client)->CreateSnapshot().ok() &&
           (*client)->CreateDelta().ok() && (*client)->Compact().ok();
    }
  });
  std::thread indexes([&] {
    const auto indexer = PathkbClient::Connect(daemon.address());
    absl::Status status = indexer.status();
    // Until the first batch there is no space.
    while (status.ok() || absl::IsNotFound(status)) {
      for (const std::vector<uint32_t>& arguments :
           {std::vector<uint32_t>{1, 2}, std::vector<uint32_t>{2, 3}, std::vector<uint32_t>{}}) {
        status = (*indexer)->SetIndex("default", arguments).status();
      }
    }
  });
  while (ledger.next < until && ledger.writers > 0) std::this_thread::yield();
  const bool alive = ledger.writers > 0;
  daemon.Kill();
  EXPECT_TRUE(alive) << "the daemon died by itself: " << daemon.text();
  for (std::thread& writer : writers) writer.join();
  snapshots.join();
  indexes.join();
  CheckIndexOnDisk(dir);
}

// Kills and restarts on one directory, then looks once more.
void RunDirectory(const std::string& dir, int rounds, std::mt19937_64& random) {
  std::filesystem::remove_all(dir);
  Ledger ledger;
  for (int round = 0; round < rounds && !::testing::Test::HasFatalFailure(); ++round) {
    RunRound(dir, random, ledger);
  }
  Daemon daemon(dir);
  auto client = PathkbClient::Connect(daemon.address());
  ASSERT_TRUE(client.ok()) << client.status() << daemon.text();
  CheckLedger(**client, ledger);
  EXPECT_GT(ledger.batches.size(), static_cast<size_t>(rounds * kBatchesMin));
  EXPECT_TRUE(rounds < kRoundsOfADirectory || ledger.deletes > 0);
  daemon.Kill();
  if (!::testing::Test::HasFailure()) std::filesystem::remove_all(dir);
}

void RunRounds(int rounds, uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::string dir = ::testing::TempDir() + "/kill_test" + std::to_string(seed);
  for (int done = 0; done < rounds;) {
    const int some = std::min(kRoundsOfADirectory, rounds - done);
    RunDirectory(dir, some, random);
    if (::testing::Test::HasFailure()) break;
    done += some;
    if (done % kProgressEvery == 0 || done == rounds) {
      std::printf("%d of %d kills, nothing lost; %d while an index was built\n", done, rounds,
                  kills_while_building);
      std::fflush(stdout);
    }
  }
}

class KillTest : public ::testing::TestWithParam<int> {};

TEST_P(KillTest, NothingAcknowledgedIsLost) {
  // Each part draws its own moments.
  const uint64_t seed = TestSeed() + static_cast<uint64_t>(GetParam());
  RunRounds(rounds_wanted / kParts + (GetParam() < rounds_wanted % kParts ? 1 : 0), seed);
}

INSTANTIATE_TEST_SUITE_P(Parts, KillTest, ::testing::Range(0, kParts));

}  // namespace
}  // namespace pathkb

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc < 2) return 2;
  pathkb::pathkbd_path = argv[1];
  if (argc > 2) pathkb::rounds_wanted = std::atoi(argv[2]);
  return RUN_ALL_TESTS();
}
