// The nodes on the way to the last path are open: the next path can only hang something into them.
// Where it leaves that way, all open nodes below are finished for good.
//
//   abc = 1, abd = 2, ae: leaves the way to abd behind "a"
//
//   open   (ab) -'d'-> () = 2            (a) -'e'-> ()
//            \ 'c'                         \ 'b'
//   done      () = 1                        () with 'c' and 'd'

#include "core/trie/trie_builder.h"

#include <span>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/trie/run_compare.h"

namespace pathkb {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return hex;
}

}  // namespace

TrieBuilder::~TrieBuilder() {
  for (const TrieEdge& edge : edges_) TrieSlot::Release(edge.slot);
}

TrieSlot TrieBuilder::Close(size_t run_start) {
  const Open& open = open_.back();
  const std::string_view run =
      std::string_view(last_path_).substr(run_start, open.end - run_start);
  const std::span<TrieEdge> edges = std::span(edges_).subspan(open.first_edge);
  const TrieSlot slot = edges.empty() ? TrieSlot::NewLeaf(run, {}, *open.value)
                                      : TrieBranch::New(run, {}, open.value, edges);
  edges_.resize(open.first_edge);
  open_.pop_back();
  return slot;
}

absl::Status TrieBuilder::Append(std::string_view path, uint64_t value) {
  PATHKB_CHECK(path.size() <= PathTrie::kMaxPathBytes);
  const size_t common = CommonBytes(last_path_, path);
  if (!open_.empty() && (common == path.size() || (common < last_path_.size() &&
                                                   static_cast<uint8_t>(path[common]) <
                                                       static_cast<uint8_t>(last_path_[common])))) {
    return absl::InvalidArgumentError(fmt::format("path {} (hex) is not behind the last one, {}",
                                                  Hex(path), Hex(last_path_)));
  }
  // Room first, so that no finished node is lost if there is no memory.
  if (edges_.size() == edges_.capacity()) edges_.reserve(2 * edges_.size() + 16);
  if (open_.size() + 2 > open_.capacity()) open_.reserve(2 * open_.size() + 16);
  while (!open_.empty() && open_.back().end > common) {
    const size_t above = open_.size() == 1 ? 0 : open_[open_.size() - 2].end;
    const bool forks_here = open_.size() == 1 || above < common;
    const size_t fork = forks_here ? common : above;
    const TrieSlot slot = Close(fork + 1);
    if (forks_here) open_.push_back({common, std::nullopt, edges_.size()});
    edges_.push_back(TrieEdge::Slot(static_cast<uint8_t>(last_path_[fork]), slot));
  }
  last_path_.resize(common);
  last_path_.append(path.substr(common));
  open_.push_back({path.size(), value, edges_.size()});
  return absl::OkStatus();
}

PathTrie TrieBuilder::Finish() {
  if (open_.empty()) return PathTrie();
  if (edges_.size() == edges_.capacity()) edges_.reserve(edges_.size() + 1);
  while (open_.size() > 1) {
    const size_t fork = open_[open_.size() - 2].end;
    const TrieSlot slot = Close(fork + 1);
    edges_.push_back(TrieEdge::Slot(static_cast<uint8_t>(last_path_[fork]), slot));
  }
  PathTrie trie(Close(0));
  last_path_.clear();
  return trie;
}

}  // namespace pathkb
