// What tests of facts share: a base in memory, all that a working set over it shows, and changes
// from text.

#ifndef PATHKB_CORE_FACTS_FACTS_TESTING_H_
#define PATHKB_CORE_FACTS_FACTS_TESTING_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/facts/fact_base.h"
#include "core/facts/forked_base.h"
#include "core/facts/working_set.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"

namespace pathkb {

// A base in memory: what a snapshot of some working set would hold. Any thread, once it is filled.
class MemoryBase : public FactBase {
 public:
  // Adds a key with the bytes of its entry.
  void Set(std::string_view key, std::string_view entry) { trie_.Set(key, entries_.Intern(entry)); }
  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const override {
    return trie_.Find(path);
  }
  absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string&) const override {
    return id == 0 ? std::string_view() : entries_.Find(id);
  }
  std::unique_ptr<Zipper> NewZipper() const override { return std::make_unique<ReadZipper>(trie_); }

 private:
  PathTrie trie_;
  EntryStore entries_;
};

// All keys with their entry bytes, as a reader sees them.
inline std::map<std::string, std::string> Contents(const WorkingSet& working,
                                                   const FactBase* base) {
  OverlayZipper zipper(std::make_unique<ReadZipper>(working.trie()),
                       base == nullptr ? nullptr : ForkedBase(*base, working.forks()).NewZipper());
  std::map<std::string, std::string> contents;
  while (zipper.NextValue()) {
    const uint64_t id = *zipper.value();
    std::string_view entry;
    std::string scratch;
    if (id != 0) {
      entry =
          zipper.value_layer() == 0 ? working.entries().Find(id) : *base->FindEntry(id, scratch);
    }
    contents.emplace(zipper.path(), entry);
  }
  return contents;
}

// The base that a snapshot of `working` over `base` would be.
inline std::unique_ptr<MemoryBase> SnapshotOf(const WorkingSet& working, const FactBase* base) {
  auto snapshot = std::make_unique<MemoryBase>();
  for (const auto& [key, entry] : Contents(working, base)) snapshot->Set(key, entry);
  return snapshot;
}

// The encoded term of a text that parses.
inline std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok());
  return bytes;
}

// A change that inserts the fact of a text.
inline Change Insert(const std::string& term, const std::string& name = "", double confidence = 1) {
  Entry entry;
  entry.confidence = confidence;
  if (!name.empty()) entry.encoded_term = Encoded(term);
  return {Change::Kind::kSet, Encoded(term), name, EncodeEntry(entry)};
}

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_FACTS_TESTING_H_
