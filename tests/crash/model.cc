#include "tests/crash/model.h"

#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/facts/request_table.h"

namespace pathkb {
namespace {

// What the index of an argument has for a term; empty if it has nothing. Good for symbols and
// expressions of short symbols, which are all that the scripts have.
std::string Permuted(const std::string& term, int position) {
  const size_t count = static_cast<uint8_t>(term[0]);
  std::vector<std::string> children;
  for (size_t at = 1; count < 64 && at < term.size(); at += children.back().size()) {
    children.push_back(term.substr(at, 1 + static_cast<uint8_t>(term[at]) - 0xC0));
  }
  const size_t from = static_cast<size_t>(position);
  if (children.size() <= from) return "";
  std::string bytes = term.substr(0, 1);
  if (position > 1) bytes += children[0];
  bytes += children[from];
  for (size_t i = position > 1 ? 1 : 0; i < children.size(); ++i) {
    if (i != from) bytes += children[i];
  }
  return bytes;
}

// What follows the term in the keys of the fact whose identity is this text: its name, or the mark
// of a copy.
std::string BehindTerm(const std::string& text, const std::string& encoded_term) {
  return text[0] == 'n' ? text.substr(1) : text.substr(1 + encoded_term.size());
}

// The identity of one of the copies of an unnamed fact, counted from 1.
std::string IdentityOf(const std::string& encoded_term, int copy) {
  std::string text = "t" + encoded_term;
  if (copy > 1) text += std::string(4, '\0') + static_cast<char>(copy);
  return text;
}

}  // namespace

void Model::IndexNewSpace(const std::string& space) {
  const IndexedArguments positions = *IndexedArguments::FromText(kModelIndex);
  IndexArguments(space, {.dropped = {}, .begun = positions, .whole = positions});
}

bool Model::IndexArguments(const std::string& space, const Change::Index& index) {
  std::map<int, Family>& families = index_[space];
  bool changed = false;
  for (int position = 1; position <= kIndexPositionsMax; ++position) {
    if (index.dropped.Has(position)) changed |= families.erase(position) > 0;
    if (index.begun.Has(position)) changed |= families.try_emplace(position).second;
    const auto family = families.find(position);
    if (family != families.end() && index.whole.Has(position)) {
      changed |= !std::exchange(family->second.whole, true);
    }
  }
  return changed;
}

bool Model::IndexFacts(const std::string& space, const Change& change) {
  bool builds = false;
  for (const auto& [position, family] : index_[space]) builds |= !family.whole;
  bool any = false;
  for (auto fact = facts_.lower_bound({space, ""}); fact != facts_.end(); ++fact) {
    const auto& [where, text] = fact->first;
    if (where != space) break;
    const std::string& term = fact->second.encoded_term;
    const std::string key = term + BehindTerm(text, term);
    if (!builds || key <= change.encoded_term) continue;
    if (!change.entry.empty() && key > change.entry) continue;
    any = true;
    for (auto& [position, family] : index_[space]) {
      if (!family.whole) family.has.insert(text);
    }
  }
  return any;
}

void Model::TrimIndex(const std::string& space) {
  const auto families = index_.find(space);
  if (families == index_.end()) return;
  for (auto& [position, family] : families->second) {
    std::erase_if(family.has, [&](const std::string& text) {
      return facts_.count({space, text}) == 0;
    });
  }
}

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

bool Model::Fork(const std::string& source, const std::string& space) {
  std::map<Identity, Stored> copies;
  for (auto fact = facts_.lower_bound({source, ""});
       fact != facts_.end() && fact->first.first == source; ++fact) {
    copies.emplace(Identity(space, fact->first.second), fact->second);
  }
  if (copies.empty()) return false;
  facts_.merge(copies);
  index_[space] = index_[source];
  std::erase_if(index_[space], [](const auto& family) { return !family.second.whole; });
  multisets_.erase(space);
  if (multisets_.contains(source)) multisets_.insert(space);
  return true;
}

int Model::Copies(const std::string& space, const std::string& encoded_term) const {
  int copies = 0;
  while (facts_.contains({space, IdentityOf(encoded_term, copies + 1)})) ++copies;
  return copies;
}

bool Model::ApplyChange(const std::string& space, const Change& change) {
  switch (change.kind) {
    case Change::Kind::kSet: {
      Identity identity(space, change.name.empty() ? "t" + change.encoded_term : "n" + change.name);
      if (change.name.empty() && multisets_.contains(space)) {
        identity.second = IdentityOf(change.encoded_term, Copies(space, change.encoded_term) + 1);
      }
      const Stored stored{change.encoded_term, change.entry};
      Stored& present = facts_[identity];
      // A term is never empty, so a fact that was just made differs.
      if (present == stored) return false;
      present = stored;
      for (auto& [position, family] : index_[space]) family.has.insert(identity.second);
      return true;
    }
    case Change::Kind::kDeleteTerm:
    case Change::Kind::kDeleteCopies: {
      const int copies = Copies(space, change.encoded_term);
      const int left = change.kind == Change::Kind::kDeleteCopies ? 0 : copies - 1;
      for (int copy = copies; copy > left; --copy) {
        facts_.erase({space, IdentityOf(change.encoded_term, copy)});
      }
      return copies > 0;
    }
    case Change::Kind::kDuplicates:
      return multisets_.insert(space).second;
    case Change::Kind::kDeleteName:
      return facts_.erase({space, "n" + change.name}) > 0;
    case Change::Kind::kDeleteNamesBelow:
      return EraseBelow(space, "n" + change.name);
    case Change::Kind::kDropSpace:
      if (!EraseBelow(space, "")) return false;
      index_.erase(space);
      multisets_.erase(space);
      return true;
    case Change::Kind::kForkSpace:
      return Fork(change.name, space);
    case Change::Kind::kIndexArguments:
      return IndexArguments(space, change.index);
    case Change::Kind::kIndexFacts:
      return IndexFacts(space, change);
  }
  return false;
}

bool Model::Apply(const Batch& batch) {
  if (RevisionOf(batch.request_id) != 0) return false;
  bool changed = !batch.request_id.empty();
  bool is_new = !HasIndex(batch.space);
  bool has_set = false;
  for (const Change& change : batch.changes) {
    if (change.kind == Change::Kind::kDropSpace) is_new = true;
    if (change.kind == Change::Kind::kForkSpace) is_new = false;
    const bool begins =
        change.kind == Change::Kind::kSet || change.kind == Change::Kind::kDuplicates;
    if (begins && !std::exchange(has_set, true) && is_new) {
      IndexNewSpace(batch.space);
    }
    changed |= ApplyChange(batch.space, change);
    TrimIndex(batch.space);
  }
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
    const std::string behind_term = BehindTerm(text, stored.encoded_term);
    contents[TermKey(space, stored.encoded_term, behind_term)] = stored.entry;
    if (text[0] == 'n') {
      contents[NameKey(space, behind_term)] = stored.entry;
    } else if (!behind_term.empty()) {
      contents["spaces/" + space + "/multiset/" + stored.encoded_term] = "";
    }
  }
  for (const std::string& space : multisets_) contents["spaces/" + space + "/multiset"] = "";
  for (const auto& [space, families] : index_) {
    for (const auto& [position, family] : families) {
      contents[family.whole ? IndexedKey(space, position) : IndexingKey(space, position)] = "";
      for (const std::string& text : family.has) {
        const Stored& stored = facts_.at({space, text});
        const std::string bytes = Permuted(stored.encoded_term, position);
        if (bytes.empty()) continue;
        contents[ArgumentPrefix(space, position) + bytes + BehindTerm(text, stored.encoded_term)] =
            stored.entry;
      }
    }
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
