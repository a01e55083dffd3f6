#include "core/facts/multiset.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"

namespace pathkb {
namespace {

constexpr std::string_view kMultiset = "multiset";

}  // namespace

std::string MultisetKey(std::string_view space) { return SpacePrefix(space).append(kMultiset); }

std::string CopiedTermKey(std::string_view space, std::string_view encoded_term) {
  return MultisetKey(space).append("/").append(encoded_term);
}

bool IsMultisetKey(std::string_view key) {
  const std::string_view space_prefix = SpacePrefixOf(key);
  if (space_prefix.empty()) return false;
  std::string_view rest = key.substr(space_prefix.size());
  if (!rest.starts_with(kMultiset)) return false;
  rest.remove_prefix(kMultiset.size());
  return rest.empty() || rest[0] == '/';
}

absl::StatusOr<bool> ReadIsMultiset(Zipper& at_root, std::string_view space) {
  const bool is_there = at_root.Descend(MultisetKey(space)) && at_root.value().has_value();
  at_root.Reset();
  PATHKB_RETURN_IF_ERROR(at_root.status());
  return is_there;
}

}  // namespace pathkb
