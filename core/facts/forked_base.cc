#include "core/facts/forked_base.h"

#include <utility>

#include "core/facts/forked_zipper.h"
#include "core/facts/keys.h"

namespace pathkb {

std::string_view ForkedBase::PathInBase(std::string_view path, std::string& scratch) const {
  if (forks_.empty()) return path;
  const std::string_view prefix = SpacePrefixOf(path);
  if (prefix.empty()) return path;
  const std::optional<std::string> source = forks_.SourceOf(SpaceNameOf(prefix));
  if (!source.has_value()) return path;
  scratch = SpacePrefix(*source).append(path.substr(prefix.size()));
  return scratch;
}

absl::StatusOr<std::optional<uint64_t>> ForkedBase::Find(std::string_view path) const {
  std::string scratch;
  return base_.Find(PathInBase(path, scratch));
}

absl::StatusOr<uint64_t> ForkedBase::CountBelow(std::string_view prefix,
                                                const Interrupt& interrupt) const {
  // Above the spaces, what is counted is not in one place.
  if (!forks_.empty() && SpacePrefixOf(prefix).empty())
    return FactBase::CountBelow(prefix, interrupt);
  std::string scratch;
  return base_.CountBelow(PathInBase(prefix, scratch), interrupt);
}

std::unique_ptr<Zipper> ForkedBase::Shown(std::unique_ptr<Zipper> zipper) const {
  if (forks_.empty()) return zipper;
  return std::make_unique<ForkedZipper>(std::move(zipper), forks_);
}

}  // namespace pathkb
