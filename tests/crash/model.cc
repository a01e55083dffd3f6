#include "tests/crash/model.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/keys.h"
#include "core/facts/request_table.h"

namespace pathkb {

bool Model::EraseBelow(const std::string& space, const std::string& prefix) {
  const auto first = facts_.lower_bound({space, prefix});
  auto end = first;
  while (end != facts_.end() && end->first.first == space &&
         end->first.second.starts_with(prefix)) {
    ++end;
  }
  const bool any = first != end;
  facts_.erase(first, end);
  return any;
}

bool Model::ApplyChange(const std::string& space, const Change& change) {
  switch (change.kind) {
    case Change::Kind::kSet: {
      const Identity identity(space,
                              change.name.empty() ? "t" + change.encoded_term : "n" + change.name);
      const Stored stored{change.encoded_term, change.entry};
      Stored& present = facts_[identity];
      // A term is never empty, so a fact that was just made differs.
      if (present == stored) return false;
      present = stored;
      return true;
    }
    case Change::Kind::kDeleteTerm:
      return facts_.erase({space, "t" + change.encoded_term}) > 0;
    case Change::Kind::kDeleteName:
      return facts_.erase({space, "n" + change.name}) > 0;
    case Change::Kind::kDeleteNamesBelow:
      return EraseBelow(space, "n" + change.name);
    case Change::Kind::kDropSpace:
      return EraseBelow(space, "");
  }
  return false;
}

bool Model::Apply(const Batch& batch) {
  if (RevisionOf(batch.request_id) != 0) return false;
  bool changed = !batch.request_id.empty();
  for (const Change& change : batch.changes) changed |= ApplyChange(batch.space, change);
  if (changed) ++revision_;
  if (!batch.request_id.empty()) requests_[batch.request_id] = revision_;
  return changed;
}

uint64_t Model::RevisionOf(const std::string& request_id) const {
  const auto found = requests_.find(request_id);
  return found == requests_.end() ? 0 : found->second;
}

Contents Model::contents() const {
  Contents contents;
  for (const auto& [identity, stored] : facts_) {
    const auto& [space, text] = identity;
    const std::string name = text[0] == 'n' ? text.substr(1) : "";
    contents[TermKey(space, stored.encoded_term, name)] = stored.entry;
    if (!name.empty()) contents[NameKey(space, name)] = stored.entry;
  }
  return contents;
}

absl::StatusOr<Contents> ContentsOf(const ReadView& view) {
  Contents contents;
  std::string scratch;
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  for (bool at_value = zipper->value().has_value() || zipper->NextValue(); at_value;
       at_value = zipper->NextValue()) {
    if (zipper->path().starts_with(kRequestsPrefix)) continue;
    PATHKB_ASSIGN_OR_RETURN(const std::string_view entry,
                            view.EntryBytes(*zipper->value(), zipper->value_layer(), scratch));
    contents.emplace_hint(contents.end(), zipper->path(), entry);
  }
  PATHKB_RETURN_IF_ERROR(view.Confirm(zipper->status()));
  return contents;
}

std::string Differences(const ReadView& view, const Model& model) {
  if (view.revision != model.revision()) {
    return fmt::format("revision {}, expected {}", view.revision, model.revision());
  }
  const absl::StatusOr<Contents> found = ContentsOf(view);
  if (!found.ok()) return fmt::format("cannot be read: {}", ToStd(found.status().message()));
  const Contents expected = model.contents();
  for (const auto& [key, entry] : expected) {
    const auto at = found->find(key);
    if (at == found->end()) return fmt::format("\"{}\" is missing", key);
    if (at->second != entry) return fmt::format("\"{}\" has the entry of another time", key);
  }
  for (const auto& [key, entry] : *found) {
    if (expected.count(key) == 0) return fmt::format("\"{}\" should not be there", key);
  }
  if (view.facts != model.facts()) {
    return fmt::format("counts {} facts, expected {}", view.facts, model.facts());
  }
  return "";
}

}  // namespace pathkb
