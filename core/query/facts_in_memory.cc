#include "core/query/facts_in_memory.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/facts/copy_mark.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/read_zipper.h"

namespace pathkb {

FactsInMemory::FactsInMemory(std::string_view space, IndexedArguments indexed)
    : space_(space), index_keys_(space, indexed) {
  for (int position = 1; position <= kIndexPositionsMax; ++position) {
    if (indexed.Has(position)) trie_.Set(IndexedKey(space, position), 0);
  }
}

void FactsInMemory::Add(std::string_view term_text, std::string_view name, Entry entry) {
  const auto term = ParseTerm(std::string(term_text));
  PATHKB_CHECK(term.ok());
  Add(*term, name, std::move(entry));
}

void FactsInMemory::Add(const Term& term, std::string_view name, Entry entry) {
  std::string encoded;
  PATHKB_CHECK(EncodeTerm(term, encoded, &entry.variable_names).ok());
  const bool named = !FactNameOf(name).empty();
  if (named) entry.encoded_term = encoded;
  const uint64_t value = entries_.Intern(EncodeEntry(entry));
  trie_.Set(TermKey(space_, encoded, name), value);
  index_keys_.ForEach(encoded, name,
                      [this, value](std::string_view key) { trie_.Set(key, value); });
  if (named) trie_.Set(NameKey(space_, name), value);
}

std::unique_ptr<Zipper> FactsInMemory::NewZipper() const {
  return std::make_unique<ReadZipper>(trie_);
}

absl::StatusOr<std::string_view> FactsInMemory::EntryBytes(uint64_t value, int,
                                                           std::string&) const {
  if (value == 0) return std::string_view();
  if (value > entries_.View().entry_count()) {
    return absl::DataLossError(fmt::format("entry {} of {}", value, entries_.View().entry_count()));
  }
  return entries_.Find(value);
}

}  // namespace pathkb
