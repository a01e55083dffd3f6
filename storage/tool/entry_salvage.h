// Finds the entries of a damaged .terms that can still be read.

#ifndef PATHKB_STORAGE_TOOL_ENTRY_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_ENTRY_SALVAGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file/mapped_file.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/file_problem.h"

namespace pathkb {

// One thread at a time. A .terms whose header or footer is damaged is read from its first block on,
// as far as its blocks are plain and follow each other; then every entry is in doubt.
class EntrySalvage {
 public:
  // `file` may be null: then there is no entry. What is wrong with the file as a whole is told to
  // `on_loss`, once.
  EntrySalvage(std::shared_ptr<const MappedFile> file, const ProblemSink& on_loss);

  // One entry.
  struct Found {
    std::string_view bytes;  // Lives until the next call.
    bool doubtful = false;   // Read from a block that does not match its checksum.
  };
  // The entry with this id; nullopt, and `problem` set, if it cannot be read. What is handed out is
  // an entry by its form (core/facts/entry), whatever was meant.
  std::optional<Found> Find(uint64_t id, std::string& problem);

 private:
  // Reads an entry without looking at checksums; nullopt if it does not lie in the file.
  std::optional<std::string_view> FindUnchecked(uint64_t id) const;
  // Fills walked_ from the blocks.
  void WalkBlocks();

  const std::shared_ptr<const MappedFile> file_;
  std::unique_ptr<const TermsReader> terms_;  // Null if it cannot be opened.
  std::vector<std::string_view> walked_;      // Entries by id - 1, if it cannot.
  std::string scratch_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_ENTRY_SALVAGE_H_
