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
//            kind 6, index arguments   three sets of positions: begun, whole, dropped; each a
//                                      varint, bit p for position p
//            kind 7, index facts   key parts text, key parts text: behind the one, up to the other
//            kind 8, fork          name text: the space that this one becomes a fork of; entry
//                                  text: the number of its facts, a varint; empty if not counted
//            kind 9, duplicates    0 or 1 (1 byte): the space is a set, or a multiset
//            kind 10, delete copies   encoded term text

#ifndef PATHKB_CORE_FACTS_BATCH_H_
#define PATHKB_CORE_FACTS_BATCH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"

namespace pathkb {

// One change, to one fact or to many. The space is not named here but by the batch: all changes of
// one batch are in one space.
struct Change {
  enum class Kind : uint8_t {
    kSet = 1,               // Insert, or replace what is there.
    kDeleteTerm = 2,        // The unnamed fact with this term.
    kDeleteName = 3,        // The named fact.
    kDeleteNamesBelow = 4,  // Every named fact whose name begins with `name`, which may be empty.
    kDropSpace = 5,         // Every fact of the space, and what is indexed of it.
    kIndexArguments = 6,    // Which arguments of the space are indexed: see `index`.
    kIndexFacts = 7,        // Puts a range of facts into what is being built of the index.
    kForkSpace = 8,         // The space, which has no facts, becomes what the space `name` is.
    kDuplicates = 9,        // Whether the space keeps duplicates: `keeps_duplicates`.
    kDeleteCopies = 10,     // As kDeleteTerm, but as often as the fact is there.
  };
  Kind kind = Kind::kSet;
  // Of kSet, `name` may also be a mark (copy_mark.h): then the change is of that copy of an unnamed
  // fact, and adds one if there are not so many.
  // Of kIndexFacts: what a key under terms/ has behind TermsPrefix(), term and name; the facts are
  // those whose keys come after it. Empty for the beginning.
  std::string encoded_term;
  std::string name;
  // Of kSet: canonical entry bytes (core/facts/entry); with a name they hold the encoded term too.
  // Of kForkSpace: the number of facts, as batch bytes have it; WorkingSet::Apply() fills it in, so
  // that a replay need not count.
  // Of kIndexFacts: the last key of the range, in the same form as the one before the first; empty
  // for the end.
  std::string entry;
  // Of kIndexArguments, in this order.
  struct Index {
    IndexedArguments dropped;  // Indexed no more; also what is being built.
    IndexedArguments begun;    // Facts that come are indexed from now on; those there are not yet.
    IndexedArguments whole;    // Of those that have begun: all facts are in it.
    friend bool operator==(const Index&, const Index&) = default;
  };
  Index index = {};
  bool keeps_duplicates = false;  // Of kDuplicates.

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
