// Claimed prefixes lie in one ordered map. As none is a prefix of another, only two places in it
// can be in the way of a new one: right in front of it, where a prefix of it would stand, and right
// behind, where what it is a prefix of would.

#include "core/trie/disjoint_writers.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "core/base/string_views.h"

namespace pathkb {

PrefixWriter::PrefixWriter(DisjointWriters* owner, std::string prefix, PathTrie trie)
    : owner_(owner), prefix_(std::move(prefix)), trie_(std::move(trie)) {}

PrefixWriter::PrefixWriter(PrefixWriter&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      prefix_(std::move(other.prefix_)),
      trie_(std::move(other.trie_)) {}

PrefixWriter::~PrefixWriter() {
  if (owner_ == nullptr) return;
  const std::lock_guard lock(owner_->mutex_);
  owner_->holders_.erase(prefix_);
}

void PrefixWriter::Publish() {
  const std::lock_guard lock(owner_->mutex_);
  owner_->trie_.Graft(prefix_, trie_);
}

absl::StatusOr<PrefixWriter> DisjointWriters::Claim(std::string_view prefix,
                                                    std::string_view holder) {
  const std::lock_guard lock(mutex_);
  auto in_the_way = holders_.lower_bound(prefix);
  if (in_the_way == holders_.end() || !in_the_way->first.starts_with(prefix)) {
    const bool first = in_the_way == holders_.begin();
    in_the_way = first ? holders_.end() : std::prev(in_the_way);
    if (!first && !prefix.starts_with(in_the_way->first)) in_the_way = holders_.end();
  }
  if (in_the_way != holders_.end()) {
    return absl::FailedPreconditionError(fmt::format(
        "prefix \"{}\" overlaps with \"{}\", which {} writes", absl::CHexEscape(ToAbsl(prefix)),
        absl::CHexEscape(ToAbsl(in_the_way->first)), in_the_way->second));
  }
  // Whatever may fail for want of memory comes before the claim.
  PathTrie trie = trie_.Subtrie(prefix);
  std::string own_prefix(prefix);
  holders_.emplace(own_prefix, holder);
  return PrefixWriter(this, std::move(own_prefix), std::move(trie));
}

PathTrie DisjointWriters::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return trie_;
}

}  // namespace pathkb
