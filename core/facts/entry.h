// What is known about a fact besides its term, and its bytes.
//
// The bytes are those of the message pathkb.v1.Entry (proto/pathkb/v1/types.proto), so that any
// protobuf library reads them, in one canonical form, so that equal entries have equal bytes:
// fields in ascending order, metadata sorted by key, defaults left out. Written here rather than by
// the protobuf library, whose output is not canonical across versions, and which core does not
// include.
//
//   09 <8 bytes>             confidence, an IEEE double, little-endian; absent when it is 1
//   12 <n> <n bytes>         source; absent when empty
//   1a <n> 0a <k> <key> 12 <v> <value>     one for each metadata pair
//   22 <n> <n bytes>         encoded term; only in the entry of a named fact
//   2a <n> <n bytes>         one for each variable name of the term

#ifndef PATHKB_CORE_FACTS_ENTRY_H_
#define PATHKB_CORE_FACTS_ENTRY_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace pathkb {

// A value type.
struct Entry {
  double confidence = 1;  // In [0, 1].
  std::string source;
  std::map<std::string, std::string> metadata;
  std::string encoded_term;                 // Of a named fact, else empty.
  std::vector<std::string> variable_names;  // Of the term's variables, by first occurrence.

  friend bool operator==(const Entry&, const Entry&) = default;
};

// Canonical bytes; empty for the default entry, which a plain fact has.
std::string EncodeEntry(const Entry& entry);

// Reads what EncodeEntry() wrote, or any protobuf writer; unknown fields are skipped.
//   DataLoss   the bytes are no such message, or the confidence is not in [0, 1]
absl::StatusOr<Entry> DecodeEntry(std::string_view bytes);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_ENTRY_H_
