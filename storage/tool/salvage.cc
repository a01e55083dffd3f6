#include "storage/tool/salvage.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/keys.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/act/act_writer.h"
#include "storage/delta/paths_reader.h"
#include "storage/delta/paths_writer.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/convert.h"
#include "storage/tool/directory_salvage.h"
#include "storage/tool/entry_salvage.h"
#include "storage/tool/fact_collector.h"
#include "storage/tool/fact_set.h"
#include "storage/tool/file_format.h"
#include "storage/tool/log_salvage.h"
#include "storage/tool/open_file.h"
#include "storage/tool/output_file.h"
#include "storage/tool/pair_salvage.h"
#include "storage/tool/tree_salvage.h"

namespace pathkb {
namespace {

// Where keys go one by one: a .tree or a .paths.
class KeyOutput {
 public:
  KeyOutput(WritableFile& file, bool is_tree) {
    if (is_tree) {
      tree_.emplace(file);
    } else {
      list_.emplace([&file](std::string_view bytes) { return file.Append(bytes); });
    }
  }
  absl::Status Add(std::string_view key, uint64_t value) {
    ++count_;
    return tree_.has_value() ? tree_->Add(key, value) : list_->Add(key);
  }
  absl::Status Finish() {
    return tree_.has_value() ? tree_->Finish().status() : list_->Finish().status();
  }
  uint64_t count() const { return count_; }

 private:
  std::optional<ActWriter> tree_;  // One of the two.
  std::optional<PathsWriter> list_;
  uint64_t count_ = 0;
};

absl::Status NothingRead(const std::string& in) {
  return absl::DataLossError(fmt::format("{}: nothing at all could be read", in));
}

// One salvage.
class Salvaging {
 public:
  Salvaging(FileSystem& files, const std::string& in, const std::string& out, ConvertForm form,
            const SalvageOptions& options)
      : files_(files), in_(in), out_(out), form_(form), options_(options) {
    on_loss_ = [this](const FileProblem& problem) {
      ++totals_.losses;
      options_.on_loss(problem);
    };
  }

  absl::StatusOr<SalvageTotals> Run() {
    const absl::Status listed = files_.List(in_).status();
    absl::Status status;
    if (listed.ok()) {
      status = FromDirectory();
    } else if (absl::IsFailedPrecondition(listed)) {
      status = FromFile();
    } else {
      status = listed;
    }
    PATHKB_RETURN_IF_ERROR(status);
    return totals_;
  }

 private:
  bool to_text() const { return form_ == ConvertForm::kMetta || form_ == ConvertForm::kJsonLines; }

  absl::Status FromFile() {
    PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files_, in_));
    const FileFormat format = FileFormatOf(file->bytes(), in_);
    if (format == FileFormat::kPaths) return FromList(*file);
    if (format == FileFormat::kLogSegment) return FromLog();
    if (format != FileFormat::kTree) {
      return absl::InvalidArgumentError(
          fmt::format("{}: of kind '{}'; what can be salvaged is a .tree with what stands beside "
                      "it, a .paths, a log segment, or a data directory",
                      in_, FileFormatName(format)));
    }
    // A .tree beside its .terms has facts, and so has one that is to become text.
    const std::string terms_path = fmt::format("{}.terms", WithoutEnding(in_, ".tree"));
    PATHKB_ASSIGN_OR_RETURN(const bool has_terms, files_.Exists(terms_path));
    if (!has_terms && !to_text()) return FromKeys(std::move(file));
    FactCollector facts;
    const PairSalvage pair(files_, in_, options_.only_certain, on_loss_);
    PATHKB_ASSIGN_OR_RETURN(const PairSalvageTotals read, pair.AddTo(facts));
    totals_.doubtful = read.doubtful;
    return WriteFacts(facts);
  }

  // Keys and values of a .tree, straight to the output.
  absl::Status FromKeys(std::shared_ptr<const MappedFile> file) {
    TreeSalvage tree(std::move(file), PairSalvage::MapSums(files_, in_), on_loss_);
    return WriteKeys([&](KeyOutput& output) {
      return tree.ForEachKey([&](const SalvagedKey& key) {
        if (key.doubtful) ++totals_.doubtful;
        if (key.doubtful && options_.only_certain) return absl::OkStatus();
        // An index with gaps would be worse than none.
        if (IsIndexKey(key.key)) return absl::OkStatus();
        return output.Add(key.key, key.value);
      });
    });
  }

  absl::Status FromList(const MappedFile& file) {
    PathTrie keys;
    PathsReaderOptions reader_options;
    reader_options.record_bytes_max = PathTrie::kMaxPathBytes;
    const auto read = ReadPaths(file.bytes(), in_, reader_options, [&](std::string_view key) {
      keys.Set(key, 0);
      return absl::OkStatus();
    });
    if (!read.ok()) on_loss_(ProblemOf(in_, read.status()));
    ReadZipper zipper(keys);
    if (to_text()) {
      FactCollector facts;
      bool at_value = zipper.value().has_value() || zipper.NextValue();
      for (; at_value; at_value = zipper.NextValue()) facts.AddKey(zipper.path(), "");
      return WriteFacts(facts);
    }
    return WriteKeys([&](KeyOutput& output) {
      bool at_value = zipper.value().has_value() || zipper.NextValue();
      for (; at_value; at_value = zipper.NextValue()) {
        PATHKB_RETURN_IF_ERROR(output.Add(zipper.path(), 0));
      }
      return absl::OkStatus();
    });
  }

  absl::Status FromLog() {
    FactCollector facts;
    LogSalvageSinks sinks;
    sinks.on_record = [&](const WalRecord& record) {
      return AddCommit(in_, record, on_loss_, facts);
    };
    sinks.on_loss = on_loss_;
    sinks.on_note = [&](const std::string& note) {
      if (options_.on_note != nullptr) options_.on_note(note);
    };
    PATHKB_RETURN_IF_ERROR(SalvageLog(files_, in_, std::nullopt, sinks));
    return WriteFacts(facts);
  }

  absl::Status FromDirectory() {
    FactCollector facts;
    DirectorySalvage directory(files_, in_, options_.only_certain, on_loss_, options_.on_note);
    PATHKB_ASSIGN_OR_RETURN(const PairSalvageTotals read, directory.AddTo(facts));
    totals_.doubtful = read.doubtful;
    return WriteFacts(facts);
  }

  template <typename Write>
  absl::Status WriteKeys(Write write) {
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                            CreateOutput(files_, out_, options_.replace));
    KeyOutput output(file->file(), form_ == ConvertForm::kTree);
    PATHKB_RETURN_IF_ERROR(write(output));
    totals_.written = output.count();
    if (totals_.written == 0 && totals_.losses > 0) return NothingRead(in_);
    PATHKB_RETURN_IF_ERROR(output.Finish());
    return file->Commit();
  }

  absl::Status WriteFacts(FactCollector& facts) {
    if (facts.facts().empty() && totals_.losses > 0) return NothingRead(in_);
    if (form_ == ConvertForm::kTree) PATHKB_RETURN_IF_ERROR(facts.BuildIndex());
    FactsOverBase content(facts.facts(), nullptr);
    if (form_ == ConvertForm::kTree) return WriteFactPair(content);
    if (to_text()) return WriteFactText(content);
    Zipper& zipper = content.zipper();
    return WriteKeys([&](KeyOutput& output) {
      while (zipper.NextValue()) {
        PATHKB_RETURN_IF_ERROR(output.Add(zipper.path(), *zipper.value()));
      }
      return zipper.status();
    });
  }

  absl::Status WriteFactPair(FactsOverBase& content) {
    SnapshotSource source;
    source.zipper = &content.zipper();
    source.entry_bytes = content.entry_bytes();
    PATHKB_ASSIGN_OR_RETURN(source.database_id, ContentId(content.zipper(), content.entry_bytes()));
    source.revision = 1;
    const std::string stem(WithoutEnding(out_, ".tree"));
    PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record,
                            WritePair(files_, stem, source, options_.replace));
    totals_.written = record.facts;
    return absl::OkStatus();
  }

  absl::Status WriteFactText(FactsOverBase& content) {
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                            CreateOutput(files_, out_, options_.replace));
    const FactForm form = form_ == ConvertForm::kMetta ? FactForm::kMetta : FactForm::kJsonLines;
    std::string line;
    PATHKB_ASSIGN_OR_RETURN(
        totals_.written, ForEachFact(content.zipper(), content.entry_bytes(), options_.space,
                                     [&](const StoredFact& fact) -> absl::Status {
                                       line.clear();
                                       PATHKB_RETURN_IF_ERROR(AppendFactLine(
                                           form, fact.encoded_term, fact.name, fact.entry, line));
                                       return file->file().Append(line);
                                     }));
    if (totals_.written == 0 && totals_.losses == 0) {
      return absl::NotFoundError(fmt::format("{}: no facts of space \"{}\"", in_, options_.space));
    }
    return file->Commit();
  }

  FileSystem& files_;
  const std::string& in_;
  const std::string& out_;
  const ConvertForm form_;
  const SalvageOptions& options_;
  ProblemSink on_loss_;  // Counts, then tells options_.on_loss.
  SalvageTotals totals_;
};

}  // namespace

absl::StatusOr<SalvageTotals> Salvage(FileSystem& files, const std::string& in,
                                      const std::string& out, const SalvageOptions& options) {
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(options.space));
  PATHKB_ASSIGN_OR_RETURN(const ConvertForm form, ConvertFormOf(out));
  if (form == ConvertForm::kTree && !out.ends_with(".tree")) {
    return absl::InvalidArgumentError(
        fmt::format("{}: the new file's name ends in .tree, .paths, .metta or .jsonl", out));
  }
  PATHKB_RETURN_IF_ERROR(CheckMayWrite(files, out, options.replace));
  return Salvaging(files, in, out, form, options).Run();
}

}  // namespace pathkb
