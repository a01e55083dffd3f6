#include "tests/query/fact_worlds.h"

#include <optional>
#include <utility>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/term/path_encoding.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_writer.h"
#include "storage/act/act_zipper.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"

namespace pathkb {
namespace {

const std::string kBelow = "spaces/" + std::string(kWorldSpace) + "/";

// The encoded children of an expression that has its number of children in its tag; nullopt for any
// other term.
std::optional<std::vector<std::string_view>> ChildrenOf(std::string_view encoded) {
  const uint8_t tag = static_cast<uint8_t>(encoded[0]);
  if (tag > kExpressionTagMax) return std::nullopt;
  std::vector<std::string_view> children;
  size_t at = 1;
  for (size_t i = 0; i < tag; ++i) {
    TermScanner scanner;
    const size_t begin = at;
    while (scanner.Feed(static_cast<uint8_t>(encoded[at++])) == TermScanner::State::kInside) {
    }
    children.push_back(encoded.substr(begin, at - begin));
  }
  return children;
}

// The term with argument `position` in front; nullopt if it has none.
std::optional<std::string> Permuted(std::string_view encoded, size_t position) {
  const auto children = ChildrenOf(encoded);
  if (!children || children->size() <= position) return std::nullopt;
  std::vector<size_t> order = {0, position};
  if (position == 1) order = {1, 0};
  for (size_t i = 1; i < children->size(); ++i) {
    if (i != position) order.push_back(i);
  }
  std::string permuted(encoded.substr(0, 1));
  for (const size_t child : order) permuted += (*children)[child];
  return permuted;
}

// A file that is written into a string.
class StringFile final : public WritableFile {
 public:
  absl::Status Append(std::string_view bytes) override {
    bytes_ += bytes;
    return absl::OkStatus();
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    bytes_.replace(offset, bytes.size(), bytes);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override {
    return bytes_.substr(offset, length);
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// A "mapping" on the heap of exactly the right size, so that the address sanitizer sees any read
// outside.
class HeapFile final : public MappedFile {
 public:
  explicit HeapFile(std::string_view bytes)
      : bytes_(bytes.begin(), bytes.end()), path_("in memory") {
    bytes_.shrink_to_fit();
  }
  std::string_view bytes() const override { return {bytes_.data(), bytes_.size()}; }
  const std::string& path() const override { return path_; }

 private:
  std::vector<char> bytes_;
  const std::string path_;
};

// Sources that own what they show. Upper entries are layer 0 where there is a file, too.
class World final : public FactSource {
 public:
  std::unique_ptr<Zipper> NewZipper() const override {
    if (reader_ == nullptr) return std::make_unique<ReadZipper>(trie_);
    auto lower = std::make_unique<ActZipper>(*reader_);
    if (!has_upper_) return lower;
    return std::make_unique<OverlayZipper>(std::make_unique<ReadZipper>(trie_), std::move(lower));
  }

  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const override {
    if (value == 0) return std::string_view();
    const bool in_file = reader_ != nullptr && (!has_upper_ || layer == 1);
    const EntryStore& store = in_file ? file_entries_ : entries_;
    if (value > store.View().entry_count()) return absl::DataLossError(fmt::format("{}", value));
    // As from a compressed file: the bytes are in `scratch`.
    scratch = store.Find(value);
    return std::string_view(scratch);
  }

  void Set(std::string_view key, std::string_view entry) {
    trie_.Set(key, entries_.Intern(entry));
    has_upper_ = true;
  }
  void SetTombstone(std::string_view key, uint64_t tombstone) {
    trie_.Set(key, tombstone);
    has_upper_ = true;
  }
  void WriteFile(const WorldKeys& keys) {
    StringFile file;
    ActWriterOptions options;
    options.memory_bytes = kActWriterOutputBytes + (uint64_t{1} << 16);
    ActWriter writer(file, options);
    for (const auto& [key, entry] : keys) {
      EXPECT_TRUE(writer.Add(key, file_entries_.Intern(entry)).ok());
    }
    EXPECT_TRUE(writer.Finish().ok());
    auto reader = ActReader::Open(std::make_shared<HeapFile>(file.bytes()));
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    reader_ = *std::move(reader);
  }

 private:
  PathTrie trie_;
  EntryStore entries_;
  EntryStore file_entries_;
  std::unique_ptr<const ActReader> reader_;
  bool has_upper_ = false;
};

}  // namespace

std::string EntryBytesOf(const NaiveFact& fact) {
  std::string encoded;
  Entry entry = fact.entry;
  EXPECT_TRUE(EncodeTerm(fact.term, encoded, &entry.variable_names).ok());
  if (!fact.name.empty()) entry.encoded_term = encoded;
  return EncodeEntry(entry);
}

WorldKeys KeysOf(const NaiveFacts& facts, const std::vector<int>& positions) {
  WorldKeys keys;
  std::map<std::string, uint8_t> copies;  // Of each unnamed fact so far.
  for (const NaiveFact& fact : facts) {
    const std::string encoded = NaiveEncoding(fact.term);
    const std::string bytes = EntryBytesOf(fact);
    // Of equal facts without a name, the second one has 00 00 00 00 02 in its place, and so on.
    std::string behind_term = fact.name;
    if (fact.name.empty() && ++copies[encoded] > 1) {
      behind_term = std::string(4, '\0') + static_cast<char>(copies[encoded]);
    }
    keys[kBelow + "terms/" + encoded + behind_term] = bytes;
    if (!fact.name.empty()) keys[kBelow + "facts/" + fact.name] = bytes;
    for (const int position : positions) {
      const auto permuted = Permuted(encoded, static_cast<size_t>(position));
      if (permuted)
        keys[fmt::format("{}terms{}/{}{}", kBelow, position, *permuted, behind_term)] = bytes;
    }
  }
  for (const int position : positions) keys[fmt::format("{}index/{}", kBelow, position)] = "";
  // (r a b) and (s a), where no query of this space may find them.
  for (const char* other : {"spaces/a/", "spaces/s-/", "spaces/s0/", "spaces/t/"}) {
    keys[std::string(other) +
         "terms/\x03\xC1r\xC1"
         "a\xC1"
         "b"] = "";
    keys[std::string(other) +
         "terms/\x02\xC1s\xC1"
         "a"] = "";
  }
  return keys;
}

std::unique_ptr<FactSource> InMemory(const WorldKeys& keys) {
  auto world = std::make_unique<World>();
  for (const auto& [key, entry] : keys) world->Set(key, entry);
  return world;
}

std::unique_ptr<FactSource> InFile(const WorldKeys& keys) {
  auto world = std::make_unique<World>();
  world->WriteFile(keys);
  return world;
}

std::unique_ptr<FactSource> InBoth(const WorldKeys& keys, RandomFacts& random) {
  // What the file has: some of the keys, some with another entry, some that are gone since.
  std::vector<int> positions;
  for (int position = 1; position <= 9; ++position) {
    if (keys.contains(fmt::format("{}index/{}", kBelow, position))) positions.push_back(position);
  }
  WorldKeys base = KeysOf(random.Facts(8, true), positions);
  Entry other;
  other.source = "before";
  for (const auto& [key, entry] : keys) {
    if (random.OneIn(3)) continue;
    base[key] = random.OneIn(5) ? EncodeEntry(other) : entry;
  }
  auto world = std::make_unique<World>();
  world->WriteFile(base);
  const bool dropped = random.OneIn(6);
  if (dropped) world->SetTombstone(kBelow, kDeletedBit | kHidesBelowBit | 1);
  for (const auto& [key, entry] : keys) {
    const auto before = base.find(key);
    const bool hidden = dropped && key.starts_with(kBelow);
    if (hidden || before == base.end() || before->second != entry || random.OneIn(5)) {
      world->Set(key, entry);
    }
  }
  for (const auto& [key, entry] : base) {
    if (!keys.contains(key) && (!dropped || random.OneIn(3))) world->SetTombstone(key, kDeletedBit);
  }
  // Deleted what was never there.
  if (random.OneIn(2)) world->SetTombstone(kBelow + "terms/\x01\xC1q", kDeletedBit);
  return world;
}

}  // namespace pathkb
