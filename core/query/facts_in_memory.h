// Facts from text as a FactSource, for tests and benches.

#ifndef PATHKB_CORE_QUERY_FACTS_IN_MEMORY_H_
#define PATHKB_CORE_QUERY_FACTS_IN_MEMORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/query/fact_source.h"
#include "core/term/term.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// One thread while it is filled; any thread afterwards.
class FactsInMemory final : public FactSource {
 public:
  // Facts go into `space`, whose index of each position of `indexed` is whole from now on.
  explicit FactsInMemory(std::string_view space = "s", IndexedArguments indexed = {});

  // Adds a fact under `name`; unnamed if that is empty, or the mark of a copy. The text must parse.
  // The variables' names go into its entry, as they do on the server.
  void Add(std::string_view term_text, std::string_view name = "", Entry entry = {});
  // The same with a term.
  void Add(const Term& term, std::string_view name = "", Entry entry = {});

  const std::string& space() const { return space_; }
  const PathTrie& trie() const { return trie_; }

  std::unique_ptr<Zipper> NewZipper() const override;
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const override;

 private:
  const std::string space_;
  ArgumentKeys index_keys_;
  PathTrie trie_;
  EntryStore entries_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FACTS_IN_MEMORY_H_
