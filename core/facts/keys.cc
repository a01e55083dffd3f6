#include "core/facts/keys.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/copy_mark.h"
#include "core/term/path_encoding.h"

namespace pathkb {

absl::Status CheckSpaceName(std::string_view space) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool good = !space.empty() && space.size() <= kSpaceNameBytesMax && plain(space[0]);
  for (char c : space) good = good && (plain(c) || c == '_' || c == '-');
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "space name \"{}\": must be 1 to {} of a-z, 0-9, _ and -, and begin with a letter or "
      "digit",
      std::string(space.substr(0, 80)), kSpaceNameBytesMax));
}

absl::Status CheckFactName(std::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("fact name: must not be empty");
  if (name.size() > kFactNameBytesMax) {
    return absl::InvalidArgumentError(fmt::format("fact name of {} bytes: at most {} are allowed",
                                                  name.size(), kFactNameBytesMax));
  }
  if (name.find('\0') != name.npos) {
    return absl::InvalidArgumentError(
        fmt::format("fact name: zero byte at position {}", name.find('\0')));
  }
  return absl::OkStatus();
}

std::string SpacePrefix(std::string_view space) {
  std::string key;
  key.reserve(space.size() + 16);
  key.append(kSpacesPrefix).append(space).push_back('/');
  return key;
}

std::string_view SpacePrefixOf(std::string_view key) {
  if (!key.starts_with(kSpacesPrefix)) return {};
  const size_t slash = key.find('/', kSpacesPrefix.size());
  return slash == key.npos ? std::string_view() : key.substr(0, slash + 1);
}

std::string_view SpaceNameOf(std::string_view space_prefix) {
  return space_prefix.substr(kSpacesPrefix.size(), space_prefix.size() - kSpacesPrefix.size() - 1);
}

std::string TermsPrefix(std::string_view space) { return SpacePrefix(space) + "terms/"; }

std::string NamesPrefix(std::string_view space) { return SpacePrefix(space) + "facts/"; }

std::string TermKey(std::string_view space, std::string_view encoded_term, std::string_view name) {
  std::string key = TermsPrefix(space);
  key.append(encoded_term).append(name);
  return key;
}

std::string NameKey(std::string_view space, std::string_view name) {
  std::string key = NamesPrefix(space);
  key.append(name);
  return key;
}

bool IsTermKey(std::string_view key) {
  const std::string_view space_prefix = SpacePrefixOf(key);
  return !space_prefix.empty() && key.substr(space_prefix.size()).starts_with("terms/");
}

absl::StatusOr<TermKeyParts> SplitTermKey(std::string_view after_prefix) {
  PATHKB_ASSIGN_OR_RETURN(const size_t bytes, EncodedTermBytes(after_prefix));
  const std::string_view behind_term = after_prefix.substr(bytes);
  return TermKeyParts{after_prefix.substr(0, bytes), FactNameOf(behind_term), behind_term};
}

}  // namespace pathkb
