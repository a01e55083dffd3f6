#include "storage/act/stored_once.h"

#include <utility>

#include "core/base/string_views.h"

namespace pathkb {
namespace {

// A string object, the offset, the table's control byte and its empty slots, the heap's header.
constexpr uint64_t kTableBytesEach = 80;

}  // namespace

std::optional<uint64_t> StoredOnce::Find(std::string_view bytes) {
  if (const auto found = young_.find(ToAbsl(bytes)); found != young_.end()) return found->second;
  const auto found = old_.find(ToAbsl(bytes));
  if (found == old_.end()) return std::nullopt;
  const uint64_t offset = found->second;
  Insert(bytes, offset);
  return offset;
}

void StoredOnce::Insert(std::string_view bytes, uint64_t offset) {
  const uint64_t cost = bytes.size() + kTableBytesEach;
  if (cost > generation_bytes_max_) return;
  if (young_bytes_ + cost > generation_bytes_max_) {
    old_ = std::exchange(young_, Generation());
    young_bytes_ = 0;
  }
  if (young_.try_emplace(std::string(bytes), offset).second) young_bytes_ += cost;
}

}  // namespace pathkb
