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
  const TrieSlot* slot;
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

// Pushes the children of `pending.slot` so that the first one comes off first.
void PushChildren(const Pending& pending, size_t end, std::vector<Pending>& stack) {
  if (!pending.slot->is_branch()) return;
  const TrieBranch& branch = *pending.slot->branch();
  TrieBranch::Child child = branch.Last();
  do {
    stack.push_back({&branch.slot(child.position), pending.depth + 1, end + 1, child.byte});
  } while (branch.Previous(&child));
}

// What is wrong with the ways through a branch's children; empty if nothing is.
std::string FaultOfChildren(const TrieBranch& branch) {
  const ByteMask mask = branch.child_mask();
  if (mask.count() != branch.child_count()) {
    return fmt::format("{} children, but {} bytes in the mask", branch.child_count(), mask.count());
  }
  TrieBranch::Child child = branch.First();
  int seen = 0;
  std::optional<uint8_t> byte = mask.first();
  do {
    if (child.byte != byte) return fmt::format("child {} under byte {:#x}", seen, child.byte);
    if (branch.Find(child.byte) != child.position) {
      return fmt::format("child {} is not found by its byte {:#x}", seen, child.byte);
    }
    if (branch.slot(child.position).empty()) return fmt::format("child {} is empty", seen);
    ++seen;
    byte = mask.NextFrom(child.byte + 1u);
  } while (branch.Next(&child));
  if (seen != branch.child_count()) {
    return fmt::format("{} children, but {} on the way through them", branch.child_count(), seen);
  }
  return "";
}

// What is wrong with one node, given that its children are right; empty if nothing is.
std::string Fault(const TrieSlot& slot) {
  if (!slot.is_branch()) {
    const bool fits = TrieSlot::FitsInline(slot.run_bytes(), slot.value());
    if (fits && !slot.is_inline()) return "a leaf that fits into its slot is not there";
    return "";
  }
  const TrieBranch& branch = *slot.branch();
  if (!branch.has_value() && branch.child_count() < 2) {
    return fmt::format("no value and {} children", branch.child_count());
  }
  if (std::string fault = FaultOfChildren(branch); !fault.empty()) return fault;
  uint64_t values = branch.has_value();
  uint32_t units = slot.own_memory_units();
  TrieBranch::Child child = branch.First();
  do {
    values += branch.slot(child.position).value_count();
    units += branch.slot(child.position).memory_units();
  } while (branch.Next(&child));
  if (branch.value_count() != values) {
    return fmt::format("value count {}, found {}", branch.value_count(), values);
  }
  if (branch.memory_units() != units) {
    return fmt::format("memory units {}, found {}", branch.memory_units(), units);
  }
  return "";
}

}  // namespace

absl::Status PathTrie::IsValid() const {
  if (root_.empty()) return absl::OkStatus();
  std::string path;
  absl::flat_hash_set<uint64_t> seen;  // A node may hang in several places.
  std::vector<Pending> stack = {{&root_, 0, 0}};
  while (!stack.empty()) {
    const Pending pending = stack.back();
    stack.pop_back();
    if (pending.slot->is_node() && !seen.insert(pending.slot->bits()).second) continue;
    if (pending.start > 0) {
      path.resize(pending.start - 1);
      path.push_back(static_cast<char>(pending.byte));
    }
    path += pending.slot->run();
    if (const std::string fault = Fault(*pending.slot); !fault.empty()) {
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
  if (!root_.empty()) stack.push_back({&root_, 0, 0});
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
    AppendReadable(pending.slot->run(), out);
    out.push_back('"');
    if (pending.slot->has_value()) out += fmt::format(" = {}", pending.slot->value());
    out.push_back('\n');
    PushChildren(pending, 0, stack);
  }
  return out;
}

}  // namespace pathkb
