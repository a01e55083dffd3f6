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
#include "core/base/run_compare.h"

namespace pathkb {
namespace {

// A path in hexadecimal digits; the beginning of a long one.
std::string Hex(std::string_view path) {
  constexpr size_t kShown = 64;
  std::string hex;
  for (const char byte : path.substr(0, kShown)) {
    hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  }
  if (path.size() > kShown) hex += fmt::format("... ({} bytes)", path.size());
  return hex;
}

}  // namespace

TrieBuilder::~TrieBuilder() {
  for (const Child& child : children_) TrieSlot::Release(child.edge.slot);
  for (const TrieEdge& edge : edges_) TrieSlot::Release(edge.slot);
}

TrieSlot TrieBuilder::CloseToSlot(size_t run_start) {
  const Open open = open_.back();
  const std::string_view run = std::string_view(last_path_).substr(run_start, open.end - run_start);
  const std::span<Child> children = std::span(children_).subspan(open.first_child);
  TrieSlot slot;
  if (children.empty()) {
    slot = TrieSlot::NewLeaf(run, {}, *open.value);
  } else {
    edges_.reserve(children.size());
    for (Child& child : children) {
      edges_.push_back(child.edge);
      if (child.edge.slot.empty()) edges_.back().run = {child.run, child.run_bytes};
      child.edge.slot = TrieSlot();  // It is the edge's now.
    }
    slot = TrieBranch::New(run, {}, open.value, edges_);
    edges_.clear();
  }
  children_.resize(open.first_child);
  open_.pop_back();
  return slot;
}

TrieBuilder::Child TrieBuilder::Close(uint8_t byte, size_t run_start) {
  const Open& open = open_.back();
  const size_t run_bytes = open.end - run_start;
  Child child;
  if (open.first_child == children_.size() && run_bytes <= kMaxEmbeddedBytes &&
      !TrieSlot::FitsInline(run_bytes, *open.value)) {
    child.edge = TrieEdge::Leaf(byte, {}, *open.value);
    child.run_bytes = static_cast<uint8_t>(run_bytes);
    last_path_.copy(child.run, run_bytes, run_start);
    open_.pop_back();
  } else {
    child.edge = TrieEdge::Slot(byte, CloseToSlot(run_start));
  }
  return child;
}

absl::Status TrieBuilder::Append(std::string_view path, uint64_t value) {
  PATHKB_CHECK(path.size() <= PathTrie::kMaxPathBytes);
  const size_t common = CommonBytes(last_path_, path);
  if (!open_.empty() && (common == path.size() || (common < last_path_.size() &&
                                                   static_cast<uint8_t>(path[common]) <
                                                       static_cast<uint8_t>(last_path_[common])))) {
    return absl::InvalidArgumentError(fmt::format(
        "path \"{}\" (hex) is not behind the last one, \"{}\"", Hex(path), Hex(last_path_)));
  }
  // Room first, so that no finished node is lost if there is no memory.
  if (children_.size() == children_.capacity()) children_.reserve(2 * children_.size() + 16);
  if (open_.size() + 2 > open_.capacity()) open_.reserve(2 * open_.size() + 16);
  while (!open_.empty() && open_.back().end > common) {
    const size_t above = open_.size() == 1 ? 0 : open_[open_.size() - 2].end;
    const bool forks_here = open_.size() == 1 || above < common;
    const size_t fork = forks_here ? common : above;
    const Child child = Close(static_cast<uint8_t>(last_path_[fork]), fork + 1);
    if (forks_here) open_.push_back({common, std::nullopt, children_.size()});
    children_.push_back(child);
  }
  last_path_.resize(common);
  last_path_.append(path.substr(common));
  open_.push_back({path.size(), value, children_.size()});
  return absl::OkStatus();
}

PathTrie TrieBuilder::Finish() {
  if (open_.empty()) return PathTrie();
  if (children_.size() == children_.capacity()) children_.reserve(children_.size() + 1);
  while (open_.size() > 1) {
    const size_t fork = open_[open_.size() - 2].end;
    children_.push_back(Close(static_cast<uint8_t>(last_path_[fork]), fork + 1));
  }
  PathTrie trie(CloseToSlot(0));
  last_path_.clear();
  return trie;
}

}  // namespace pathkb
