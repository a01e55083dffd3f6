// What a query reads, whatever it lies in: one trie of all keys (core/facts/keys) and the bytes of
// the entries that its values name. A read view of the server is one, facts in memory are another.

#ifndef PATHKB_CORE_QUERY_FACT_SOURCE_H_
#define PATHKB_CORE_QUERY_FACT_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/trie/zipper.h"

namespace pathkb {

// Shows the same for as long as it lives. Any thread.
class FactSource {
 public:
  virtual ~FactSource() = default;

  // A cursor at the root of all keys. Borrows the source.
  virtual std::unique_ptr<Zipper> NewZipper() const = 0;

  // Bytes of the entry (core/facts/entry) that a value stands for, which a cursor of this source
  // showed in `layer` (Zipper::value_layer()); empty for value 0. They are the source's own or in
  // `scratch`: they live as long as both, and `scratch` unchanged.
  //   DataLoss   there is no such entry, or its file contradicts itself
  virtual absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                                      std::string& scratch) const = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FACT_SOURCE_H_
