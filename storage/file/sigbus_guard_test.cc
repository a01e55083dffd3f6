// Goal: a page that cannot be read becomes zeros and a mark in its own mapping only, and what is
// not ours goes where it went before. Method: mapped files cut short; and processes of their own
// whose handler was another one when the first guard came.

#include "storage/file/sigbus_guard.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

constexpr size_t kPageBytes = 4096;

// A file of some pages full of 'x', mapped. It has no name, so nothing stays behind.
class MappedPages {
 public:
  explicit MappedPages(size_t page_count) : bytes_(page_count * kPageBytes) {
    std::string path = ::testing::TempDir() + "/sigbus_XXXXXX";
    fd_ = ::mkstemp(path.data());
    ::unlink(path.c_str());
    const std::string content(bytes_, 'x');
    if (::write(fd_, content.data(), bytes_) != static_cast<ssize_t>(bytes_)) std::abort();
    start_ = static_cast<char*>(::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, fd_, 0));
    if (start_ == MAP_FAILED) std::abort();
  }
  ~MappedPages() {
    ::munmap(start_, bytes_);
    ::close(fd_);
  }
  MappedPages(const MappedPages&) = delete;
  MappedPages& operator=(const MappedPages&) = delete;

  void CutAt(size_t bytes) {
    if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) std::abort();
  }
  // The byte there, read anew each time.
  char Read(size_t offset) const { return *static_cast<const volatile char*>(start_ + offset); }

  char* start() const { return start_; }
  size_t bytes() const { return bytes_; }

 private:
  const size_t bytes_;
  int fd_;
  char* start_;
};

TEST(SigbusGuard, PagesThatCannotBeReadAreZeros) {
  MappedPages pages(8);
  std::atomic<bool> poisoned = false;
  const SigbusGuard guard(pages.start(), pages.bytes(), poisoned);
  EXPECT_EQ(pages.Read(6 * kPageBytes), 'x');
  pages.CutAt(2 * kPageBytes + 5);
  EXPECT_FALSE(poisoned.load());
  // What is still in the file, and the rest of its last page: no signal.
  EXPECT_EQ(pages.Read(2 * kPageBytes + 4), 'x');
  EXPECT_EQ(pages.Read(2 * kPageBytes + 5), '\0');
  EXPECT_FALSE(poisoned.load());

  errno = EXDEV;
  EXPECT_EQ(pages.Read(5 * kPageBytes + 7), '\0');
  EXPECT_EQ(errno, EXDEV) << "a signal handler leaves errno alone";
  EXPECT_TRUE(poisoned.load());
  EXPECT_EQ(pages.Read(6 * kPageBytes), '\0');
  // In front of the zeros, once more.
  EXPECT_EQ(pages.Read(3 * kPageBytes), '\0');
  EXPECT_EQ(pages.Read(8 * kPageBytes - 1), '\0');
  EXPECT_EQ(pages.Read(0), 'x');
}

TEST(SigbusGuard, TheLastPageMayBeAPartOfOne) {
  MappedPages pages(2);
  std::atomic<bool> poisoned = false;
  const SigbusGuard guard(pages.start(), kPageBytes + 1, poisoned);
  pages.CutAt(0);
  EXPECT_EQ(pages.Read(kPageBytes), '\0');
  EXPECT_TRUE(poisoned.load());
}

TEST(SigbusGuard, OnlyTheMappingThatFailsIsMarked) {
  // More than one block of slots, in mappings that may lie side by side.
  constexpr size_t kCount = 150;
  std::vector<std::unique_ptr<MappedPages>> pages;
  std::vector<std::atomic<bool>> poisoned(kCount);
  std::vector<std::unique_ptr<SigbusGuard>> guards;
  for (int round = 0; round < 2; ++round) {  // The second with slots that were used before.
    for (size_t i = 0; i < kCount; ++i) {
      pages.push_back(std::make_unique<MappedPages>(2));
      poisoned[i].store(false);
      guards.push_back(
          std::make_unique<SigbusGuard>(pages[i]->start(), pages[i]->bytes(), poisoned[i]));
    }
    for (size_t i = 0; i < kCount; i += 3) {
      pages[i]->CutAt(kPageBytes);
      EXPECT_EQ(pages[i]->Read(kPageBytes), '\0');
    }
    for (size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(poisoned[i].load(), i % 3 == 0) << i;
      EXPECT_EQ(pages[i]->Read(0), 'x') << i;
      if (i % 3 != 0) EXPECT_EQ(pages[i]->Read(kPageBytes), 'x') << i;
    }
    guards.clear();
    pages.clear();
  }
}

// --- What is not ours; each in a process where no guard was made before --------------------------

class SigbusChainTest : public ::testing::Test {
 protected:
  SigbusChainTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Volatile: the signal that reads it comes from a read that nothing seems to depend on.
char* volatile expected_address = nullptr;

// Ends the process with 42 for the address that is expected, else with 43.
void OnForeignFault(int, siginfo_t* fault, void*) {
  std::_Exit(fault->si_addr == expected_address ? 42 : 43);
}

void OnForeignSignal(int) { std::_Exit(44); }

void SetHandler(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  if (::sigaction(SIGBUS, &action, nullptr) != 0) std::abort();
}

void SetHandler(void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  if (::sigaction(SIGBUS, &action, nullptr) != 0) std::abort();
}

// Makes a guard whose mapping fails, which must be handled here, then reads a page that no guard is
// for.
void ReadGuardedThenForeign() {
  MappedPages ours(2);
  MappedPages foreign(2);
  std::atomic<bool> poisoned = false;
  const SigbusGuard guard(ours.start(), ours.bytes(), poisoned);
  ours.CutAt(0);
  if (ours.Read(0) != '\0' || !poisoned.load()) std::_Exit(1);
  foreign.CutAt(0);
  expected_address = foreign.start() + kPageBytes + 8;
  std::_Exit(foreign.Read(kPageBytes + 8) == '\0' ? 2 : 3);
}

// The same, but the signal is sent, for no address.
void ReadGuardedThenSend() {
  MappedPages ours(2);
  std::atomic<bool> poisoned = false;
  const SigbusGuard guard(ours.start(), ours.bytes(), poisoned);
  ours.CutAt(0);
  if (ours.Read(0) != '\0' || !poisoned.load()) std::_Exit(1);
  ::raise(SIGBUS);
  std::_Exit(5);
}

TEST_F(SigbusChainTest, AnotherHandlerGetsWhatIsNotOurs) {
  const auto with_address = [] {
    SetHandler(&OnForeignFault);
    ReadGuardedThenForeign();
  };
  EXPECT_EXIT(with_address(), ExitedWithCode(42), "");
  const auto without_address = [] {
    SetHandler(&OnForeignSignal);
    ReadGuardedThenForeign();
  };
  EXPECT_EXIT(without_address(), ExitedWithCode(44), "");
  const auto sent = [] {
    SetHandler(&OnForeignSignal);
    ReadGuardedThenSend();
  };
  EXPECT_EXIT(sent(), ExitedWithCode(44), "");
}

TEST_F(SigbusChainTest, WithoutAnotherHandlerWhatIsNotOursEndsTheProcess) {
  const auto fault = [] {
    SetHandler(SIG_DFL);
    ReadGuardedThenForeign();
  };
  EXPECT_EXIT(fault(), KilledBySignal(SIGBUS), "");
  const auto sent = [] {
    SetHandler(SIG_DFL);
    ReadGuardedThenSend();
  };
  EXPECT_EXIT(sent(), KilledBySignal(SIGBUS), "");
}

TEST_F(SigbusChainTest, AnIgnoredSignalIsIgnoredOnlyIfItWasSent) {
  const auto sent = [] {
    SetHandler(SIG_IGN);
    ReadGuardedThenSend();
  };
  EXPECT_EXIT(sent(), ExitedWithCode(5), "");
  const auto fault = [] {
    SetHandler(SIG_IGN);
    ReadGuardedThenForeign();
  };
  EXPECT_EXIT(fault(), KilledBySignal(SIGBUS), "");
}

TEST_F(SigbusChainTest, AGuardThatHasEndedGuardsNoLonger) {
  const auto fault = [] {
    SetHandler(&OnForeignFault);
    MappedPages pages(2);
    std::atomic<bool> poisoned = false;
    { const SigbusGuard guard(pages.start(), pages.bytes(), poisoned); }
    pages.CutAt(0);
    expected_address = pages.start();
    std::_Exit(pages.Read(0));
  };
  EXPECT_EXIT(fault(), ExitedWithCode(42), "");
}

}  // namespace
}  // namespace pathkb
