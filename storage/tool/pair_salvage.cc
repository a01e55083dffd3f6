#include "storage/tool/pair_salvage.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/facts/request_table.h"
#include "storage/tool/entry_salvage.h"
#include "storage/tool/file_format.h"
#include "storage/tool/hex.h"
#include "storage/tool/open_file.h"
#include "storage/tool/tree_salvage.h"
#include "storage/tool/verifier.h"

namespace pathkb {
namespace {

// The file beside a .tree with another ending; null if it cannot be mapped.
std::shared_ptr<const MappedFile> MapBesideTree(FileSystem& files, std::string_view tree_path,
                                                std::string_view ending) {
  const std::string_view stem = WithoutEnding(tree_path, ".tree");
  if (stem.size() == tree_path.size()) return nullptr;
  auto file = MapToRead(files, fmt::format("{}{}", stem, ending));
  return file.ok() ? *std::move(file) : nullptr;
}

// Losses by what they have in common: told once, with their number.
class LossCounts {
 public:
  void Add(std::string rule, std::string_view key) {
    auto [found, is_new] = counts_.try_emplace(std::move(rule));
    if (is_new) found->second.first_key = HexOf(key.substr(0, 60));
    ++found->second.count;
  }
  void Tell(const std::string& path, const ProblemSink& on_loss) const {
    for (const auto& [rule, loss] : counts_) {
      on_loss(FileProblem{
          path, std::nullopt,
          fmt::format("{} (keys: {}; the first is {}...)", rule, loss.count, loss.first_key)});
    }
  }

 private:
  struct Loss {
    uint64_t count = 0;
    std::string first_key;
  };
  std::map<std::string, Loss> counts_;
};

}  // namespace

std::shared_ptr<const MappedFile> PairSalvage::MapSums(FileSystem& files,
                                                       const std::string& tree_path) {
  return MapBesideTree(files, tree_path, ".sums");
}

absl::StatusOr<PairSalvageTotals> PairSalvage::AddTo(FactCollector& facts) const {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> tree_file,
                          MapToRead(files_, tree_path_));
  TreeSalvage tree(std::move(tree_file), MapSums(files_, tree_path_), on_loss_);
  EntrySalvage entries(MapBesideTree(files_, tree_path_, ".terms"), on_loss_);
  PairSalvageTotals totals;
  LossCounts losses;
  PATHKB_RETURN_IF_ERROR(tree.ForEachKey([&](const SalvagedKey& key) {
    // Of those nothing is shown to anybody.
    if (key.key.starts_with(kRequestsPrefix)) return absl::OkStatus();
    // Made anew of the facts, so no loss.
    if (IsIndexKey(key.key) || IsMultisetKey(key.key)) {
      facts.AddKey(key.key, "");
      return absl::OkStatus();
    }
    bool doubtful = key.doubtful;
    std::string_view bytes;
    if (key.value != 0) {
      std::string problem;
      const auto entry = entries.Find(key.value, problem);
      if (entry.has_value()) {
        doubtful = doubtful || entry->doubtful;
        bytes = entry->bytes;
        if (entry->doubtful) losses.Add("entries in doubt: " + problem, key.key);
      } else {
        losses.Add((only_certain_ ? "entries lost, their facts left out: "
                                  : "entries lost, terms kept: ") +
                       problem,
                   key.key);
        // A fact without what is known about it is no certain fact; and one by name would say of
        // what only in its entry.
        if (only_certain_ || !IsTermKey(key.key)) return absl::OkStatus();
      }
    }
    ++totals.keys;
    if (doubtful) ++totals.doubtful;
    if (doubtful && only_certain_) return absl::OkStatus();
    if (!facts.AddKey(key.key, bytes)) losses.Add("keys that are no facts", key.key);
    return absl::OkStatus();
  }));
  losses.Tell(tree_path_, on_loss_);
  return totals;
}

bool PairSalvage::IsSound() const {
  Verifier verifier(files_, {.on_problem = [](const FileProblem&) {}});
  const std::string_view stem = WithoutEnding(tree_path_, ".tree");
  for (const std::string_view ending : {".tree", ".terms"}) {
    if (!verifier.VerifyFile(fmt::format("{}{}", stem, ending)).ok()) return false;
  }
  return verifier.problems() == 0;
}

absl::Status AddCommit(const std::string& log_path, const WalRecord& record,
                       const ProblemSink& on_loss, FactCollector& facts) {
  absl::StatusOr<Batch> batch = DecodeBatch(record.payload);
  if (batch.ok()) return facts.AddBatch(*std::move(batch));
  on_loss(FileProblem{
      log_path, std::nullopt,
      fmt::format("revision {}: {}", record.revision, ToStd(batch.status().message()))});
  return absl::OkStatus();
}

}  // namespace pathkb
