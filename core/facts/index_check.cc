#include "core/facts/index_check.h"

#include <array>
#include <functional>
#include <memory>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/trie/path_order.h"

namespace pathkb {
namespace {

absl::Status Disagrees(std::string_view what, std::string_view key) {
  return absl::DataLossError(fmt::format("the index disagrees with the facts: {} \"{}\"", what,
                                         absl::CHexEscape(std::string(key.substr(0, 100)))));
}

// Stands for a set of keys with their values, whatever their order. By chance, two different sets
// have the same one in one of 2^64 cases.
struct KeySetDigest {
  uint64_t keys = 0;
  uint64_t sum = 0;  // Of the keys' hashes.

  // `layer` as Zipper::value_layer(): an id means something in its layer only.
  void Add(std::string_view key, uint64_t value, int layer) {
    ++keys;
    uint64_t hash = std::hash<std::string_view>()(key);
    hash ^= (value << 1 | static_cast<uint64_t>(value != 0 && layer != 0)) * 0x9e3779b97f4a7c15u;
    // The finalizer of MurmurHash3: sums of hashes that are not mixed could cancel out.
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
    sum += hash ^ hash >> 33;
  }
  friend bool operator==(const KeySetDigest&, const KeySetDigest&) = default;
};

// The index of one space. Borrows its arguments.
class SpaceCheck {
 public:
  SpaceCheck(Zipper& at_root, const EntryBytesOf& entry_bytes, std::string space)
      : facts_(at_root),
        index_(at_root.Fork()),
        entry_bytes_(entry_bytes),
        space_(std::move(space)) {}

  absl::Status Run() {
    PATHKB_ASSIGN_OR_RETURN(setting_, ReadIndexSetting(*index_, space_));
    PATHKB_ASSIGN_OR_RETURN(const bool same, CompareDigests());
    if (same) return absl::OkStatus();
    // Key by key: to name one; or because a family has gaps, or the same entry in two layers.
    PATHKB_RETURN_IF_ERROR(CheckFacts());
    for (int position = 1; position <= kIndexPositionsMax; ++position) {
      PATHKB_RETURN_IF_ERROR(CheckNumber(position));
    }
    return absl::OkStatus();
  }

 private:
  using Digests = std::array<KeySetDigest, kIndexPositionsMax + 1>;  // By position.

  // Whether all families are, key for key, what the facts make of them: two walks, and no lookups.
  absl::StatusOr<bool> CompareDigests() {
    if (!setting_.building.empty()) return false;
    Digests expected, found;
    PATHKB_RETURN_IF_ERROR(DigestFacts(expected));
    for (int position = 1; position <= kIndexPositionsMax; ++position) {
      index_->Reset();
      const std::string prefix = ArgumentPrefix(space_, position);
      if (!index_->Descend(prefix)) continue;
      KeySetDigest& digest = found[static_cast<size_t>(position)];
      while (index_->NextValueWithin(prefix.size())) {
        digest.Add(index_->path(), *index_->value(), index_->value_layer());
        // The rest is not worth reading.
        if (digest.keys > expected[static_cast<size_t>(position)].keys) return false;
      }
    }
    PATHKB_RETURN_IF_ERROR(index_->status());
    return expected == found;
  }

  absl::Status DigestFacts(Digests& digests) {
    ArgumentKeys keys(space_, setting_.all());
    const std::string prefix = TermsPrefix(space_);
    if (keys.positions().empty() || !facts_.Descend(prefix)) return absl::OkStatus();
    const size_t digit_at = ArgumentPrefix(space_, 0).size() - 2;
    while (facts_.NextValueWithin(prefix.size())) {
      PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts,
                              SplitTermKey(facts_.path().substr(prefix.size())));
      const uint64_t value = *facts_.value();
      const int layer = facts_.value_layer();
      keys.ForEach(parts.encoded_term, parts.behind_term, [&](std::string_view key) {
        digests[static_cast<size_t>(key[digit_at] - '0')].Add(key, value, layer);
      });
    }
    facts_.Reset();
    return facts_.status();
  }

  // Each fact has its keys.
  absl::Status CheckFacts() {
    ArgumentKeys keys(space_, setting_.all());
    const std::string prefix = TermsPrefix(space_);
    if (keys.positions().empty() || !facts_.Descend(prefix)) return absl::OkStatus();
    absl::Status status;
    while (status.ok() && facts_.NextValueWithin(prefix.size())) {
      PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts,
                              SplitTermKey(facts_.path().substr(prefix.size())));
      keys.ForEach(parts.encoded_term, parts.behind_term, [&](std::string_view key) {
        if (status.ok()) status = CheckKey(key);
      });
    }
    facts_.Reset();
    PATHKB_RETURN_IF_ERROR(status);
    return facts_.status();
  }

  // The key in the index of the fact at which the cursor stands.
  absl::Status CheckKey(std::string_view key) {
    const int position = key[ArgumentPrefix(space_, 0).size() - 2] - '0';
    index_->Reset();
    const bool is_there = index_->Descend(key) && index_->value().has_value();
    PATHKB_RETURN_IF_ERROR(index_->status());
    if (!is_there) {
      return setting_.whole.Has(position) ? Disagrees("there is no key", key) : absl::OkStatus();
    }
    ++counts_[static_cast<size_t>(position)];
    PATHKB_ASSIGN_OR_RETURN(const bool same, SameEntry());
    return same ? absl::OkStatus() : Disagrees("another entry is at", key);
  }

  // Whether both cursors stand at the same entry.
  absl::StatusOr<bool> SameEntry() {
    const uint64_t first = *facts_.value();
    const uint64_t second = *index_->value();
    if (facts_.value_layer() == index_->value_layer()) return first == second;
    if (first == 0 || second == 0) return first == second;
    std::string first_scratch, second_scratch;
    PATHKB_ASSIGN_OR_RETURN(const std::string_view first_entry,
                            entry_bytes_(first, facts_.value_layer(), first_scratch));
    PATHKB_ASSIGN_OR_RETURN(const std::string_view second_entry,
                            entry_bytes_(second, index_->value_layer(), second_scratch));
    return first_entry == second_entry;
  }

  // No key stands for two facts, so as many keys as were found are all that may be there.
  absl::Status CheckNumber(int position) {
    index_->Reset();
    const std::string prefix = ArgumentPrefix(space_, position);
    uint64_t left = counts_[static_cast<size_t>(position)];
    if (index_->Descend(prefix)) {
      while (index_->NextValueWithin(prefix.size())) {
        if (!setting_.all().Has(position)) return Disagrees("not indexed is", index_->path());
        if (left-- == 0) return Disagrees("more keys than facts, at the latest at", index_->path());
      }
    }
    return index_->status();
  }

  Zipper& facts_;
  const std::unique_ptr<Zipper> index_;
  const EntryBytesOf& entry_bytes_;
  const std::string space_;
  IndexSetting setting_;
  std::array<uint64_t, kIndexPositionsMax + 1> counts_ = {};  // Keys found, by position.
};

}  // namespace

absl::Status CheckIndex(Zipper& at_root, const EntryBytesOf& entry_bytes) {
  std::string next(kSpacesPrefix);
  while (at_root.SeekValue(next)) {
    next = SpacePrefixOf(at_root.path());
    at_root.Reset();
    if (next.empty()) break;
    std::string space = next.substr(kSpacesPrefix.size(), next.size() - kSpacesPrefix.size() - 1);
    PATHKB_RETURN_IF_ERROR(SpaceCheck(at_root, entry_bytes, std::move(space)).Run());
    next = BehindAllBelow(std::move(next));
  }
  at_root.Reset();
  return at_root.status();
}

}  // namespace pathkb
