#include "storage/file/posix_mapped_file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/posix_calls.h"
#include "storage/file/sigbus_guard.h"
#include "storage/file/smaps.h"

namespace pathkb {
namespace {

uint64_t PageBytes() {
  static const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  return page_bytes;
}

// "RLIMIT_AS is 1000000", for messages.
std::string LimitText(__rlimit_resource what, std::string_view name) {
  rlimit limit = {};
  ::getrlimit(what, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return fmt::format("{} is unlimited", name);
  return fmt::format("{} is {}", name, limit.rlim_cur);
}

std::string ErrnoText(int error) { return std::generic_category().message(error); }

// A file under kMapBytesMin, read into memory.
class LoadedFile : public MappedFile {
 public:
  LoadedFile(std::string bytes, std::string path)
      : bytes_(std::move(bytes)), path_(std::move(path)) {}

  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

 private:
  const std::string bytes_;
  const std::string path_;
};

// Owns the addresses from mmap().
class Addresses {
 public:
  Addresses(void* start, size_t bytes) : start_(start), bytes_(bytes) {}
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() { ::munmap(start_, bytes_); }

  void* start() const { return start_; }
  size_t bytes() const { return bytes_; }

 private:
  void* const start_;
  const size_t bytes_;
};

class PosixMappedFile : public MappedFile {
 public:
  // Takes over the mapping of all of `opened` at `start`.
  PosixMappedFile(void* start, Descriptor descriptor, const FileIdentity& opened, std::string path)
      : path_(std::move(path)),
        descriptor_(std::move(descriptor)),
        opened_(opened),
        addresses_(start, opened.bytes),
        guard_(start, opened.bytes, poison()),
        accepted_bytes_(opened.bytes),
        accepted_mtime_ns_(opened.mtime_ns) {}

  // What is asked for beyond mapping; once, before anybody else has the file.
  absl::Status Apply(const MapOptions& options) {
    if (options.huge_pages) {
      huge_pages_ = ::madvise(addresses_.start(), addresses_.bytes(), MADV_HUGEPAGE) == 0;
      if (!huge_pages_) AddNote(fmt::format("huge pages refused: {}", ErrnoText(errno)));
    }
    if (options.populate) PATHKB_RETURN_IF_ERROR(Prewarm(0, opened_.bytes));
    if (options.lock) {
      // As mlock(), which sanitizers replace by one that does nothing.
      locked_ = ::mlock2(addresses_.start(), addresses_.bytes(), 0) == 0;
      if (!locked_) {
        AddNote(fmt::format("lock of {} bytes refused: {}, {}", opened_.bytes, ErrnoText(errno),
                            LimitText(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK")));
      }
    }
    Advise(MapAccess::kRandom);
    return absl::OkStatus();
  }

  std::string_view bytes() const override {
    return {static_cast<const char*>(addresses_.start()), addresses_.bytes()};
  }
  const std::string& path() const override { return path_; }

  absl::Status CheckIntact() const override {
    PATHKB_ASSIGN_OR_RETURN(const FileIdentity now, RegularFile(descriptor_.get(), path_));
    if (poisoned() || now.bytes < opened_.bytes) return Lost(now);
    if (now.bytes == accepted_bytes_.load() && now.mtime_ns == accepted_mtime_ns_.load()) {
      return absl::OkStatus();
    }
    return AcceptChange();
  }

  void Advise(MapAccess access) const override {
    const int advice = access == MapAccess::kRandom       ? MADV_RANDOM
                       : access == MapAccess::kSequential ? MADV_SEQUENTIAL
                                                          : MADV_WILLNEED;
    // A hint: a kernel that does not take it reads the same bytes.
    static_cast<void>(::madvise(addresses_.start(), addresses_.bytes(), advice));
  }

  absl::Status Prewarm(uint64_t offset, uint64_t length) const override {
    constexpr uint64_t kStepBytes = uint64_t{4} << 20;
    if (offset >= opened_.bytes) return absl::OkStatus();
    const uint64_t end = offset + std::min(length, opened_.bytes - offset);
    offset -= offset % PageBytes();
    uint64_t asked_for = offset;  // Where the reading ahead has come to: one step in front.
    while (offset < end) {
      const uint64_t step_end = std::min(offset + kStepBytes, end);
      if (!huge_pages_) {
        const uint64_t ahead_end = std::min(step_end + kStepBytes, end);
        static_cast<void>(::madvise(At(asked_for), ahead_end - asked_for, MADV_WILLNEED));
        asked_for = ahead_end - ahead_end % PageBytes();
      }
      for (; offset < step_end; offset += PageBytes()) {
        static_cast<void>(*static_cast<const volatile char*>(At(offset)));
      }
      if (poisoned()) {
        return absl::DataLossError(fmt::format("{}: a page before offset {} cannot be read", path_,
                                               std::min(offset, opened_.bytes)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Evict() const override {
    if (locked_) {
      return absl::FailedPreconditionError(
          fmt::format("evict {}: the file is locked in memory", path_));
    }
    // A mapping's own pages first: the system keeps what somebody has mapped.
    if (::madvise(addresses_.start(), addresses_.bytes(), MADV_DONTNEED) == -1) {
      return StatusFromErrno("evict", path_, errno);
    }
    if (const int error = ::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED)) {
      return StatusFromErrno("evict", path_, error);
    }
    return absl::OkStatus();
  }

  MapReport Report() const override {
    constexpr uint64_t kSmapsBytesMax = uint64_t{64} << 20;
    MapReport report;
    report.mapped_bytes = opened_.bytes;
    report.resident_bytes = ResidentBytes();
    report.note = note_;
    const auto smaps = OpenDescriptor("/proc/self/smaps", O_RDONLY);
    const auto text = smaps.ok() ? ReadFront(smaps->get(), "/proc/self/smaps", kSmapsBytesMax)
                                 : absl::StatusOr<std::string>(smaps.status());
    if (!text.ok()) {
      Add(fmt::format("no figures of the kernel: {}", std::string(text.status().message())),
          report.note);
      return report;
    }
    const auto start = reinterpret_cast<uintptr_t>(addresses_.start());
    const SmapsTotals totals = SumSmaps(*text, start, start + addresses_.bytes());
    report.huge_bytes = totals.huge_bytes;
    report.locked_bytes = totals.locked_bytes;
    if (!MayAskForResidence()) {
      report.resident_bytes = std::min(totals.touched_bytes, opened_.bytes);
      Add("the kernel does not say which pages are in memory, only which this process touched",
          report.note);
    }
    return report;
  }

 private:
  void* At(uint64_t offset) const { return static_cast<char*>(addresses_.start()) + offset; }

  static void Add(std::string_view text, std::string& note) {
    if (!note.empty()) note.append("; ");
    note.append(text);
  }
  void AddNote(std::string_view text) { Add(text, note_); }

  absl::Status Lost(const FileIdentity& now) const {
    poison().store(true);
    return absl::DataLossError(
        fmt::format("{}: cut short or unreadable since it was opened: {} bytes then, {} now", path_,
                    opened_.bytes, now.bytes));
  }

  // Looks again, one thread at a time, so that each change is reported once and a thread that is
  // late does not take an old state for a new one. That is a file call under a lock, but one that
  // nobody waits for as long as no file is changed from outside.
  absl::Status AcceptChange() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::lock_guard<std::mutex> lock(mutex_);
    PATHKB_ASSIGN_OR_RETURN(const FileIdentity now, RegularFile(descriptor_.get(), path_));
    if (now.bytes < opened_.bytes) return Lost(now);
    const uint64_t bytes_before = accepted_bytes_.load();
    const int64_t mtime_before = accepted_mtime_ns_.load();
    if (now.bytes == bytes_before && now.mtime_ns == mtime_before) return absl::OkStatus();
    CountOutsideChange();
    accepted_bytes_.store(now.bytes);
    accepted_mtime_ns_.store(now.mtime_ns);
    return absl::UnavailableError(fmt::format(
        "{}: changed from outside (device {}, inode {}): had {} bytes, has {}; modified at {} ns, "
        "before at {} ns",
        path_, now.device, now.inode, bytes_before, now.bytes, now.mtime_ns, mtime_before));
  }

  // True if mincore() tells the truth: to others than writers and owners it says that all pages are
  // in memory.
  bool MayAskForResidence() const {
    const std::string name = fmt::format("/proc/self/fd/{}", descriptor_.get());
    return ::faccessat(AT_FDCWD, name.c_str(), W_OK, AT_EACCESS) == 0;
  }

  // Bytes of the file that are in memory, by pages.
  uint64_t ResidentBytes() const {
    std::array<unsigned char, 4096> in_memory;  // A byte for each page.
    uint64_t pages = 0;
    const uint64_t step_bytes = in_memory.size() * PageBytes();
    for (uint64_t offset = 0; offset < opened_.bytes; offset += step_bytes) {
      const uint64_t length = std::min(step_bytes, opened_.bytes - offset);
      if (::mincore(At(offset), length, in_memory.data()) == -1) break;
      const uint64_t page_count = (length + PageBytes() - 1) / PageBytes();
      for (uint64_t page = 0; page < page_count; ++page) pages += in_memory[page] & 1;
    }
    return std::min(pages * PageBytes(), opened_.bytes);
  }

  const std::string path_;
  const Descriptor descriptor_;
  const FileIdentity opened_;  // As it was; device and inode cannot change under a descriptor.
  const Addresses addresses_;
  const SigbusGuard guard_;  // Below the addresses: ends before they do.
  bool huge_pages_ = false;  // These three are constant after Apply().
  bool locked_ = false;
  std::string note_;

  // The state of the file that is not news. Read without the mutex; a mixture of two states is no
  // state of the file, and leads to a look under the mutex.
  mutable std::mutex mutex_;  // Held by whoever changes them.
  mutable std::atomic<uint64_t> accepted_bytes_;
  mutable std::atomic<int64_t> accepted_mtime_ns_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const MappedFile>> MapPosixFile(const std::string& path,
                                                               const MapOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
  PATHKB_ASSIGN_OR_RETURN(const FileIdentity opened, RegularFile(descriptor.get(), path));
  if (opened.bytes == 0 || (opened.bytes < kMapBytesMin && !options.always_map)) {
    PATHKB_ASSIGN_OR_RETURN(std::string bytes, ReadFront(descriptor.get(), path, opened.bytes));
    return std::make_unique<LoadedFile>(std::move(bytes), path);
  }
  void* start = ::mmap(nullptr, opened.bytes, PROT_READ, MAP_SHARED, descriptor.get(), 0);
  if (start == MAP_FAILED) {
    const int error = errno;
    const absl::Status status = StatusFromErrno("map", path, error);
    return absl::Status(status.code(),
                        fmt::format("{}: {} bytes asked for{}{}", std::string(status.message()),
                                    opened.bytes, error == ENOMEM ? ", " : "",
                                    error == ENOMEM ? LimitText(RLIMIT_AS, "RLIMIT_AS") : ""));
  }
  auto mapped = std::make_unique<PosixMappedFile>(start, std::move(descriptor), opened, path);
  PATHKB_RETURN_IF_ERROR(mapped->Apply(options));
  return mapped;
}

}  // namespace pathkb
