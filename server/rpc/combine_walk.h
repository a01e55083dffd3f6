// The facts of a combination (core/query/combine) as blocks that are ready to be sent, inserted or
// counted, in path order. A large one is cut into ranges of keys, on which the request threads work
// at the same time.

#ifndef PATHKB_SERVER_RPC_COMBINE_WALK_H_
#define PATHKB_SERVER_RPC_COMBINE_WALK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "core/query/combine.h"
#include "pathkb/v1/query_service.pb.h"
#include "server/background/ordered_blocks.h"
#include "server/background/thread_pool.h"

namespace pathkb {

// What is combined, and what for. Borrows the sources.
struct CombinePlan {
  // What blocks hold beside numbers.
  enum class Output : uint8_t {
    kNothing,
    kMessages,      // A message of facts.
    kChanges,       // Changes that insert them.
    kOthersChanges  // The same, without those that the first operand has with the same entry.
  };

  CombineOperation operation = CombineOperation::kUnion;
  ConflictPolicy policy = ConflictPolicy::kError;
  std::vector<CombineOperand> operands;
  Output output = Output::kNothing;
};

// Some of the result's facts: as many as fit into a message of a stream, or a change each.
struct CombineBlock {
  uint64_t facts = 0;
  uint64_t conflicts = 0;  // Of these facts (Combination::conflicts()).
  v1::CombineResponse message;
  std::vector<Change> changes;
  size_t bytes = 0;  // Of the message or the changes, about.
};

// One thread at a time. Borrows what the plan borrows, and the threads.
class CombineWalk {
 public:
  // `interrupt` is asked every few thousand facts, by several threads; an error ends the walk.
  CombineWalk(CombinePlan plan, ThreadPool& threads, std::function<absl::Status()> interrupt);

  // The next block; none behind the last. Errors as Combination::Next(), and as those of entries
  // and terms that cannot be read; the blocks in front of them come first.
  absl::StatusOr<std::optional<CombineBlock>> Next() { return blocks_.Next(); }

 private:
  class Part;

  OrderedBlocks<CombineBlock>::Maker NewMaker(size_t part) const;

  const CombinePlan plan_;
  const std::function<absl::Status()> interrupt_;
  const std::vector<CombineRange> ranges_;
  OrderedBlocks<CombineBlock> blocks_;  // Borrows the others; it ends before they do.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_COMBINE_WALK_H_
