// One read-only view of a whole file, as it was when it was opened: a mapping, or for a small file
// a copy in memory. FileSystem::Map() makes it.
//
//   bytes()  |----------- the file -----------|-- zeros --|   cut short under the mapping: reads
//            0                            now ^           ^ as opened     go on, poisoned() tells
//
// A file of ours never changes once it has its name. If somebody changes it nevertheless, no read
// fails and no process dies; instead two calls tell whether what was read can be believed:
//   * poisoned(), cheap enough for every lookup: a page could not be read, and zeros stand there;
//   * CheckIntact(), one system call, for the end of every request: it also sees what reads do not,
//     such as the last page of a file cut short, which reads as zeros without any fault.
// Both must follow the reads that they speak for.

#ifndef PATHKB_STORAGE_FILE_MAPPED_FILE_H_
#define PATHKB_STORAGE_FILE_MAPPED_FILE_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pathkb {

// Files smaller than this are read into memory: a mapping costs more than it saves.
inline constexpr uint64_t kMapBytesMin = uint64_t{1} << 20;

// What Map() does beyond mapping. What the system does not grant of `lock` and `huge_pages` is no
// error; MapReport tells. None of the four changes what is read.
struct MapOptions {
  bool populate = false;    // Read all of it before Map() returns.
  bool lock = false;        // Keep all of it in memory, beyond the reach of other programs.
  bool huge_pages = false;  // Ask for pages of 2 MiB.
  bool always_map = false;  // Map a file under kMapBytesMin, too; an empty one cannot be mapped.
};

// How the bytes are going to be read; decides how far the kernel reads ahead.
enum class MapAccess {
  kRandom,      // Lookups: a page at a time. What Map() starts with.
  kSequential,  // Once, from the start to the end.
  kWillNeed,    // All of it soon: starts reading it in, without waiting.
};

// What the system made of a mapping; see MappedFile::Report().
struct MapReport {
  uint64_t mapped_bytes = 0;    // 0 if the file was read into memory instead.
  uint64_t resident_bytes = 0;  // Of the file, in memory now, whoever had it read.
  uint64_t huge_bytes = 0;      // Of the mapping, in pages of 2 MiB.
  uint64_t locked_bytes = 0;    // Of the mapping, kept in memory by `lock`.
  std::string note;             // What was asked for and not granted, and why; empty if nothing.
};

// Immutable but for the two marks, so any number of threads may read it; views into bytes() must
// not outlive it. A mapping keeps a file descriptor open.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  virtual ~MappedFile() = default;

  // The whole content; its size never changes, whatever happens to the file. Reading it never
  // fails, but a system call that is given these bytes may, with EFAULT.
  virtual std::string_view bytes() const = 0;

  // The name it was opened by, for messages.
  virtual const std::string& path() const = 0;

  // True from the moment on that a page could not be read (the file was cut short, or the disk
  // failed): it and what follows it may be read as zeros. A thread that has read such zeros sees
  // true here afterwards. One load.
  bool poisoned() const {
    // Keeps the compiler from asking before the reads; the processors we build for keep the order.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return poisoned_.load(std::memory_order_relaxed);
  }

  // How many changes from outside CheckIntact() has found. It reports each to one caller only; a
  // call during which this number grew may have read old and new bytes.
  uint64_t outside_changes() const { return outside_changes_.load(std::memory_order_acquire); }

  // Whether the file is what it was when it was opened. One fstat for a mapping.
  //   DataLoss     shorter than the mapping, or poisoned(), which it is from then on: for good
  //   Unavailable  not shorter, but changed from outside. Reported once per change: what it is now
  //                counts from then on, and whatever was believed about its bytes must be
  //                forgotten (BlockGuard::Forget()). Two changes within one tick of the file
  //                system's clock, a few milliseconds on old kernels, may count as one
  //   others       the system cannot tell; nothing is known about what was read
  // The default, for what is held in memory: OK unless poisoned().
  virtual absl::Status CheckIntact() const;

  // A hint, which may be given at any time and may do nothing.
  virtual void Advise(MapAccess access) const;

  // Reads in the pages of [offset, offset + length), as far as they lie in the file, and waits
  // until they are there. Whoever warms a whole file does so by ranges of some megabytes, between
  // which it can stop, wait or report. DataLoss if one of them cannot be read; this poisons.
  virtual absl::Status Prewarm(uint64_t offset, uint64_t length) const;

  // Gives the file's pages back to the system, as far as no other process has them mapped and all
  // of them are on disk; they are read again when they are needed. The bytes stay as they are.
  // FailedPrecondition if it is locked in memory.
  virtual absl::Status Evict() const;

  // What the system granted, and what is in memory. Milliseconds: for status pages.
  virtual MapReport Report() const;

 protected:
  // The mark behind poisoned(), for whoever notices that reads fail.
  std::atomic<bool>& poison() const { return poisoned_; }

  // One more for outside_changes().
  void CountOutsideChange() const { outside_changes_.fetch_add(1, std::memory_order_acq_rel); }

 private:
  mutable std::atomic<bool> poisoned_ = false;
  mutable std::atomic<uint64_t> outside_changes_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_MAPPED_FILE_H_
