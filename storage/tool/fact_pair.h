// A .tree with the .terms and .sums of the same stem beside it, opened as a base of facts, without
// a data directory or a manifest.
//
//   facts.tree    path -> entry id        facts.terms   entry id -> entry
//   facts.sums    what each block of facts.tree must be

#ifndef PATHKB_STORAGE_TOOL_FACT_PAIR_H_
#define PATHKB_STORAGE_TOOL_FACT_PAIR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/fact_base.h"
#include "storage/act/act_reader.h"
#include "storage/file/block_sums.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/sums/sums_reader.h"
#include "storage/terms/terms_reader.h"

namespace pathkb {

// Immutable, any thread.
class FactPair final : public FactBase {
 public:
  // Opens `tree_path`, which ends in .tree or is opened alone. Constant time. A .terms may be
  // missing, for a .tree of plain facts.
  //   NotFound             no such .tree
  //   DataLoss             damage that shows at once; .terms or .sums of another .tree
  //   FailedPrecondition   a format version newer than this program
  static absl::StatusOr<std::unique_ptr<const FactPair>> Open(FileSystem& files,
                                                              const std::string& tree_path);

  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const override;
  absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string& scratch) const override;
  std::unique_ptr<Zipper> NewZipper() const override;

  const ActReader& tree() const { return *tree_; }
  // Null if there is none.
  const TermsReader* terms() const { return terms_.get(); }

 private:
  FactPair() = default;

  std::unique_ptr<const SumsReader> sums_;   // Null, and guard_ with it, if there is no .sums.
  std::unique_ptr<const BlockGuard> guard_;  // Borrows from the tree's mapping and from sums_.
  std::unique_ptr<const ActReader> tree_;
  std::unique_ptr<const TermsReader> terms_;
};

// One fact as it is stored.
struct StoredFact {
  std::string_view encoded_term;
  std::string_view name;   // Empty for an unnamed fact.
  std::string_view entry;  // Canonical bytes; empty for a plain fact.
};

// Bytes of the entry that a value of a cursor stands for; see SnapshotSource::entry_bytes. Not
// asked for value 0.
using EntryBytes = std::function<absl::StatusOr<std::string_view>(uint64_t value, int layer)>;

// Calls `on_fact` with each fact of `space` that `zipper` shows, in order; views live for the call.
// Returns how many there were; an error of `on_fact` ends it and is returned.
//   DataLoss  a key that is no fact, an entry that cannot be read, or the zipper's damage
absl::StatusOr<uint64_t> ForEachFact(
    Zipper& zipper, const EntryBytes& entry_bytes, std::string_view space,
    const std::function<absl::Status(const StoredFact& fact)>& on_fact);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FACT_PAIR_H_
