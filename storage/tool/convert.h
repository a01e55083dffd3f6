// One form of keys or facts into another, by the endings of the names:
//
//             to  .tree               .paths        .metta, .jsonl
//   from .tree    written anew        keys alone    facts, with the entries of the .terms beside it
//        .paths   values 0 or places  sorted        facts without entries
//        .metta   a pair              keys alone    the other form
//        .jsonl   a pair              keys alone    the other form
//
// Facts are those of one space. A pair is x.tree, x.terms and x.sums.

#ifndef PATHKB_STORAGE_TOOL_CONVERT_H_
#define PATHKB_STORAGE_TOOL_CONVERT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "storage/file/file_system.h"
#include "storage/tool/text_sink.h"

namespace pathkb {

// What is converted.
enum class ConvertForm { kTree, kPaths, kMetta, kJsonLines };

// What a name ends in, one of .tree (.act), .paths, .metta, .jsonl; or the ending alone, without
// its dot. InvalidArgument otherwise.
absl::StatusOr<ConvertForm> ConvertFormOf(std::string_view name);

// How to convert.
struct ConvertOptions {
  std::string space = "default";  // Of facts.
  // Of a pair that is made of facts: its indexed arguments, or "none".
  std::string index{kIndexArgumentsDefault};
  bool replace = false;  // Of files that are there.
  // A .tree as PathMap would write it, byte for byte; its different segments are held in memory.
  bool canonical = false;
  bool value_is_index = false;  // .paths to .tree: each path's place in the list, else 0.
  bool compress_terms = false;  // Of a pair: the .terms through zlib.
  // Told what the new form could not hold. May be null.
  std::function<void(const std::string& note)> on_note = nullptr;
};

// What came out.
struct ConvertTotals {
  uint64_t written = 0;  // Keys; of a text or of a pair made of one, facts.
};

// Converts the file `in` to the file `out`. A .tree is read as a stream; all other inputs are held
// in memory as a trie, which also puts them in order.
//   InvalidArgument     text that does not parse; forms that do not go together
//   NotFound            no such file; no facts of that space
//   AlreadyExists       see `replace`
//   DataLoss            damage in the input; nothing is written then
//   ResourceExhausted   a bound of a format
absl::StatusOr<ConvertTotals> ConvertFile(FileSystem& files, const std::string& in,
                                          const std::string& out, const ConvertOptions& options);

// The same, to a stream. What was written before an error stays written. A sink that wants no more
// ends it without an error. InvalidArgument if a pair would come out, which is three files.
absl::StatusOr<ConvertTotals> ConvertToStream(FileSystem& files, const std::string& in,
                                              ConvertForm form, const TextSink& sink,
                                              const ConvertOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_CONVERT_H_
