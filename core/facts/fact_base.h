// What lies beneath the working set, as the working set sees it: the mapped snapshot, behind an
// interface, because core knows no files.

#ifndef PATHKB_CORE_FACTS_FACT_BASE_H_
#define PATHKB_CORE_FACTS_FACT_BASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/base/page_counter.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Asked now and then by what may take long, whether it should go on: it ends with the error that
// this gives. May be null.
using Interrupt = std::function<absl::Status()>;
inline constexpr uint64_t kKeysPerInterrupt = 4096;

// Immutable, any thread. Errors are DataLoss: the file contradicts itself there.
class FactBase {
 public:
  virtual ~FactBase() = default;
  // The value at exactly `path`: 0 for a plain fact, else an entry id of this base; nullopt if
  // there is none.
  virtual absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const = 0;
  // Bytes of entry `id`, which a Find() or a cursor of this base gave; empty for id 0. They are the
  // base's own, or, where it keeps entries compressed, in `scratch`: they live as long as both, and
  // `scratch` unchanged.
  virtual absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string& scratch) const = 0;
  // Whether what has been read so far was what the base holds: its files may be changed or cut
  // short by others while they are mapped. For the end of each call that read something, before its
  // answer is given. `changes_before` is what OutsideChanges() was when it began. DataLoss if a
  // file cannot be read any more; Unavailable if one was changed since, and the call is worth
  // repeating.
  virtual absl::Status CheckIntact(uint64_t changes_before) const {
    static_cast<void>(changes_before);
    return absl::OkStatus();
  }
  // How many changes by others have been noticed so far.
  virtual uint64_t OutsideChanges() const { return 0; }
  // How many values there are below `prefix`. Here by walking over them; a base that remembers the
  // answer gives it in constant time when it is asked again. Also ends with the error of
  // `interrupt`.
  virtual absl::StatusOr<uint64_t> CountBelow(std::string_view prefix,
                                              const Interrupt& interrupt = nullptr) const {
    const std::unique_ptr<Zipper> zipper = NewZipper();
    uint64_t count = 0;
    if (zipper->Descend(prefix)) {
      while (zipper->NextValueWithin(prefix.size())) {
        if (++count % kKeysPerInterrupt != 0 || interrupt == nullptr) continue;
        if (absl::Status status = interrupt(); !status.ok()) return status;
      }
    }
    if (absl::Status status = zipper->status(); !status.ok()) return status;
    return count;
  }
  // Bytes that its distinct entries take in its file, compressed if they are; 0 if it has none.
  virtual uint64_t EntryFileBytes() const { return 0; }
  // A cursor at the root; borrows the base.
  virtual std::unique_ptr<Zipper> NewZipper() const = 0;
  // The same; the pages of the file of paths that it looks at are counted in `pages`, which must
  // outlive it. A base that is no file has none.
  virtual std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const {
    static_cast<void>(pages);
    return NewZipper();
  }
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_FACT_BASE_H_
