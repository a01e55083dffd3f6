// All the disk access that PathKB uses, as one interface: posix_file_system is the real one, and
// tests/support puts a double in its place that drops what was not synced or fails the nth call.
//
// Every error is an absl::Status whose message names the operation and the file:
//   NotFound            no such file or directory
//   AlreadyExists       the name is taken
//   ResourceExhausted   no space or quota left, too many open files
//   PermissionDenied    as it says, or a file system mounted read-only
//   FailedPrecondition  a directory where a file is needed, or the other way round; a closed file
//   Unavailable         a lock is held by somebody else
//   Unknown, DataLoss   any other errno; EIO is DataLoss

#ifndef PATHKB_STORAGE_FILE_FILE_SYSTEM_H_
#define PATHKB_STORAGE_FILE_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/cold_file.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// A file that is being written, from its start to its end. One thread at a time. Destroying it
// closes the descriptor without syncing.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Adds `bytes` at the end; all of them, or an error (the file may then end in part of them).
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Overwrites bytes written before; only for files that nobody has been told of yet.
  virtual absl::Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
  // Bytes [offset, offset + length) of what was written. OutOfRange if they are not all there yet;
  // Unimplemented by a file that cannot be read back.
  virtual absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) {
    static_cast<void>(offset);
    static_cast<void>(length);
    return absl::UnimplementedError("a file that can only be written to");
  }
  // fdatasync: on OK all that was written survives a power cut, once the name is synced too.
  virtual absl::Status Sync() = 0;
  virtual absl::Status Close() = 0;
};

// An exclusive advisory lock, held until destruction.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Thread-safe. Paths are as the operating system takes them.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Makes a new, empty file. AlreadyExists if the name is taken.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;

  // Maps a whole file for reading; see mapped_file.h. Files under kMapBytesMin are read into memory
  // instead, unless `options` says otherwise. ResourceExhausted also if there is no room in the
  // address space; the message then has the bytes asked for and the limit in force.
  virtual absl::StatusOr<std::unique_ptr<const MappedFile>> Map(
      const std::string& path, const MapOptions& options = MapOptions()) = 0;

  // Opens a file to be read once, from the disk rather than from memory where there is a
  // difference. Unless a file system has a better way, by Map().
  virtual absl::StatusOr<std::unique_ptr<ColdFile>> OpenCold(const std::string& path);

  // Reads a whole small file; ResourceExhausted if it is longer than `bytes_max`.
  virtual absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) = 0;

  // Size in bytes.
  virtual absl::StatusOr<uint64_t> FileBytes(const std::string& path) = 0;

  // Names (no directories before them) in `directory`, ascending; without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;

  // True if something has this name; an error only if that cannot be told.
  virtual absl::StatusOr<bool> Exists(const std::string& path) = 0;

  // Replaces `to` atomically. Durable after SyncDirectory() on the directory of `to`.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;

  // Makes one directory; OK if it is there already.
  virtual absl::Status CreateDirectory(const std::string& path) = 0;
  // Makes the names in `directory` durable.
  virtual absl::Status SyncDirectory(const std::string& directory) = 0;

  // Bytes that may still be written to the file system that `path` lies on, by us and everybody
  // else. Unimplemented by a file system that cannot tell.
  virtual absl::StatusOr<uint64_t> FreeBytes(const std::string& path) {
    return absl::UnimplementedError(path + ": nobody knows how much room there is");
  }

  // Takes an exclusive lock on `path`, making the file if need be, and writes `holder` into it.
  // Unavailable, with the present holder's text in the message, if somebody else has it.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                         const std::string& holder) = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_FILE_SYSTEM_H_
