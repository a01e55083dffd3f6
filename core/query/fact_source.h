// What a query reads, whatever it lies in: one trie of all keys (core/facts/keys) and the bytes of
// the entries that its values name. A read view of the server is one, facts in memory are another.

#ifndef PATHKB_CORE_QUERY_FACT_SOURCE_H_
#define PATHKB_CORE_QUERY_FACT_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/base/page_counter.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Shows the same for as long as it lives. Any thread.
class FactSource {
 public:
  virtual ~FactSource() = default;

  // A cursor at the root of all keys. Borrows the source.
  virtual std::unique_ptr<Zipper> NewZipper() const = 0;
  // The same; the pages of files that it looks at are counted in `pages`, which must outlive it.
  // Facts that are in no file have none.
  virtual std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const {
    static_cast<void>(pages);
    return NewZipper();
  }

  // Bytes of the entry (core/facts/entry) that a value stands for, which a cursor of this source
  // showed in `layer` (Zipper::value_layer()); empty for value 0. They are the source's own or in
  // `scratch`: they live as long as both, and `scratch` unchanged.
  //   DataLoss   there is no such entry, or its file contradicts itself
  virtual absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                                      std::string& scratch) const = 0;
};

// A source whose cursors have the pages counted that they look at. Borrows both, also in cursors.
// One thread at a time.
class CountingSource final : public FactSource {
 public:
  CountingSource(const FactSource& source, PageCounter& pages) : source_(source), pages_(pages) {}

  std::unique_ptr<Zipper> NewZipper() const override { return source_.NewCountingZipper(pages_); }
  std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const override {
    return source_.NewCountingZipper(pages);
  }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const override {
    return source_.EntryBytes(value, layer, scratch);
  }

 private:
  const FactSource& source_;
  PageCounter& pages_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FACT_SOURCE_H_
