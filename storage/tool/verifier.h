// Checks single files down to the last byte, and goes on after a problem to report all of them.
// directory_verifier.h checks a whole data directory with it.

#ifndef PATHKB_STORAGE_TOOL_VERIFIER_H_
#define PATHKB_STORAGE_TOOL_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "storage/act/act_reader.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/tool/file_problem.h"

namespace pathkb {

// Who is told what. Functions may be null, `on_problem` excepted.
struct VerifierSinks {
  ProblemSink on_problem;
  // Worth knowing and nothing wrong: a stray file, a torn end of the log.
  std::function<void(const std::string& note)> on_note = nullptr;
  // Before each file.
  std::function<void(const std::string& path, uint64_t bytes)> on_file = nullptr;
};

// One thread at a time. Changes nothing; needs no lock. What is checked:
//   .tree      every node and table, and with a .sums beside it (x.tree, x.sums) every block; and
//              that the index of arguments says what the facts say, unless there are 2^30 paths
//   .terms     every byte, and with its .tree beside it, that they are of one snapshot and that no
//              value goes beyond the entries
//   .sums, delta, .paths, log, manifest     every byte
//   CURRENT    that it leads to a manifest that is sound
// Time is linear in the bytes; memory as ActReader::Verify() and DeltaReader say.
class Verifier {
 public:
  Verifier(FileSystem& files, VerifierSinks sinks) : files_(files), sinks_(std::move(sinks)) {}
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  // Checks one file. What is wrong with its content is a problem and no error. Errors are those of
  // FileSystem: it could not be read at all.
  absl::Status VerifyFile(const std::string& path);

  // The same for a file that is mapped already.
  void VerifyMapped(const std::shared_ptr<const MappedFile>& file);

  // Tells the sinks, and counts.
  void Report(const FileProblem& problem);
  void Report(std::string_view path, const absl::Status& error) { Report(ProblemOf(path, error)); }
  void Note(const std::string& note);

  FileSystem& files() { return files_; }
  // Since construction: problems reported, files checked and their bytes.
  uint64_t problems() const { return problems_; }
  uint64_t files_checked() const { return files_checked_; }
  uint64_t bytes_checked() const { return bytes_checked_; }

 private:
  using Mapping = std::shared_ptr<const MappedFile>;

  void VerifyTree(const Mapping& file);
  // Whether the index of arguments is what the facts make of it; `tree`, which is sound, has so
  // many paths.
  void VerifyIndex(const std::string& path, const ActReader& tree, uint64_t paths);
  void VerifyTerms(const Mapping& file);
  void VerifyPaths(const std::string& path);
  void VerifyLog(const std::string& path);
  // Every block of a .tree, with its .sums.
  void VerifyBlocks(const Mapping& tree_file, const std::string& sums_path);

  FileSystem& files_;
  const VerifierSinks sinks_;
  uint64_t problems_ = 0;
  uint64_t files_checked_ = 0;
  uint64_t bytes_checked_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_VERIFIER_H_
