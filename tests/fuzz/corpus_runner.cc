// The main() that makes an ordinary test of a fuzz target: gives it every file of its corpus, and
// of each file a number of damaged copies.
//
//   X_fuzz_test FOLDER      damage depends on PATHKB_TEST_SEED, which is printed; a random one
//                           without it
//
// When the target fails, however it does, the input at fault is written to a file, whose name is
// printed, and if it is short also printed in hexadecimal, for a sandbox may take the file away
// (`xxd -r -p` makes it again). An input that takes more than kInputSeconds is a failure; so is a
// corpus of which the target accepts nothing, for then nothing was tested.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

#include "fmt/format.h"

#include "tests/fuzz/mutations.h"
#include "tests/fuzz/target.h"

// There in a program that a sanitizer was linked to, and named by it.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#pragma weak __sanitizer_set_death_callback

namespace pathkb::fuzz {
namespace {

// Damaged copies of all files together, shared among them, and at least so many of each.
constexpr size_t kMutationsTotal = 20'000;
constexpr size_t kMutationsMin = 20;
// All damaged copies stop after so long, however many there were.
constexpr auto kMutationsTime = std::chrono::seconds(8);
constexpr unsigned kInputSeconds = 20;

// The input that the target has at the moment, and where it goes if that fails. Plain memory, for
// it is read when nothing else may be called any more.
const uint8_t* present_bytes = nullptr;
size_t present_byte_count = 0;
char finding_path[4096] = "";

// Longer inputs are in their file only.
constexpr size_t kPrintedBytesMax = 4096;

// What follows, down to OnSignal(), makes system calls and nothing else.

void Print(const char* text, size_t size) {
  static_cast<void>(::write(STDERR_FILENO, text, size) < 0);
}
void Print(const char* text) { Print(text, std::strlen(text)); }

// In hexadecimal.
void PrintPresentBytes() {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr size_t kLineBytes = 48;
  for (size_t start = 0; start < present_byte_count; start += kLineBytes) {
    char line[2 * kLineBytes + 1];
    size_t size = 0;
    for (size_t i = start; i < std::min(start + kLineBytes, present_byte_count); ++i) {
      line[size++] = kDigits[present_bytes[i] >> 4];
      line[size++] = kDigits[present_bytes[i] & 15];
    }
    line[size++] = '\n';
    Print(line, size);
  }
}

void SaveFinding() {
  const int fd = ::open(finding_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool saved = fd >= 0 && ::write(fd, present_bytes, present_byte_count) ==
                                    static_cast<ssize_t>(present_byte_count);
  Print(saved ? "\nthe input at fault is in " : "\ncould not save the input to ");
  Print(finding_path);
  Print("\n");
  if (present_byte_count <= kPrintedBytesMax) PrintPresentBytes();
}

extern "C" void OnSignal(int signal) {
  SaveFinding();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Has the input at fault saved, whatever ends the process.
void WatchForFindings() {
  const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  const std::string path =
      fmt::format("{}/finding-{}", folder != nullptr ? folder : "/tmp", ::getpid());
  path.copy(finding_path, sizeof(finding_path) - 1);
  std::signal(SIGABRT, OnSignal);
  std::signal(SIGALRM, OnSignal);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(SaveFinding);
  } else {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, OnSignal);
  }
}

void RunOne(const std::string& input) {
  // A copy on the heap of exactly this size: a string has a zero byte behind it that a read too far
  // would find.
  const std::unique_ptr<uint8_t[]> bytes(new uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), bytes.get());
  present_bytes = bytes.get();
  present_byte_count = input.size();
  ::alarm(kInputSeconds);
  LLVMFuzzerTestOneInput(bytes.get(), input.size());
  ::alarm(0);
}

// The contents of all files in `folder`, in the order of their names.
std::vector<std::string> ReadCorpus(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

uint64_t Seed() {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

int Run(const std::string& folder) {
  const std::vector<std::string> corpus = ReadCorpus(folder);
  if (corpus.empty()) {
    fmt::print(stderr, "{}: no files\n", folder);
    return 1;
  }
  WatchForFindings();
  RunOne("");
  for (const std::string& input : corpus) RunOne(input);
  const uint64_t accepted = AcceptedCount();
  fmt::print("{} files, {} accepted\n", corpus.size(), accepted);
  if (accepted == 0) {
    fmt::print(stderr, "the target accepts none of them: nothing was tested\n");
    return 1;
  }

  const uint64_t seed = Seed();
  fmt::print("PATHKB_TEST_SEED={}\n", seed);
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  const size_t rounds = std::max(kMutationsTotal / corpus.size(), kMutationsMin);
  const auto end = std::chrono::steady_clock::now() + kMutationsTime;
  uint64_t run_count = 0;
  // Round by round, so that the end of the time is nobody's disadvantage.
  for (size_t round = 0; round < rounds && std::chrono::steady_clock::now() < end; ++round) {
    for (const std::string& input : corpus) {
      RunOne(Mutated(input, corpus[random() % corpus.size()], random));
      ++run_count;
    }
  }
  fmt::print("{} damaged copies, {} accepted\n", run_count, AcceptedCount() - accepted);
  return 0;
}

}  // namespace
}  // namespace pathkb::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} FOLDER\n", argv[0]);
    return 2;
  }
  return pathkb::fuzz::Run(argv[1]);
}
