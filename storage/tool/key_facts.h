// Facts out of lists of keys and back: what `pathkb import` and `export` do with .tree and .paths.
//
//   spaces/default/terms/03 C6 parent ...    PathKB's own: a space's facts, with the entries of the
//                                            .terms beside a .tree
//   03 C6 parent C3 Tom C3 Bob               raw, as MORK and PathMap have them: each key is one
//                                            encoded term, and there is nothing beside it
//
// Which of the two a key is shows by itself: no encoded term begins with the `s` of `spaces/`.

#ifndef PATHKB_STORAGE_TOOL_KEY_FACTS_H_
#define PATHKB_STORAGE_TOOL_KEY_FACTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/entry.h"
#include "storage/act/act_writer.h"
#include "storage/delta/paths_writer.h"
#include "storage/file/atomic_file.h"
#include "storage/file/file_system.h"
#include "storage/tool/fact_pair.h"
#include "storage/tool/key_cursor.h"

namespace pathkb {

// A fact as text, with what there is beside its term.
struct KeyFact {
  std::string term;
  std::string name;  // Empty for an unnamed fact.
  double confidence = 1;
  std::string source;
  std::map<std::string, std::string> metadata;
};

// Reads the facts of a file, in its order. One thread at a time. Memory: that of one path.
class KeyFactReader {
 public:
  // Opens a .tree or .paths. Of PathKB's own keys those of `space` are read; if that is empty, the
  // file must have no more than one space, and is read through once to see that.
  //   InvalidArgument   several spaces and none named, with their names
  //   others            as KeyCursor::Open() and FactPair::Open()
  static absl::StatusOr<std::unique_ptr<KeyFactReader>> Open(FileSystem& files,
                                                             const std::string& path,
                                                             const std::string& space);

  // Takes the next key that stands for a fact: true, and `fact` is filled, or `wrong` says why the
  // key is none (it is no encoded term, a term that no text can say, an entry that is lost). False
  // at the end. An error ends the reading: DataLoss for damage.
  absl::StatusOr<bool> Next(KeyFact& fact, std::string& wrong);

  // Keys looked at so far, those passed over included.
  uint64_t keys() const { return keys_; }
  // The present key, in hexadecimal digits.
  std::string KeyInHex() const;
  // Passes over so many keys, or all there are.
  absl::Status Skip(uint64_t keys);

 private:
  KeyFactReader(std::unique_ptr<KeyCursor> cursor, std::unique_ptr<const FactPair> pair,
                std::string space)
      : cursor_(std::move(cursor)), pair_(std::move(pair)), space_(std::move(space)) {}

  const std::unique_ptr<KeyCursor> cursor_;
  const std::unique_ptr<const FactPair> pair_;  // Null for a list without values.
  const std::string space_;
  uint64_t keys_ = 0;
  std::string scratch_;
};

// Writes terms as a list of raw keys. One thread at a time. Memory is bounded, as that of
// ActWriter.
class RawKeyWriter {
 public:
  // Starts `path`, which replaces what is there when it is committed: a .tree, else a .paths.
  // Errors as FileSystem.
  static absl::StatusOr<std::unique_ptr<RawKeyWriter>> Create(FileSystem& files,
                                                              const std::string& path, bool tree);

  // Adds the term that `text` spells: false if it is the one added last.
  //   InvalidArgument   no term, or below the one before in path order
  absl::StatusOr<bool> Add(std::string_view text);

  // Completes the file. Once.
  absl::Status Commit();

 private:
  RawKeyWriter(std::unique_ptr<AtomicFile> file, bool tree);

  const std::unique_ptr<AtomicFile> file_;
  std::unique_ptr<ActWriter> tree_;  // One of the two.
  std::unique_ptr<PathsWriter> paths_;
  std::string last_;
  std::string encoded_;
  bool any_ = false;
};

// What is wrong with a fact as an insert would find it, OK if nothing: a term that does not parse
// ("line 1, column 7: ..."), more variables than a term may have, a bad name.
absl::Status CheckFactText(std::string_view term, std::string_view name);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_KEY_FACTS_H_
