#include "storage/tool/build_pair.h"

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"

namespace pathkb {

absl::StatusOr<SnapshotRecord> BuildPair(FileSystem& files, const std::vector<std::string>& inputs,
                                         const std::string& stem, const BuildOptions& options) {
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(options.space));
  PATHKB_ASSIGN_OR_RETURN(const IndexedArguments index, IndexedArguments::FromText(options.index));
  FactSet facts(options.space, index);
  for (const std::string& input : inputs) {
    if (input.ends_with(".metta")) {
      PATHKB_RETURN_IF_ERROR(facts.AddFile(files, FactForm::kMetta, input));
    } else if (input.ends_with(".jsonl")) {
      PATHKB_RETURN_IF_ERROR(facts.AddFile(files, FactForm::kJsonLines, input));
    } else {
      return absl::InvalidArgumentError(
          fmt::format("{}: facts are read from .metta and .jsonl files", input));
    }
  }
  return WriteFactSet(files, facts, stem, options);
}

absl::StatusOr<SnapshotRecord> WriteFactSet(FileSystem& files, const FactSet& facts,
                                            const std::string& stem, const BuildOptions& options) {
  FactsOverBase content(facts.working(), nullptr);
  SnapshotSource source;
  PATHKB_ASSIGN_OR_RETURN(source.database_id, ContentId(content.zipper(), content.entry_bytes()));
  source.zipper = &content.zipper();
  source.entry_bytes = content.entry_bytes();
  source.revision = 1;
  source.compress_terms = options.compress_terms;
  source.canonical_tree = options.canonical;
  return WritePair(files, stem, source, options.replace);
}

}  // namespace pathkb
