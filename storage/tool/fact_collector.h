// Puts facts together again from whatever was read of them: keys of a .tree with or without their
// entries, commits of a log, deltas.

#ifndef PATHKB_STORAGE_TOOL_FACT_COLLECTOR_H_
#define PATHKB_STORAGE_TOOL_FACT_COLLECTOR_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/working_set.h"
#include "storage/delta/delta_format.h"

namespace pathkb {

// One thread at a time. Each fact is inserted as a commit would insert it, so that its two keys, by
// term and by name, agree, also where only one of them was read. Of the index of arguments nothing
// is taken but which arguments it had: BuildIndex() makes it anew of the facts that were saved.
class FactCollector {
 public:
  // Takes a key with the bytes of its entry, empty for a plain fact or where they are lost. False
  // if it is no key of a fact or of the index, or one by name without its entry, which would say of
  // what.
  bool AddKey(std::string_view key, std::string_view entry_bytes);

  // Takes the changes of a commit.
  absl::Status AddBatch(Batch batch);

  // Takes a change of a delta, which leaves the two keys of a fact to agree by themselves.
  void AddDeltaChange(std::string_view key, DeltaOp op, std::string_view entry_bytes);

  // Indexes the arguments that were indexed where the facts came from.
  absl::Status BuildIndex();

  // All of it, deletes included, over nothing.
  const WorkingSet& facts() const { return facts_; }

 private:
  // Takes what an index key says of its space's setting; false if it is none.
  bool TakeIndexKey(std::string_view key, bool deletes);

  WorkingSet facts_;
  std::map<std::string, IndexedArguments> indexed_;  // By space.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FACT_COLLECTOR_H_
