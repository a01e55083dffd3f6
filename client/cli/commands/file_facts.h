// Lists of keys (.tree, .paths) as inputs and outputs of facts, and facts checked without a server:
// what import and export need of storage/tool.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_FACTS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_FACTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "client/cpp/fact_input.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb::cli {

// The facts of a .tree or .paths, behind the first `skip_keys` keys. Positions count keys, from 1.
// Of PathKB's own keys those of `space`; empty if there is only one. Errors as
// KeyFactReader::Open().
absl::StatusOr<std::unique_ptr<client::FactInput>> OpenKeyFile(const std::string& path,
                                                               const std::string& space,
                                                               uint64_t skip_keys);

// Writes terms as raw keys, in path order. One thread at a time.
class KeyFileWriter {
 public:
  virtual ~KeyFileWriter() = default;

  // Starts `path`, which replaces what is there when it is committed.
  static absl::StatusOr<std::unique_ptr<KeyFileWriter>> Create(const std::string& path, bool tree);
  // Adds a fact's term; false if it was there already, under another name.
  virtual absl::StatusOr<bool> Add(const v1::Fact& fact) = 0;
  // Completes the file. Once.
  virtual absl::Status Commit() = 0;
};

// What is wrong with a fact, as an insert would find it; OK if nothing.
absl::Status CheckFact(const v1::Fact& fact);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_FACTS_H_
