#include "storage/tool/convert.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/act/act_writer.h"
#include "storage/act/act_zipper.h"
#include "storage/delta/paths_reader.h"
#include "storage/delta/paths_writer.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/fact_pair.h"
#include "storage/tool/fact_set.h"
#include "storage/tool/fact_text.h"
#include "storage/tool/file_format.h"
#include "storage/tool/open_file.h"
#include "storage/tool/output_file.h"

namespace pathkb {
namespace {

FactForm FactFormOf(ConvertForm form) {
  return form == ConvertForm::kMetta ? FactForm::kMetta : FactForm::kJsonLines;
}

void Note(const ConvertOptions& options, const std::string& note) {
  if (options.on_note != nullptr) options.on_note(note);
}

// True if something of the fact is lost where only its term is kept.
bool HasMoreThanItsTerm(const StoredFact& fact) {
  if (!fact.name.empty()) return true;
  const absl::StatusOr<Entry> entry = DecodeEntry(fact.entry);
  return entry.ok() &&
         (entry->confidence != 1 || !entry->source.empty() || !entry->metadata.empty());
}

// What is converted: a cursor, the entries behind its values if it has facts, and what keeps both
// alive.
struct Source {
  std::unique_ptr<const FactPair> pair;
  std::optional<PathTrie> trie;
  std::unique_ptr<FactSet> facts;
  std::unique_ptr<FactsOverBase> facts_over_nothing;
  std::unique_ptr<Zipper> own_zipper;
  std::string scratch;

  Zipper* zipper = nullptr;
  EntryBytes entry_bytes;
  bool values_are_entry_ids = false;  // And not numbers that mean something.
};

// A list of paths, in order or not, as a trie. Nothing of it is believed before its end was seen.
absl::StatusOr<PathTrie> ReadList(FileSystem& files, const std::string& path,
                                  const ConvertOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  PathTrie trie;
  uint64_t index = 0;
  PathsReaderOptions reader_options;
  reader_options.record_bytes_max = PathTrie::kMaxPathBytes;
  PATHKB_ASSIGN_OR_RETURN(const PathsRead read,
                          ReadPaths(file->bytes(), path, reader_options, [&](std::string_view key) {
                            trie.Set(key, options.value_is_index ? index : 0);
                            ++index;
                            return absl::OkStatus();
                          }));
  if (read.records != trie.size()) {
    Note(options, fmt::format("{}: {} of {} paths were there more than once", path,
                              read.records - trie.size(), read.records));
  }
  return trie;
}

// `index` is what is indexed of facts that are read from text.
absl::StatusOr<std::unique_ptr<Source>> OpenSource(FileSystem& files, const std::string& in,
                                                   IndexedArguments index,
                                                   const ConvertOptions& options) {
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(options.space));
  PATHKB_ASSIGN_OR_RETURN(const ConvertForm form, ConvertFormOf(in));
  auto source = std::make_unique<Source>();
  Source* const borrowed = source.get();
  if (form == ConvertForm::kTree) {
    PATHKB_ASSIGN_OR_RETURN(source->pair, FactPair::Open(files, in));
    source->own_zipper = source->pair->NewZipper();
    source->values_are_entry_ids = source->pair->terms() != nullptr;
    source->entry_bytes = [borrowed](uint64_t value, int) {
      return borrowed->pair->FindEntry(value, borrowed->scratch);
    };
  } else if (form == ConvertForm::kPaths) {
    PATHKB_ASSIGN_OR_RETURN(source->trie, ReadList(files, in, options));
    source->own_zipper = std::make_unique<ReadZipper>(*source->trie);
    // A place in the list is no entry.
    source->entry_bytes = [](uint64_t, int) { return std::string_view(); };
  } else {
    source->facts = std::make_unique<FactSet>(options.space, index);
    PATHKB_RETURN_IF_ERROR(source->facts->AddFile(files, FactFormOf(form), in));
    source->facts_over_nothing = std::make_unique<FactsOverBase>(source->facts->working(), nullptr);
    source->zipper = &source->facts_over_nothing->zipper();
    source->entry_bytes = source->facts_over_nothing->entry_bytes();
    source->values_are_entry_ids = true;
    return source;
  }
  source->zipper = source->own_zipper.get();
  return source;
}

absl::StatusOr<ConvertTotals> WriteTree(const std::string& in, Source& source, WritableFile& file,
                                        bool is_stream, const ConvertOptions& options) {
  ActWriterOptions writer_options;
  writer_options.canonical = options.canonical;
  if (options.canonical) writer_options.memory_bytes = kActCanonicalMemoryBytes;
  if (source.values_are_entry_ids) {
    Note(options, fmt::format("{}: the values are ids of entries in its .terms, which is not "
                              "converted; copy it beside the new file",
                              in));
  }
  PATHKB_ASSIGN_OR_RETURN(const ActTotals totals,
                          is_stream
                              ? WriteActToStream(*source.zipper, file, nullptr, writer_options)
                              : WriteAct(*source.zipper, file, nullptr, writer_options));
  return ConvertTotals{totals.paths};
}

absl::StatusOr<ConvertTotals> WriteList(const std::string& in, Source& source, WritableFile& file,
                                        const ConvertOptions& options) {
  PathsWriter writer([&](std::string_view bytes) { return file.Append(bytes); });
  Zipper& zipper = *source.zipper;
  uint64_t dropped = 0;
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    PATHKB_RETURN_IF_ERROR(writer.Add(zipper.path()));
    if (*zipper.value() != 0) ++dropped;
  }
  PATHKB_RETURN_IF_ERROR(zipper.status());
  PATHKB_ASSIGN_OR_RETURN(const PathsWritten written, writer.Finish());
  if (dropped != 0) {
    Note(options, fmt::format("{}: {} of {} keys had {}, which a list of paths cannot hold", in,
                              dropped, written.records,
                              source.values_are_entry_ids ? "an entry" : "a value other than 0"));
  }
  return ConvertTotals{written.records};
}

absl::StatusOr<ConvertTotals> WriteText(const std::string& in, Source& source, FactForm form,
                                        WritableFile& file, const ConvertOptions& options) {
  std::string line;
  uint64_t dropped = 0;
  PATHKB_ASSIGN_OR_RETURN(const uint64_t facts,
                          ForEachFact(*source.zipper, source.entry_bytes, options.space,
                                      [&](const StoredFact& fact) -> absl::Status {
                                        line.clear();
                                        PATHKB_RETURN_IF_ERROR(AppendFactLine(
                                            form, fact.encoded_term, fact.name, fact.entry, line));
                                        if (form == FactForm::kMetta && HasMoreThanItsTerm(fact))
                                          ++dropped;
                                        return file.Append(line);
                                      }));
  if (facts == 0) {
    return absl::NotFoundError(fmt::format("{}: no facts of space \"{}\"", in, options.space));
  }
  if (dropped != 0) {
    Note(options, fmt::format("{}: {} of {} facts have a name, confidence, source or metadata, "
                              "which MeTTa cannot hold; .jsonl can",
                              in, dropped, facts));
  }
  return ConvertTotals{facts};
}

// Writes anything but a pair.
absl::StatusOr<ConvertTotals> WriteForm(const std::string& in, Source& source, ConvertForm form,
                                        WritableFile& file, bool is_stream,
                                        const ConvertOptions& options) {
  switch (form) {
    case ConvertForm::kTree:
      return WriteTree(in, source, file, is_stream, options);
    case ConvertForm::kPaths:
      return WriteList(in, source, file, options);
    case ConvertForm::kMetta:
    case ConvertForm::kJsonLines:
      break;
  }
  return WriteText(in, source, FactFormOf(form), file, options);
}

}  // namespace

absl::StatusOr<ConvertForm> ConvertFormOf(std::string_view name) {
  const std::string_view ending = name.substr(name.rfind('.') + 1);
  if (ending == "tree" || ending == "act") return ConvertForm::kTree;
  if (ending == "paths") return ConvertForm::kPaths;
  if (ending == "metta") return ConvertForm::kMetta;
  if (ending == "jsonl") return ConvertForm::kJsonLines;
  return absl::InvalidArgumentError(
      fmt::format("{}: ends in none of .tree, .paths, .metta and .jsonl", name));
}

absl::StatusOr<ConvertTotals> ConvertFile(FileSystem& files, const std::string& in,
                                          const std::string& out, const ConvertOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const ConvertForm form, ConvertFormOf(out));
  PATHKB_RETURN_IF_ERROR(CheckMayWrite(files, out, options.replace));
  PATHKB_ASSIGN_OR_RETURN(IndexedArguments index, IndexedArguments::FromText(options.index));
  if (form != ConvertForm::kTree) index = {};
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                          OpenSource(files, in, index, options));
  if (form == ConvertForm::kTree && source->facts != nullptr) {
    BuildOptions build;
    build.space = options.space;
    build.replace = options.replace;
    build.canonical = options.canonical;
    build.compress_terms = options.compress_terms;
    const std::string stem(WithoutEnding(out, ".tree"));
    if (stem == out) {
      return absl::InvalidArgumentError(
          fmt::format("{}: facts become a pair, whose names end in .tree, .terms and .sums", out));
    }
    PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record,
                            WriteFactSet(files, *source->facts, stem, build));
    return ConvertTotals{record.facts};
  }
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                          CreateOutput(files, out, options.replace));
  PATHKB_ASSIGN_OR_RETURN(const ConvertTotals totals, WriteForm(in, *source, form, file->file(),
                                                                /*is_stream=*/false, options));
  PATHKB_RETURN_IF_ERROR(file->Commit());
  return totals;
}

absl::StatusOr<ConvertTotals> ConvertToStream(FileSystem& files, const std::string& in,
                                              ConvertForm form, const TextSink& sink,
                                              const ConvertOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                          OpenSource(files, in, IndexedArguments(), options));
  if (form == ConvertForm::kTree && source->facts != nullptr) {
    return absl::InvalidArgumentError(
        "facts become a pair, a .tree with a .terms and a .sums: name a file ending in .tree");
  }
  SinkFile stream(sink);
  absl::StatusOr<ConvertTotals> totals =
      WriteForm(in, *source, form, stream, /*is_stream=*/true, options);
  if (absl::IsCancelled(totals.status())) return ConvertTotals();
  return totals;
}

}  // namespace pathkb
