#include "storage/tool/fact_collector.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/facts/copy_mark.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// The space of a key, and what follows it; nullopt if it has none.
std::optional<std::pair<std::string, std::string_view>> SplitSpace(std::string_view key) {
  constexpr std::string_view kSpaces = "spaces/";
  if (!key.starts_with(kSpaces)) return std::nullopt;
  key.remove_prefix(kSpaces.size());
  const size_t slash = key.find('/');
  if (slash == key.npos || !CheckSpaceName(key.substr(0, slash)).ok()) return std::nullopt;
  return std::pair(std::string(key.substr(0, slash)), key.substr(slash + 1));
}

// The change that inserts what the rest of a key stands for.
std::optional<Change> ChangeOfKey(std::string_view rest, Entry entry) {
  constexpr std::string_view kTerms = "terms/";
  constexpr std::string_view kFacts = "facts/";
  Change change;
  if (rest.starts_with(kTerms)) {
    const auto parts = SplitTermKey(rest.substr(kTerms.size()));
    if (!parts.ok()) return std::nullopt;
    change.encoded_term = parts->encoded_term;
    change.name = parts->behind_term;
  } else if (rest.starts_with(kFacts) && !entry.encoded_term.empty()) {
    change.encoded_term = entry.encoded_term;
    change.name = rest.substr(kFacts.size());
    if (change.name.empty()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  // Copies keep their order, though those that were lost leave no gap.
  const bool is_copy = change.name == CopyMark(CopyOf(change.name));
  if (!change.name.empty() && !is_copy && !CheckFactName(change.name).ok()) return std::nullopt;
  // What cannot be shown as a term is none.
  std::string_view encoded = change.encoded_term;
  if (!DecodeTerm(encoded, entry.variable_names).ok() || !encoded.empty()) return std::nullopt;
  entry.encoded_term = FactNameOf(change.name).empty() ? "" : change.encoded_term;
  change.entry = EncodeEntry(entry);
  return change;
}

}  // namespace

bool FactCollector::TakeIndexKey(std::string_view key, bool deletes) {
  if (!IsIndexKey(key)) return false;
  const auto space = SplitSpace(key);
  if (!space.has_value()) return false;
  const int position = key.back() - '0';
  if (position < 1 || position > kIndexPositionsMax) return true;
  if (key != IndexedKey(space->first, position)) return true;
  IndexedArguments& indexed = indexed_[space->first];
  deletes ? indexed.Remove(position) : indexed.Add(position);
  return true;
}

bool FactCollector::AddKey(std::string_view key, std::string_view entry_bytes) {
  if (TakeIndexKey(key, /*deletes=*/false)) return true;
  if (IsMultisetKey(key)) {
    // Which facts have copies is known by those that come.
    if (key.ends_with("/multiset")) facts_.ApplyKey(key, KeyChange::kSet, "");
    return true;
  }
  auto space = SplitSpace(key);
  if (!space.has_value()) return false;
  absl::StatusOr<Entry> entry = DecodeEntry(entry_bytes);
  if (!entry.ok()) return false;
  std::optional<Change> change = ChangeOfKey(space->second, *std::move(entry));
  if (!change.has_value()) return false;
  Batch batch;
  batch.space = std::move(space->first);
  batch.changes.push_back(*std::move(change));
  return AddBatch(std::move(batch)).ok();
}

absl::Status FactCollector::AddBatch(Batch batch) {
  std::erase_if(batch.changes, [&](const Change& change) {
    if (change.kind == Change::Kind::kDropSpace) indexed_.erase(batch.space);
    if (change.kind == Change::Kind::kForkSpace) {
      if (const auto source = indexed_.find(change.name); source != indexed_.end()) {
        indexed_[batch.space] = source->second;
      }
    }
    if (change.kind == Change::Kind::kIndexArguments) {
      IndexedArguments& indexed = indexed_[batch.space];
      indexed = indexed.Without(change.index.dropped).With(change.index.whole);
    }
    if (change.kind == Change::Kind::kDuplicates) {
      // Whatever has become of its facts: deletes of copies may be lost.
      facts_.ApplyKey(MultisetKey(batch.space),
                      change.keeps_duplicates ? KeyChange::kSet : KeyChange::kDelete, "");
      return true;
    }
    return change.kind == Change::Kind::kIndexArguments || change.kind == Change::Kind::kIndexFacts;
  });
  // A space that was forked into had no facts; what it has here was taken out by what is lost.
  const auto fork = std::find_if(batch.changes.begin(), batch.changes.end(), [](const Change& c) {
    return c.kind == Change::Kind::kForkSpace;
  });
  if (fork != batch.changes.end()) {
    fork->entry.clear();  // Not all of the facts may be here.
    batch.changes.insert(fork, Change{Change::Kind::kDropSpace, "", "", ""});
  }
  return facts_.Apply(batch, nullptr).status();
}

void FactCollector::AddDeltaChange(std::string_view key, DeltaOp op, std::string_view entry_bytes) {
  const KeyChange change = KeyChangeOf(op);
  const bool deletes = change == KeyChange::kDelete || change == KeyChange::kDeleteBelow;
  if (TakeIndexKey(key, deletes)) return;
  if (const auto space = SplitSpace(key); deletes && space.has_value() && space->second.empty()) {
    indexed_.erase(space->first);
  }
  facts_.ApplyKey(key, change, entry_bytes);
}

absl::Status FactCollector::BuildIndex() {
  for (const auto& [space, indexed] : indexed_) {
    Batch batch;
    batch.space = space;
    Change& arguments = batch.changes.emplace_back();
    arguments.kind = Change::Kind::kIndexArguments;
    arguments.index.begun = indexed;
    batch.changes.emplace_back().kind = Change::Kind::kIndexFacts;
    Change& whole = batch.changes.emplace_back();
    whole.kind = Change::Kind::kIndexArguments;
    whole.index.whole = indexed;
    if (absl::Status status = facts_.Apply(batch, nullptr).status(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace pathkb
