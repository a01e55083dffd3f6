// Changes that are parsed and checked, ready to commit, and their bytes in the log.
//
//   batch  = space text, request?, change*    text = length as core/base/varint, then the bytes
//   request = 0 (1 byte), request id text, outcome text; only where the caller gave an id
//   change = kind (1 byte), then
//            kind 1, set           encoded term text, name text (empty: unnamed), entry text
//            kind 2, delete term   encoded term text
//            kind 3, delete name   name text
//            kind 4, delete names  text that the names begin with (empty: every name)
//            kind 5, drop space    nothing more

#ifndef PATHKB_CORE_FACTS_BATCH_H_
#define PATHKB_CORE_FACTS_BATCH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace pathkb {

// One change, to one fact or to many. The space is not named here but by the batch: all changes of
// one batch are in one space.
struct Change {
  enum class Kind : uint8_t {
    kSet = 1,               // Insert, or replace what is there.
    kDeleteTerm = 2,        // The unnamed fact with this term.
    kDeleteName = 3,        // The named fact.
    kDeleteNamesBelow = 4,  // Every named fact whose name begins with `name`, which may be empty.
    kDropSpace = 5,         // Every fact of the space.
  };
  Kind kind = Kind::kSet;
  std::string encoded_term;
  std::string name;
  // Of kSet: canonical entry bytes (core/facts/entry); with a name they hold the encoded term too.
  std::string entry;

  friend bool operator==(const Change&, const Change&) = default;
};

// What one call changes, all or nothing. A value type.
struct Batch {
  std::string space;
  std::vector<Change> changes;
  // How the caller names this write, so that sending it again changes nothing; empty if it has no
  // name. 1 to kRequestIdBytesMax bytes (core/facts/request_table).
  std::string request_id = {};
  // With a request id, in the log: what the caller was answered, as EncodeRequestOutcome() has it.
  std::string request_outcome = {};

  friend bool operator==(const Batch&, const Batch&) = default;
};

// Bytes for the log.
std::string EncodeBatch(const Batch& batch);

// Reads what EncodeBatch() wrote. DataLoss, with the position, if the bytes are no batch.
absl::StatusOr<Batch> DecodeBatch(std::string_view bytes);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_BATCH_H_
