#include "server/rpc/combine_walk.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/query/combine_split.h"
#include "server/config/limits.h"
#include "server/rpc/proto_conversion.h"

namespace pathkb {
namespace {

// Some ten milliseconds of work.
constexpr uint64_t kFactsOfPart = 16'384;
constexpr uint64_t kPartsMax = 512;
// Beyond a whole part of usual facts, so that a thread that is ahead seldom stops in one.
constexpr size_t kBytesAhead = size_t{4} << 20;
// A block itself, and what a fact takes in it beside its bytes, about.
constexpr size_t kBlockBytes = 1024;
constexpr size_t kFactBytes = 128;
constexpr size_t kPartsAheadMax = 8;
// A block that holds no facts ends after so many, to be interrupted and counted.
constexpr uint64_t kBlockFactsMax = 16'384;

size_t BytesOf(const CombineBlock& block) {
  const size_t facts = block.changes.size() + static_cast<size_t>(block.message.facts_size());
  return kBlockBytes + block.bytes + facts * kFactBytes;
}

// One for each processor, and as many to go on with while those in front are not taken.
size_t PartsAhead() {
  return std::clamp<size_t>(2 * std::thread::hardware_concurrency(), 2, kPartsAheadMax);
}

}  // namespace

// One range of keys on its way.
class CombineWalk::Part {
 public:
  Part(const CombinePlan& plan, const std::function<absl::Status()>& interrupt,
       const CombineRange& range)
      : output_(plan.output),
        combination_(plan.operation, plan.policy, plan.operands, interrupt, range) {}

  absl::StatusOr<std::optional<CombineBlock>> NextBlock() {
    if (!error_.ok()) return error_;
    CombineBlock block;
    const uint64_t conflicts = combination_.conflicts();
    while (!at_end_ && !IsFull(block)) {
      const absl::Status status = AddNext(block);
      if (status.ok()) continue;
      // What was found in front of it is good.
      if (block.facts == 0) return status;
      error_ = status;
      break;
    }
    block.conflicts = combination_.conflicts() - conflicts;
    if (block.facts == 0) return std::nullopt;
    return block;
  }

 private:
  static bool IsFull(const CombineBlock& block) {
    return block.bytes >= kQueryMessageBytes || block.facts >= kBlockFactsMax ||
           block.changes.size() >= kQueryMessageMatches ||
           block.message.facts_size() >= kQueryMessageMatches;
  }

  // Adds one fact, or sets at_end_.
  absl::Status AddNext(CombineBlock& block) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, combination_.Next());
    at_end_ = !found;
    if (at_end_) return absl::OkStatus();
    if (output_ == CombinePlan::Output::kMessages) {
      PATHKB_RETURN_IF_ERROR(AddToMessage(block));
    } else if (output_ == CombinePlan::Output::kChanges ||
               (output_ == CombinePlan::Output::kOthersChanges && !combination_.is_of_first())) {
      AddChange(block);
    }
    ++block.facts;
    return absl::OkStatus();
  }

  absl::Status AddToMessage(CombineBlock& block) {
    PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(combination_.entry()));
    v1::Fact& fact = *block.message.add_facts();
    const absl::Status status =
        FillFact(combination_.encoded_term(), combination_.name(), entry, fact);
    if (!status.ok()) block.message.mutable_facts()->RemoveLast();
    block.bytes += fact.ByteSizeLong();
    return status;
  }

  void AddChange(CombineBlock& block) {
    Change& change = block.changes.emplace_back();
    change.encoded_term = combination_.encoded_term();
    change.name = combination_.name();
    change.entry = combination_.entry();
    block.bytes += change.encoded_term.size() + change.name.size() + change.entry.size();
  }

  const CombinePlan::Output output_;
  Combination combination_;
  bool at_end_ = false;
  absl::Status error_;  // What the block after the last is.
};

CombineWalk::CombineWalk(CombinePlan plan, ThreadPool& threads,
                         std::function<absl::Status()> interrupt)
    : plan_(std::move(plan)),
      interrupt_(std::move(interrupt)),
      ranges_(SplitCombination(plan_.operands, kFactsOfPart, kPartsMax)),
      blocks_(
          threads, ranges_.size(), [this](size_t part) { return NewMaker(part); },
          {.parts = PartsAhead(), .weight = kBytesAhead}, BytesOf) {}

OrderedBlocks<CombineBlock>::Maker CombineWalk::NewMaker(size_t part) const {
  return [part = std::make_shared<Part>(plan_, interrupt_, ranges_[part])] {
    return part->NextBlock();
  };
}

}  // namespace pathkb
