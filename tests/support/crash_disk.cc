#include "tests/support/crash_disk.h"

#include <algorithm>
#include <iterator>
#include <random>

#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

constexpr uint64_t kSectorBytes = 512;

// The bytes of `node` that a power cut leaves.
std::string BytesAfterPowerCut(const DiskNode& node, CrashKeep keep, std::mt19937_64& random) {
  if (keep == CrashKeep::kBytes || keep == CrashKeep::kAll) return node.bytes;
  std::string bytes = node.bytes;
  for (auto old = node.overwritten.rbegin(); old != node.overwritten.rend(); ++old) {
    if (keep == CrashKeep::kSome && random() % 2 == 0) continue;
    bytes.replace(old->first, old->second.size(), old->second);
  }
  if (keep != CrashKeep::kSome) {
    bytes.resize(node.synced_bytes);
    return bytes;
  }
  const uint64_t unsynced_bytes = bytes.size() - node.synced_bytes;
  if (unsynced_bytes == 0) return bytes;
  switch (random() % 4) {
    case 0: {  // The rest never came; its room may have.
      const uint64_t kept = node.synced_bytes + random() % (unsynced_bytes + 1);
      std::fill(bytes.begin() + static_cast<int64_t>(kept), bytes.end(), '\0');
      break;
    }
    case 1: {  // Sectors came in any order.
      for (uint64_t at = node.synced_bytes; at < bytes.size();) {
        const uint64_t end = std::min((at / kSectorBytes + 1) * kSectorBytes, bytes.size());
        if (random() % 2 == 0) {
          std::fill(bytes.begin() + static_cast<int64_t>(at),
                    bytes.begin() + static_cast<int64_t>(end), '\0');
        }
        at = end;
      }
      break;
    }
    default:
      bytes.resize(node.synced_bytes + random() % (unsynced_bytes + 1));
  }
  return bytes;
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

DiskNames NamesAfterPowerCut(const DiskNames& durable, const std::vector<NameChange>& changes,
                             CrashKeep keep, uint64_t seed) {
  std::mt19937_64 random(seed);
  DiskNames names = durable;
  for (const NameChange& change : changes) {
    const bool kept = keep == CrashKeep::kNames || keep == CrashKeep::kAll ||
                      (keep == CrashKeep::kSome && random() % 2 == 0);
    if (kept) ApplyChange(change, names);
  }
  std::map<const DiskNode*, DiskNodePointer> copies;  // A file may have two names.
  for (auto& [path, node] : names) {
    DiskNodePointer& copy = copies[node.get()];
    if (copy == nullptr) {
      copy = std::make_shared<DiskNode>();
      copy->is_directory = node->is_directory;
      copy->bytes = BytesAfterPowerCut(*node, keep, random);
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
