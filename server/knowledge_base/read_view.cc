#include "server/knowledge_base/read_view.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/dropped_space.h"
#include "core/facts/fact_count.h"
#include "core/facts/forked_base.h"
#include "core/facts/keys.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {

std::unique_ptr<Zipper> ReadView::NewZipper(PageCounter* pages) const {
  auto upper = std::make_unique<ReadZipper>(working);
  if (base == nullptr) return std::make_unique<OverlayZipper>(std::move(upper), nullptr);
  const ForkedBase forked(*base, forks);
  auto lower = pages != nullptr ? forked.NewCountingZipper(*pages) : forked.NewZipper();
  if (working.empty()) return lower;
  return std::make_unique<OverlayZipper>(std::move(upper), std::move(lower));
}

void ReadView::Show(const WorkingSet& set) {
  working = set.trie();
  entries = set.entries();
  forks = set.forks();
  fact_counts = set.fact_counts();
  working_set_facts = set.changed_facts();
  working_set_bytes = set.MemoryBytes();
}

absl::StatusOr<std::string_view> ReadView::EntryBytes(uint64_t value, int layer,
                                                      std::string& scratch) const {
  if (value == 0) return std::string_view();
  if (IsFromBase(layer)) return base->FindEntry(value, scratch);
  return entries.Find(value);
}

absl::StatusOr<Entry> ReadView::FindEntry(uint64_t value, int layer) const {
  std::string scratch;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, EntryBytes(value, layer, scratch));
  return DecodeEntry(bytes);
}

absl::StatusOr<std::optional<Entry>> ReadView::FindKey(std::string_view key) const {
  if (const std::optional<uint64_t> value = working.Find(key)) {
    if ((*value & kDeletedBit) != 0) return std::nullopt;
    const uint64_t id = *value & kUpperValueMax;
    return DecodeEntry(id == 0 ? std::string_view() : entries.Find(id));
  }
  if (base == nullptr || IsHiddenByDrop(working, key)) return std::nullopt;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, ForkedBase(*base, forks).Find(key));
  std::optional<Entry> entry;
  if (id.has_value()) {
    std::string scratch;
    PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, base->FindEntry(*id, scratch));
    PATHKB_ASSIGN_OR_RETURN(entry, DecodeEntry(bytes));
  }
  PATHKB_RETURN_IF_ERROR(Confirm(absl::OkStatus()));
  return entry;
}

absl::Status ReadView::Confirm(absl::Status status) const {
  if (base != nullptr) PATHKB_RETURN_IF_ERROR(base->CheckIntact(base_changes));
  return status;
}

absl::StatusOr<uint64_t> ReadView::CountFacts(std::string_view space,
                                              const Interrupt& interrupt) const {
  if (const std::optional<uint64_t> known = fact_counts.Find(space)) return *known;
  if (base == nullptr) return pathkb::CountFacts(space, working, nullptr, interrupt);
  const ForkedBase forked(*base, forks);
  return pathkb::CountFacts(space, working, &forked, interrupt);
}

absl::Status ReadView::CheckSpaceExists(std::string_view space) const {
  PATHKB_ASSIGN_OR_RETURN(const bool has_facts, HasFacts(*NewZipper(), space));
  if (has_facts) return absl::OkStatus();
  return absl::NotFoundError(
      fmt::format("there is no space \"{}\": a space comes into being with its first fact", space));
}

}  // namespace pathkb
