#include "core/facts/space_forks.h"

#include <unordered_map>
#include <utility>

#include "core/facts/keys.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

// A number as the first bytes of a path: paths are in the order of their numbers.
std::string NumberBytes(uint64_t number) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8)
    bytes[static_cast<size_t>(i)] = static_cast<char>(number & 0xff);
  return bytes;
}

}  // namespace

std::optional<std::string> SpaceForks::SourceOf(std::string_view space) const {
  if (sources_.empty()) return std::nullopt;
  const std::string prefix = SpacePrefix(space);
  ReadZipper zipper(sources_);
  if (!zipper.Descend(prefix) || !zipper.NextValueWithin(prefix.size())) return std::nullopt;
  return std::string(zipper.path().substr(prefix.size()));
}

void SpaceForks::Set(std::string_view space, std::string_view parent, std::string_view source) {
  Remove(space);
  sources_.Set(SpacePrefix(space).append(source), 0);
  ++made_;
  history_.Set(NumberBytes(made_).append(space).append("/").append(parent), 0);
}

void SpaceForks::Remove(std::string_view space) {
  if (!sources_.empty()) sources_.RemoveBelow(SpacePrefix(space));
}

SpaceForks SpaceForks::Since(uint64_t made_before) const {
  SpaceForks rest;
  rest.made_ = made_;
  std::unordered_map<std::string, std::string> ancestors;
  ReadZipper zipper(history_);
  bool at_value = zipper.SeekValue(NumberBytes(made_before + 1));
  for (; at_value; at_value = zipper.NextValue()) {
    const std::string_view names = zipper.path().substr(8);
    const size_t slash = names.find('/');
    std::string parent(names.substr(slash + 1));
    const auto found = ancestors.find(parent);
    ancestors[std::string(names.substr(0, slash))] =
        found == ancestors.end() ? std::move(parent) : found->second;
    rest.history_.Set(zipper.path(), 0);
  }
  for (const auto& [space, ancestor] : ancestors) {
    // It may have been dropped, or stand on nothing, since.
    if (SourceOf(space).has_value()) rest.sources_.Set(SpacePrefix(space).append(ancestor), 0);
  }
  return rest;
}

}  // namespace pathkb
