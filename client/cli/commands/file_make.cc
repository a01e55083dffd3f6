#include "client/cli/commands/file_make.h"

#include <chrono>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/compact.h"
#include "storage/tool/convert.h"
#include "storage/tool/salvage.h"
#include "storage/tool/tool_files.h"

namespace pathkb::cli {
namespace {

struct MakeFlags {
  bool force = false;
  bool canonical = false;
  bool compress = false;
  bool rewrite = false;
  bool only_certain = false;
  std::string value = "zero";
  std::string index = BuildOptions().index;
  std::string form;  // Of a stream.
  std::string out;
};

std::function<void(const std::string&)> NoteTo(Session& session) {
  return
      [&session](const std::string& note) { session.err().Write(fmt::format("note: {}\n", note)); };
}

absl::Status RunConvert(Session& session, const MakeFlags& flags,
                        const std::vector<std::string>& paths) {
  ConvertOptions options;
  options.space = session.space();
  options.replace = flags.force;
  options.canonical = flags.canonical;
  options.compress_terms = flags.compress;
  options.value_is_index = flags.value == "index";
  options.index = flags.index;
  options.on_note = NoteTo(session);
  if (paths[1] != "-") {
    const auto totals = ConvertFile(ToolFiles(), paths[0], paths[1], options);
    if (!totals.ok()) return FileError(totals.status());
    session.err().Write(fmt::format("{}: {} written\n", paths[1], totals->written));
    return absl::OkStatus();
  }
  if (flags.form.empty()) {
    return UsageError("convert to standard output needs --to tree, paths, metta or jsonl");
  }
  const auto form = ConvertFormOf(flags.form);
  if (!form.ok()) return form.status();
  const auto sink = [&](std::string_view text) { return session.out().Write(text); };
  return FileError(ConvertToStream(ToolFiles(), paths[0], *form, sink, options).status());
}

// "facts" for "facts" and "facts.tree".
std::string StemOf(std::string name) {
  if (name.ends_with(".tree")) name.resize(name.size() - std::string_view(".tree").size());
  return name;
}

absl::Status RunBuild(Session& session, const MakeFlags& flags,
                      const std::vector<std::string>& paths) {
  if (flags.out.empty()) return UsageError("file build needs -o STEM");
  BuildOptions options;
  options.space = session.space();
  options.replace = flags.force;
  options.canonical = flags.canonical;
  options.compress_terms = flags.compress;
  options.index = flags.index;
  const std::string stem = StemOf(flags.out);
  const auto record = BuildPair(ToolFiles(), paths, stem, options);
  if (!record.ok()) return FileError(record.status());
  session.out().Write(fmt::format("{}.tree: {} facts, {} entries, {} bytes in three files\n", stem,
                                  record->facts, record->entries,
                                  record->tree_bytes + record->terms_bytes + record->sums_bytes));
  return absl::OkStatus();
}

absl::Status RunCompact(Session& session, const MakeFlags& flags,
                        const std::vector<std::string>& paths) {
  CompactOptions options;
  options.now_unix_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  options.server_version = "pathkb-file-compact";
  options.compress_terms = flags.compress;
  options.rewrite = flags.rewrite;
  const auto result = CompactDirectory(ToolFiles(), paths[0], options);
  if (!result.ok()) return FileError(result.status());
  for (const std::string& note : result->notes) NoteTo(session)(note);
  session.out().Write(fmt::format(
      "{}: {} facts, {} bytes{}; {} old files removed\n", result->snapshot.id,
      result->snapshot.facts, result->snapshot.tree_bytes + result->snapshot.terms_bytes,
      result->written ? "" : ", which held everything already", result->files_removed));
  return absl::OkStatus();
}

absl::Status RunSalvage(Session& session, const MakeFlags& flags,
                        const std::vector<std::string>& paths) {
  if (flags.out.empty()) return UsageError("file salvage needs -o OUT");
  SalvageOptions options;
  options.space = session.space();
  options.replace = flags.force;
  options.only_certain = flags.only_certain;
  options.on_note = NoteTo(session);
  options.on_loss = [&](const FileProblem& problem) { session.out().Write(problem.Line() + "\n"); };
  const auto totals = Salvage(ToolFiles(), paths[0], flags.out, options);
  if (!totals.ok()) return FileError(totals.status());
  session.err().Write(fmt::format("{}: {} written, {} of what was read in doubt{}; {} losses\n",
                                  flags.out, totals->written, totals->doubtful,
                                  flags.only_certain ? " and left out" : "", totals->losses));
  return totals->losses == 0 ? absl::OkStatus() : ExitWith(kExitDamaged);
}

void DeclareForce(CLI::App& app, MakeFlags& flags) {
  app.add_flag("--force", flags.force, "Replace files that are there already");
}

void DeclarePairFlags(CLI::App& app, MakeFlags& flags) {
  app.add_flag("--canonical", flags.canonical, "A .tree just as PathMap writes it, byte for byte");
  app.add_flag("--compress", flags.compress, "Entries compressed");
  app.add_option("--index", flags.index,
                 "Arguments that are indexed where facts become a pair, such as 2,3; or none")
      ->option_text("N,N...=" + flags.index);
}

}  // namespace

Command FileConvertCommand() {
  Command command;
  command.name = "file convert";
  command.TakeOperands("IN OUT|-", 2, 2);
  command.summary = "From .tree, .paths, .metta or .jsonl to another of these, by their endings";
  command.examples =
      "  pathkb file convert facts.tree facts.jsonl     with the entries of facts.terms\n"
      "  pathkb file convert facts.metta facts.tree     also makes facts.terms and facts.sums\n"
      "  pathkb file convert --value index list.paths list.tree\n"
      "  pathkb file convert --to paths keys.tree - | wc -c\n"
      "\n"
      "Facts are those of one space (--space). What a form cannot hold is said.\n";
  command.RunWithOptions(RunConvert, [](CLI::App& app, MakeFlags& flags) {
    DeclareForce(app, flags);
    DeclarePairFlags(app, flags);
    app.add_option("--value", flags.value,
                   "Values of a .tree made of a .paths: zero (default), or index, the place in "
                   "the list")
        ->option_text("zero|index")
        ->check(CLI::IsMember({"zero", "index"}));
    app.add_option("--to", flags.form, "What to write to standard output")
        ->option_text("tree|paths|metta|jsonl")
        ->check(CLI::IsMember({"tree", "paths", "metta", "jsonl"}));
  });
  return command;
}

Command FileBuildCommand() {
  Command command;
  command.name = "file build";
  command.TakeOperands("FACTS... -o STEM", 1, Command::kAnyNumber);
  command.summary = "Compile .metta and .jsonl files into STEM.tree, STEM.terms and STEM.sums";
  command.examples =
      "  pathkb file build base.metta more.jsonl -o facts\n"
      "\n"
      "The same facts make the same bytes, in whatever order they come.\n";
  command.RunWithOptions(RunBuild, [](CLI::App& app, MakeFlags& flags) {
    app.add_option("-o,--out", flags.out, "What the three files are called, without an ending")
        ->option_text("STEM");
    DeclareForce(app, flags);
    DeclarePairFlags(app, flags);
  });
  return command;
}

Command FileCompactCommand() {
  Command command;
  command.name = "file compact";
  command.TakeOperands("DIRECTORY", 1, 1);
  command.summary = "Reduce a data directory, with no server running, to one new snapshot";
  command.examples =
      "  pathkb file compact data\n"
      "\n"
      "Older snapshots and the log are removed once the new one is on disk and read back.\n";
  command.RunWithOptions(RunCompact, [](CLI::App& app, MakeFlags& flags) {
    app.add_flag("--compress", flags.compress, "Entries compressed");
    app.add_flag("--rewrite", flags.rewrite,
                 "Write a new snapshot even if the newest holds everything");
  });
  return command;
}

Command FileSalvageCommand() {
  Command command;
  command.name = "file salvage";
  command.TakeOperands("FILE|DIRECTORY -o OUT", 1, 1);
  command.summary = "Save what can still be read of a damaged file or data directory";
  command.examples =
      "  pathkb file salvage data -o saved.tree          also makes saved.terms and saved.sums\n"
      "  pathkb file salvage facts.tree -o saved.jsonl\n"
      "\n"
      "Changes nothing but OUT. A line for each loss, and where; exit code 0 if there is none, "
      "else\n"
      "8. OUT ends in .tree, .paths, .metta or .jsonl; the last two have the facts of one space\n"
      "(--space).\n";
  command.RunWithOptions(RunSalvage, [](CLI::App& app, MakeFlags& flags) {
    app.add_option("-o,--out", flags.out, "The file to write")->option_text("OUT");
    app.add_flag("--certain", flags.only_certain,
                 "Leave out what was read from blocks that do not match their checksums");
    DeclareForce(app, flags);
  });
  return command;
}

}  // namespace pathkb::cli
