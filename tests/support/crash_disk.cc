#include "tests/support/crash_disk.h"

#include <algorithm>
#include <iterator>
#include <random>

#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

constexpr uint64_t kSectorBytes = 512;

// Does something to each sector of `bytes` from `begin` on that the seed chooses.
template <typename Change>
void ChangeSectors(std::string& bytes, uint64_t begin, std::mt19937_64& random, Change change) {
  for (uint64_t at = begin; at < bytes.size();) {
    const uint64_t end = std::min((at / kSectorBytes + 1) * kSectorBytes, bytes.size());
    if (random() % 2 == 0) change(at, end);
    at = end;
  }
}

void Zero(std::string& bytes, uint64_t begin, uint64_t end) {
  std::fill(bytes.begin() + static_cast<int64_t>(begin), bytes.begin() + static_cast<int64_t>(end),
            '\0');
}

// The bytes of `node` that a power cut leaves. `stale` is what lay on the disk before.
std::string BytesAfterPowerCut(const DiskNode& node, UnsyncedBytes kept_bytes,
                               const std::string& stale, std::mt19937_64& random) {
  if (kept_bytes == UnsyncedBytes::kKept) return node.bytes;
  std::string bytes = node.bytes;
  for (auto old = node.overwritten.rbegin(); old != node.overwritten.rend(); ++old) {
    if (kept_bytes != UnsyncedBytes::kDropped && random() % 2 == 0) continue;
    bytes.replace(old->first, old->second.size(), old->second);
  }
  const uint64_t unsynced_bytes = bytes.size() - node.synced_bytes;
  if (unsynced_bytes == 0) return bytes;
  if (kept_bytes == UnsyncedBytes::kAny) {
    kept_bytes = random() % 2 == 0 ? UnsyncedBytes::kZeroed : UnsyncedBytes::kCut;
  }
  switch (kept_bytes) {
    case UnsyncedBytes::kZeroed:
      if (random() % 2 == 0) {  // The rest never came; its room did.
        Zero(bytes, node.synced_bytes + random() % (unsynced_bytes + 1), bytes.size());
      } else {  // Sectors came in any order.
        ChangeSectors(bytes, node.synced_bytes, random,
                      [&](uint64_t begin, uint64_t end) { Zero(bytes, begin, end); });
      }
      break;
    case UnsyncedBytes::kStale:
      ChangeSectors(bytes, node.synced_bytes, random, [&](uint64_t begin, uint64_t end) {
        for (uint64_t at = begin; at < end; ++at) {
          bytes[at] = at < stale.size() ? stale[at] : static_cast<char>(at * 131 + 7);
        }
      });
      break;
    case UnsyncedBytes::kCut:
      bytes.resize(node.synced_bytes + random() % (unsynced_bytes + 1));
      break;
    default:
      bytes.resize(node.synced_bytes);
  }
  return bytes;
}

// The bytes of one of the files that are on the disk for certain, by seed.
const std::string& SomeBytes(const DiskNames& durable, std::mt19937_64& random) {
  static const std::string* const kNone = new std::string;
  if (durable.empty()) return *kNone;
  return std::next(durable.begin(), static_cast<int64_t>(random() % durable.size()))->second->bytes;
}

}  // namespace

bool AlwaysThere(const std::string& directory) { return directory == "/" || directory == "."; }

void ApplyChange(const NameChange& change, DiskNames& names) {
  if (!change.from.empty()) {
    const auto found = names.find(change.from);
    if (found != names.end() && found->second == change.node) names.erase(found);
  }
  if (change.node == nullptr) {
    names.erase(change.path);
  } else {
    names[change.path] = change.node;
  }
}

void SyncNode(DiskNode& node) {
  if (node.sync_failed) return;
  node.synced_bytes = node.bytes.size();
  node.overwritten.clear();
}

PowerCut CutOf(CrashKeep keep, uint64_t seed) {
  constexpr uint64_t kAllNames = ~uint64_t{0};
  switch (keep) {
    case CrashKeep::kSynced:
      return {UnsyncedBytes::kDropped, 0, seed};
    case CrashKeep::kNames:
      return {UnsyncedBytes::kDropped, kAllNames, seed};
    case CrashKeep::kBytes:
      return {UnsyncedBytes::kKept, 0, seed};
    case CrashKeep::kAll:
      return {UnsyncedBytes::kKept, kAllNames, seed};
    case CrashKeep::kSome:
      break;
  }
  return {UnsyncedBytes::kAny, std::nullopt, seed};
}

DiskNames NamesAfterPowerCut(const DiskNames& durable, const std::vector<NameChange>& changes,
                             const PowerCut& cut) {
  std::mt19937_64 random(cut.seed);
  DiskNames names = durable;
  for (size_t i = 0; i < changes.size(); ++i) {
    const bool kept = cut.names.has_value() ? (*cut.names >> std::min<size_t>(i, 63) & 1) != 0
                                            : random() % 2 == 0;
    if (kept) ApplyChange(changes[i], names);
  }
  std::map<const DiskNode*, DiskNodePointer> copies;  // A file may have two names.
  for (auto& [path, node] : names) {
    DiskNodePointer& copy = copies[node.get()];
    if (copy == nullptr) {
      copy = std::make_shared<DiskNode>();
      copy->is_directory = node->is_directory;
      const std::string& stale =
          cut.bytes == UnsyncedBytes::kStale ? SomeBytes(durable, random) : node->bytes;
      copy->bytes = BytesAfterPowerCut(*node, cut.bytes, stale, random);
      copy->synced_bytes = copy->bytes.size();
    }
    node = copy;
  }
  // A directory sorts before what it holds.
  for (auto entry = names.begin(); entry != names.end();) {
    const std::string directory = DirectoryPart(entry->first);
    const auto found = names.find(directory);
    const bool reachable =
        AlwaysThere(directory) || (found != names.end() && found->second->is_directory);
    entry = reachable ? std::next(entry) : names.erase(entry);
  }
  return names;
}

}  // namespace pathkb
