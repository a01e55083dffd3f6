#include "core/facts/fact_count.h"

#include <optional>
#include <string>

#include "core/base/status_macros.h"
#include "core/facts/dropped_space.h"
#include "core/facts/keys.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {

absl::StatusOr<uint64_t> CountFacts(std::string_view space, const PathTrie& working,
                                    const FactBase* base, const Interrupt& interrupt) {
  const std::string prefix = TermsPrefix(space);
  const bool shows_base = base != nullptr && !IsHiddenByDrop(working, prefix);
  uint64_t facts = 0;
  if (shows_base) {
    PATHKB_ASSIGN_OR_RETURN(facts, base->CountBelow(prefix, interrupt));
  }
  ReadZipper zipper(working);
  if (!zipper.Descend(prefix)) return facts;
  for (uint64_t keys = 1; zipper.NextValueWithin(prefix.size()); ++keys) {
    if (interrupt != nullptr && keys % kKeysPerInterrupt == 0) PATHKB_RETURN_IF_ERROR(interrupt());
    if (!IsDeleted(*zipper.value())) ++facts;
    if (!shows_base) continue;
    PATHKB_ASSIGN_OR_RETURN(const std::optional<uint64_t> in_base, base->Find(zipper.path()));
    if (in_base.has_value()) --facts;
  }
  return facts;
}

absl::StatusOr<bool> HasFacts(Zipper& at_root, std::string_view space) {
  const std::string prefix = TermsPrefix(space);
  const bool has_facts = at_root.Descend(prefix) && at_root.NextValueWithin(prefix.size());
  PATHKB_RETURN_IF_ERROR(at_root.status());
  return has_facts;
}

}  // namespace pathkb
