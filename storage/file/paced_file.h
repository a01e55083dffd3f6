// A file that is written no faster than a given speed, so that a snapshot in the background leaves
// the disk to those who wait for it.
//
//   writer --Append--> PacedFile --wait, Append, wait, Append ...--> the real file

#ifndef PATHKB_STORAGE_FILE_PACED_FILE_H_
#define PATHKB_STORAGE_FILE_PACED_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/file/pacer.h"

namespace pathkb {

// One thread at a time. Borrows the file, which must outlive it.
// Keeps the speed as Pacer says.
//
// Bytes that WriteAt() overwrites count, too; reading, Sync() and Close() are passed on as they
// are.
class PacedFile final : public WritableFile {
 public:
  PacedFile(WritableFile& file, Pace pace);

  // As the file's own, in pieces of at most one burst, each after its wait. An error of a wait is
  // returned as it is; the file may then end in part of `bytes`.
  absl::Status Append(std::string_view bytes) override;
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override;
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override;
  absl::Status Sync() override;
  absl::Status Close() override;

 private:
  WritableFile& file_;
  Pacer pacer_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_PACED_FILE_H_
