// The key families of a space, from and to path bytes:
//
//   spaces/<space>/terms/<encoded term><name>   value 0 for a plain fact, else its entry id
//   spaces/<space>/facts/<name>                 entry id; named facts only
//   spaces/<space>/terms<p>/ index/ indexing/   the argument index: see arg_index.h
//
// An encoded term is self-delimiting, so what follows it is the name, empty for an unnamed fact. A
// pattern walks terms/, a name or the start of one walks facts/. Where duplicates are kept, copies
// of an unnamed fact have a mark in the place of a name: see copy_mark.h.

#ifndef PATHKB_CORE_FACTS_KEYS_H_
#define PATHKB_CORE_FACTS_KEYS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pathkb {

inline constexpr size_t kSpaceNameBytesMax = 63;
inline constexpr size_t kFactNameBytesMax = 1024;

// All keys of all spaces begin with this.
inline constexpr std::string_view kSpacesPrefix = "spaces/";

// InvalidArgument, quoting the name, unless it is `[a-z0-9][a-z0-9_-]{0,62}`.
absl::Status CheckSpaceName(std::string_view space);

// InvalidArgument unless 1 to kFactNameBytesMax bytes without a zero byte. That it is UTF-8 is the
// business of who reads it from outside.
absl::Status CheckFactName(std::string_view name);

// `spaces/<space>/`: everything the space holds lies below.
std::string SpacePrefix(std::string_view space);
// The `spaces/<space>/` that a key begins with; empty if it begins with none.
std::string_view SpacePrefixOf(std::string_view key);
// The space of a SpacePrefix().
std::string_view SpaceNameOf(std::string_view space_prefix);
// `spaces/<space>/terms/`
std::string TermsPrefix(std::string_view space);
// `spaces/<space>/facts/`
std::string NamesPrefix(std::string_view space);
// Key of a fact by its term; `name` is empty for an unnamed fact.
std::string TermKey(std::string_view space, std::string_view encoded_term, std::string_view name);
// Key of a named fact by its name.
std::string NameKey(std::string_view space, std::string_view name);

// True for a key of the terms/ family, of any space: each of them stands for one fact.
bool IsTermKey(std::string_view key);

// What a key under terms/ says; views into the key's bytes.
struct TermKeyParts {
  std::string_view encoded_term;
  std::string_view name;         // Empty for a fact without one.
  std::string_view behind_term;  // The name, or what tells copies apart (copy_mark.h).
};

// Splits what follows TermsPrefix(). DataLoss if that does not begin with an encoded term.
absl::StatusOr<TermKeyParts> SplitTermKey(std::string_view after_prefix);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_KEYS_H_
