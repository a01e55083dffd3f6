// kill -9 of the real daemon while several clients insert and snapshots are taken, again and again
// on one data directory. Every batch that was acknowledged is there after the restart, each batch
// as a whole or not at all, and each batch that was not acknowledged too.

#include <atomic>
#include <cstdio>
#include <cstdlib>
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

namespace pathkb {
namespace {

using client::PathkbClient;

constexpr int kRounds = 12;
constexpr int kWriters = 3;
constexpr int kBatchFacts = 40;

std::string pathkbd_path;

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
            "127.0.0.1:0", "--snapshot-max-changes", "2000", "--snapshot-min-ratio", "0",
            static_cast<char*>(nullptr));
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

// What the clients know: each batch by its number, acknowledged or only sent.
struct Ledger {
  std::mutex mutex;
  std::map<int, bool> batches;
  std::atomic<int> next = 0;
  std::atomic<int> writers = 0;  // At work.
};

void InsertUntilTheServerDies(const std::string& address, Ledger& ledger) {
  auto client = PathkbClient::Connect(address);
  if (!client.ok()) return;
  while (true) {
    const int number = ledger.next++;
    std::vector<v1::Fact> facts;
    for (int i = 0; i < kBatchFacts; ++i) {
      v1::Fact& fact = facts.emplace_back();
      fact.set_term("(batch " + std::to_string(number) + " " + std::to_string(i) + ")");
      if (i % 5 == 0) fact.set_name("batch/" + std::to_string(number) + "/" + std::to_string(i));
    }
    {
      std::lock_guard<std::mutex> lock(ledger.mutex);
      ledger.batches[number] = false;
    }
    const auto inserted = (*client)->Insert("default", std::move(facts));
    if (!inserted.ok()) return;
    EXPECT_EQ(inserted->inserted(), static_cast<uint64_t>(kBatchFacts));
    std::lock_guard<std::mutex> lock(ledger.mutex);
    ledger.batches[number] = true;
  }
}

void CheckLedger(PathkbClient& client, Ledger& ledger) {
  std::map<int, int> found;
  const auto query = client.Query("default", "(batch $n $i)", 0, [&](const v1::Match& match) {
    ++found[std::atoi(match.bindings(0).term().c_str())];
    return true;
  });
  ASSERT_TRUE(query.ok() || query.status().code() == absl::StatusCode::kNotFound) << query.status();
  for (auto& [number, acknowledged] : ledger.batches) {
    const int facts = found[number];
    EXPECT_TRUE(facts == kBatchFacts || (facts == 0 && !acknowledged))
        << "batch " << number << ": " << facts << " facts, acknowledged: " << acknowledged;
    // What survived one restart must survive the next.
    acknowledged = facts == kBatchFacts;
  }
}

TEST(KillTest, NothingAcknowledgedIsLost) {
  std::random_device device;
  const char* seed_text = std::getenv("PATHKB_TEST_SEED");
  const unsigned seed =
      seed_text != nullptr ? static_cast<unsigned>(std::atoi(seed_text)) : device();
  std::printf("PATHKB_TEST_SEED=%u\n", seed);
  std::mt19937_64 random(seed);
  const std::string dir = ::testing::TempDir() + "/kill_test";
  std::filesystem::remove_all(dir);
  Ledger ledger;
  for (int round = 0; round < kRounds; ++round) {
    Daemon daemon(dir);
    ASSERT_FALSE(daemon.address().empty()) << daemon.text();
    auto client = PathkbClient::Connect(daemon.address());
    ASSERT_TRUE(client.ok()) << client.status();
    CheckLedger(**client, ledger);
    std::vector<std::thread> writers;
    ledger.writers = kWriters;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&] {
        InsertUntilTheServerDies(daemon.address(), ledger);
        --ledger.writers;
      });
    }
    std::thread snapshots([&] {
      while ((*client)->CreateSnapshot().ok()) {
      }
    });
    // The kill comes after so many more batches have been begun, wherever the daemon then is.
    const int until = ledger.next + 5 + static_cast<int>(random() % 120);
    while (ledger.next < until && ledger.writers > 0) std::this_thread::yield();
    const bool alive = ledger.writers > 0;
    daemon.Kill();
    EXPECT_TRUE(alive) << "the daemon died by itself: " << daemon.text();
    for (std::thread& writer : writers) writer.join();
    snapshots.join();
  }
  Daemon daemon(dir);
  auto client = PathkbClient::Connect(daemon.address());
  ASSERT_TRUE(client.ok()) << client.status();
  CheckLedger(**client, ledger);
  EXPECT_GT(ledger.batches.size(), 50u);
}

}  // namespace
}  // namespace pathkb

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc < 2) return 2;
  pathkb::pathkbd_path = argv[1];
  return RUN_ALL_TESTS();
}
