// The parts of PathTrie that look at all of it: IsValid() and Dump().

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

#include "core/trie/node.h"
#include "core/trie/path_trie.h"

namespace pathkb {
namespace {

// A node still to be looked at, and where it hangs.
struct Pending {
  const TrieNode* node;
  size_t depth;      // Nodes above.
  size_t start;      // Path bytes above, the byte that leads to the node included.
  uint8_t byte = 0;  // That byte.
};

// Appends `bytes` so that it can be read: printable ones as they are, others as \xNN.
void AppendReadable(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (c >= ' ' && c <= '~' && c != '\\' && c != '"' && c != '\'') {
      out.push_back(c);
    } else {
      out += fmt::format("\\x{:02X}", static_cast<uint8_t>(c));
    }
  }
}

// Pushes the children of `pending.node` so that the first one comes off first.
void PushChildren(const Pending& pending, size_t end, std::vector<Pending>& stack) {
  const size_t first = stack.size();
  const ByteMask mask = pending.node->child_mask();
  int index = 0;
  for (auto byte = mask.first(); byte.has_value(); byte = mask.NextFrom(*byte + 1u)) {
    stack.push_back({pending.node->child(index++), pending.depth + 1, end + 1, *byte});
  }
  std::reverse(stack.begin() + static_cast<std::ptrdiff_t>(first), stack.end());
}

// What is wrong with one node, given that its children are right; empty if nothing is.
std::string Fault(const TrieNode& node) {
  const int children = node.child_count();
  if (!node.has_value() && children < 2) {
    return fmt::format("no value and {} children", children);
  }
  if (children == 0) return "";
  if (node.mask().count() != children) {
    return fmt::format("{} children, but {} bytes in the mask", children, node.mask().count());
  }
  uint64_t values = node.has_value();
  uint64_t bytes = node.OwnMemoryBytes();
  for (int i = 0; i < children; ++i) {
    values += node.child(i)->value_count();
    bytes += node.child(i)->memory_bytes();
  }
  if (node.value_count() != values) {
    return fmt::format("value count {}, found {}", node.value_count(), values);
  }
  if (node.memory_bytes() != bytes) {
    return fmt::format("memory bytes {}, found {}", node.memory_bytes(), bytes);
  }
  return "";
}

}  // namespace

absl::Status PathTrie::IsValid() const {
  if (root_ == nullptr) return absl::OkStatus();
  std::string path;
  absl::flat_hash_set<const TrieNode*> seen;  // A node may hang in several places.
  std::vector<Pending> stack = {{root_, 0, 0}};
  while (!stack.empty()) {
    const Pending pending = stack.back();
    stack.pop_back();
    if (!seen.insert(pending.node).second) continue;
    if (pending.start > 0) {
      path.resize(pending.start - 1);
      path.push_back(static_cast<char>(pending.byte));
    }
    path += pending.node->run();
    if (const std::string fault = Fault(*pending.node); !fault.empty()) {
      std::string readable;
      AppendReadable(path, readable);
      return absl::InternalError(fmt::format("path \"{}\": {}", readable, fault));
    }
    PushChildren(pending, path.size(), stack);
  }
  return absl::OkStatus();
}

std::string PathTrie::Dump() const {
  std::string out;
  std::vector<Pending> stack;
  if (root_ != nullptr) stack.push_back({root_, 0, 0});
  while (!stack.empty()) {
    const Pending pending = stack.back();
    stack.pop_back();
    out += fmt::format("{} ", pending.depth);
    if (pending.depth > 0) {
      const char byte = static_cast<char>(pending.byte);
      out.push_back('\'');
      AppendReadable({&byte, 1}, out);
      out += "' ";
    }
    out.push_back('"');
    AppendReadable(pending.node->run(), out);
    out.push_back('"');
    if (pending.node->has_value()) out += fmt::format(" = {}", pending.node->value());
    out.push_back('\n');
    PushChildren(pending, 0, stack);
  }
  return out;
}

}  // namespace pathkb
