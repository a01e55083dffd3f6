// Writes the part of the corpus that our own writers make: small files of each format, whole and
// cut, with each feature in one of them. What else is in corpus/ came from tests/golden or was kept
// from fuzzing.
//
//   bazel run //tests/fuzz:seeds -- "$PWD/tests/fuzz/corpus"
//
// The files are the same each time.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/varint.h"
#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"
#include "storage/act/act_writer.h"
#include "storage/delta/delta_writer.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/sums/sums_writer.h"
#include "storage/terms/terms_writer.h"
#include "storage/wal/wal_format.h"
#include "tests/fuzz/deltas.h"
#include "tests/fuzz/memory_files.h"

namespace pathkb::fuzz {
namespace {

// Where seeds go.
class Corpus {
 public:
  explicit Corpus(std::string folder) : folder_(std::move(folder)) {}

  void Add(std::string_view target, std::string_view name, std::string_view bytes) const {
    const std::string path = fmt::format("{}/{}", folder_, target);
    std::filesystem::create_directories(path);
    std::ofstream file(fmt::format("{}/{}", path, name), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    PATHKB_CHECK(file.flush().good());
  }

  // Also cut in the middle of its second half.
  void AddWithCut(std::string_view target, std::string_view name, std::string_view bytes) const {
    Add(target, name, bytes);
    Add(target, fmt::format("{}.cut", name), bytes.substr(0, bytes.size() * 3 / 4));
  }

 private:
  const std::string folder_;
};

// ---- Trees.

using Entries = std::map<std::string, uint64_t>;

std::string Tree(const Entries& entries, const ActWriterOptions& options = {}) {
  OutputFile file;
  ActWriter writer(file, options);
  for (const auto& [path, value] : entries) PATHKB_CHECK(writer.Add(path, value).ok());
  PATHKB_CHECK(writer.Finish().ok());
  return file.bytes();
}

void AddTrees(const Corpus& corpus) {
  Entries words, wide, versions, facts, values;
  for (const char* word : {"", "romane", "romanus", "romulus", "rubens", "ruber", "rubicon"}) {
    words[word] = words.size();
  }
  for (int i = 0; i < 256; ++i) {
    wide[std::string(1, static_cast<char>(i))] = i;
    if (i % 16 == 0) wide[std::string("w") + static_cast<char>(i) + std::string(20, 'x')] = i;
  }
  for (int version = 0; version < 4; ++version) {
    for (int fact = 0; fact < 12; ++fact) {
      versions[fmt::format("v{}/fact{}", version, fact)] = fact == version ? 99 : fact;
    }
  }
  for (int i = 0; i < 60; ++i) {
    facts[fmt::format("spaces/s{}/facts/domain{}/entity_{}/attr{}", i % 3, i % 7, i, i % 5)] = i;
  }
  for (int bit = 0; bit < 64; ++bit) values[fmt::format("v{:02}", bit)] = uint64_t{1} << bit;
  const std::pair<const char*, const Entries*> all[] = {{"words", &words},
                                                        {"wide", &wide},
                                                        {"versions", &versions},
                                                        {"facts", &facts},
                                                        {"values", &values}};
  for (const auto& [name, entries] : all) {
    corpus.AddWithCut("act", fmt::format("{}.tree", name), Tree(*entries));
    corpus.Add("act", fmt::format("{}.no_tables.tree", name), Tree(*entries, {.table_min = 0}));
    corpus.Add("act", fmt::format("{}.tables_of_2.tree", name), Tree(*entries, {.table_min = 2}));
    corpus.Add("act", fmt::format("{}.canonical.tree", name), Tree(*entries, {.canonical = true}));
  }
  corpus.Add("act", "nothing.tree", Tree({}));
}

// ---- Manifests.

void AddManifests(const Corpus& corpus) {
  Manifest manifest;
  manifest.number = 1;
  corpus.Add("manifest", "first", FormatManifest(manifest));

  manifest.number = 12;
  corpus.Add("manifest", "current", fmt::format("{} {:016x}\n", ManifestName(12), [] {
               Manifest twelfth;
               twelfth.number = 12;
               return Checksum(FormatManifest(twelfth));
             }()));
  manifest.wal_segments = {1, 20};
  corpus.Add("manifest", "log", FormatManifest(manifest));

  SnapshotRecord base;
  base.created_unix_ms = 1'795'259'700'123;
  base.revision = 42;
  base.id = SnapshotId(base.created_unix_ms, base.revision);
  base.facts = base.paths = 1000;
  base.entries = 7;
  base.tree_bytes = 65'536;
  base.terms_bytes = 512;
  base.tree_digest = 0x0123456789ABCDEF;
  base.sums_bytes = 96;
  base.sums_digest = 0xFEDCBA9876543210;
  base.terms_digest = 15;
  base.server_version = "0.1.0";
  manifest.base = base;
  manifest.wal_first_revision = 43;
  corpus.Add("manifest", "base", FormatManifest(manifest));

  SnapshotRecord older = base;
  older.created_unix_ms -= 300'000;
  older.revision = 30;
  older.id = SnapshotId(older.created_unix_ms, older.revision);
  older.deduplicated = true;
  manifest.base->parent_id = older.id;
  manifest.older = {older};
  manifest.deltas = {{42, 50, 300, 0xABC}, {50, 60, 310, ~uint64_t{0}}};
  manifest.wal_first_revision = 61;
  manifest.wal_segments = {55, 80};
  corpus.AddWithCut("manifest", "all", FormatManifest(manifest));
  manifest.format_version = kManifestFormatVersion + 1;
  corpus.Add("manifest", "newer_version", FormatManifest(manifest));
}

// ---- The log.

// A segment of `records` records of growing size, each group of three synced.
std::string Segment(uint64_t first_revision, int records) {
  WalSegmentHeader header;
  header.first_revision = first_revision;
  for (size_t i = 0; i < header.database_id.bytes.size(); ++i) {
    header.database_id.bytes[i] = static_cast<uint8_t>(i);
  }
  std::string bytes;
  header.checksum = AppendWalSegmentHeader(header, bytes);
  uint64_t previous = header.checksum;
  for (int i = 0; i < records; ++i) {
    WalRecordHeader record;
    record.previous_checksum = previous;
    record.revision = first_revision + i;
    record.synced_revision = first_revision + i - i % 3 - 1;
    record.kind = 1;
    previous = AppendWalRecord(record, std::string(i * i * 7, static_cast<char>('a' + i)),
                               header.checksum, bytes);
  }
  return bytes;
}

void AddSegments(const Corpus& corpus) {
  corpus.Add("wal", "empty_segment", Segment(1, 0));
  corpus.Add("wal", "torn_header", Segment(1, 0).substr(0, 20) + std::string(28, '\0'));
  corpus.Add("wal", "one_record", Segment(7, 1));
  corpus.AddWithCut("wal", "nine_records", Segment(1, 9));
  corpus.Add("wal", "last_revisions", Segment(~uint64_t{0} - 3, 4));
  std::string damaged = Segment(100, 9);
  damaged[200] ^= 1;
  corpus.Add("wal", "damaged", damaged);
  std::string torn = Segment(100, 12);
  torn.replace(torn.size() - 1500, 1200, 1200, '\0');
  corpus.Add("wal", "sectors_missing", torn);
}

// ---- Sums.

// Of a file of zeros.
std::string Sums(uint64_t bytes) {
  SumsSubject subject;
  subject.revision = 7;
  subject.bytes = bytes;
  BlockSummer summer(subject.database_id);
  summer.Update(std::string(bytes, '\0'));
  OutputFile file;
  PATHKB_CHECK(WriteSums(file, subject, summer.Finish()).ok());
  return file.bytes();
}

void AddSums(const Corpus& corpus) {
  corpus.Add("sums", "no_block", Sums(0));
  corpus.Add("sums", "one_byte", Sums(1));
  corpus.Add("sums", "one_block", Sums(kSumBlockBytes));
  corpus.AddWithCut("sums", "four_blocks", Sums(3 * kSumBlockBytes + 5));
}

// ---- Deltas and lists.

void AddDeltas(const Corpus& corpus) {
  DeltaHeader header;
  header.from_revision = 42;
  header.to_revision = 50;
  OutputFile file;
  DeltaWriter writer(file, header);
  const std::tuple<const char*, DeltaOp, const char*> changes[] = {
      {"", DeltaOp::kSet, "root"},         {"a", DeltaOp::kDelete, ""},
      {"a/b", DeltaOp::kSet, ""},          {"a/c", DeltaOp::kDeleteBelow, ""},
      {"a/c/d", DeltaOp::kReplace, "one"}, {"a/c/e", DeltaOp::kSet, "two"},
      {"b", DeltaOp::kSet, "one"}};
  for (const auto& [path, op, entry] : changes) PATHKB_CHECK(writer.Add(path, op, entry).ok());
  PATHKB_CHECK(writer.Finish().ok());
  corpus.AddWithCut("delta", "all_operations", file.bytes());

  // The same as the contents of the sections.
  std::string paths, ops, numbers, entries;
  std::map<std::string, uint64_t> known;
  for (const auto& [path, op, entry] : changes) {
    AppendU32(static_cast<uint32_t>(std::string_view(path).size()), paths);
    paths += path;
    ops.push_back(static_cast<char>(op));
    if (!HasEntry(op)) continue;
    const auto [place, is_new] = known.try_emplace(entry, known.size() + 1);
    const bool is_plain = std::string_view(entry).empty();
    if (is_new && is_plain) known.erase(place);
    AppendVarint(is_plain ? 0 : known[entry], numbers);
    if (is_new && !is_plain) AppendLengthPrefixed(entry, entries);
  }
  corpus.AddWithCut("delta", "sections", DeltaInput(paths, ops, numbers, entries));
  corpus.Add("delta", "no_operations", DeltaInput("", "", "", ""));
  corpus.Add("paths", "records", paths);
  corpus.Add("paths", "stream", Deflated(paths));
  corpus.Add("paths", "long_record", std::string("\xd0\x07\0\0", 4) + std::string(2000, 'x'));
  corpus.Add("paths", "bomb", Deflated(std::string(1'000'000, '\0')));
}

// ---- Entries by id.

void AddEntries(const Corpus& corpus) {
  for (const bool compress : {false, true}) {
    OutputFile file;
    TermsOptions options;
    options.compress = compress;
    TermsWriter writer(file, DatabaseId(), 7, options);
    PATHKB_CHECK(writer.Intern("").ok() && writer.Intern("red").ok());
    for (int i = 0; i < 60; ++i) {
      PATHKB_CHECK(writer.Intern(fmt::format("entry {} {}", i, std::string(i, 'x'))).ok());
    }
    PATHKB_CHECK(writer.Finish().ok());
    corpus.AddWithCut("terms", compress ? "compressed" : "plain", file.bytes());

    // More than one block, one of them large.
    OutputFile large;
    TermsWriter large_writer(large, DatabaseId(), 7, options);
    for (int i = 0; i < 4; ++i) {
      PATHKB_CHECK(large_writer.Intern(std::string(30'000 * i, static_cast<char>('a' + i))).ok());
    }
    PATHKB_CHECK(large_writer.Finish().ok());
    if (compress) corpus.Add("terms", "compressed_blocks", large.bytes());
  }
  OutputFile empty;
  TermsWriter writer(empty, DatabaseId(), 7);
  PATHKB_CHECK(writer.Finish().ok());
  corpus.Add("terms", "no_entries", empty.bytes());
}

// ---- Terms, batches.

void AddTerms(const Corpus& corpus) {
  constexpr const char* kTexts[] = {
      "(parent Tom Bob)\n(parent $x (child-of $y $x))\n",
      "; a comment\n(age $who 42) ; another\n(weight x -1.5e9)",
      R"((say "text with \" \' \\ \n \t \r \x41 \u{1F600} escapes"))",
      R"(#"42" $"a b" #"" $ () (()) ((((a))))",
      "0 -0 +5 9223372036854775807 -9223372036854775808 9223372036854775808",
      "1.5 .5 1e308 1e309 -0.0 +inf.0 -inf.0 +nan.0 inf 0x10 1_000",
      "\xEF\xBB\xBF(bom \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80)\xC2\xA0(nbsp)",
      "(bad \xFF utf8)",
      "(a (b (c)",
      "a)b",
      "\"unterminated",
  };
  int number = 0;
  for (const char* text : kTexts) corpus.Add("sexpr", fmt::format("text{:02}", number++), text);
  RandomTerms terms(20261121);
  for (int i = 0; i < 40; ++i) {
    const Term term = terms.Next();
    std::string path;
    const std::string text = PrintTerm(term);
    if (!EncodeTerm(term, path).ok() || path.size() > 2000 || text.size() > 2000) continue;
    corpus.Add("path_encoding", fmt::format("term{:02}", i), path);
    if (i % 4 == 0) corpus.Add("sexpr", fmt::format("term{:02}", i), text);
  }
  corpus.Add("path_encoding", "with_name", "\x03\xC6parent\xC3Tom\xC0name");
}

void AddBatches(const Corpus& corpus) {
  Entry entry;
  corpus.Add("batch", "space_only", EncodeBatch({"facts", {}}));
  entry.confidence = 0.25;
  entry.source = "a source";
  corpus.Add("batch", "entry", EncodeEntry(entry));
  entry.metadata = {{"k", "v"}, {"key", std::string(300, 'v')}, {"", ""}};
  entry.encoded_term =
      "\x02\xC1"
      "f\xC0";
  entry.variable_names = {"x"};
  const std::string all = EncodeEntry(entry);
  corpus.AddWithCut("batch", "entry_all", all);
  Batch batch;
  batch.space = "space-1";
  batch.changes = {
      {Change::Kind::kSet, "\xC3Tom", "", ""},
      {Change::Kind::kSet, "\xC3Tom", "name", all},
      {Change::Kind::kDeleteTerm, "\xC3Tom", "", ""},
      {Change::Kind::kDeleteName, "", std::string(300, 'n'), ""},
      {Change::Kind::kDeleteNamesBelow, "", "n", ""},
      {Change::Kind::kDropSpace, "", "", ""},
  };
  corpus.AddWithCut("batch", "all_kinds", EncodeBatch(batch));

  const auto arguments = [](const char* text) { return *IndexedArguments::FromText(text); };
  Batch indexing;
  indexing.space = "space-1";
  indexing.request_id = "7d9f";
  indexing.request_outcome = "outcome";
  for (const auto& [begun, whole, dropped] :
       {std::tuple("1,2,9", "none", "none"), std::tuple("none", "1,9", "2"),
        std::tuple("none", "none", "1,2,3,4,5,6,7,8,9")}) {
    Change& change = indexing.changes.emplace_back();
    change.kind = Change::Kind::kIndexArguments;
    change.index = {arguments(dropped), arguments(begun), arguments(whole)};
  }
  indexing.changes.push_back({Change::Kind::kIndexFacts, "", "", ""});
  indexing.changes.push_back({Change::Kind::kIndexFacts, "\xC3Tom", "name", "\x01\xC3Tomnext"});
  corpus.AddWithCut("batch", "index", EncodeBatch(indexing));

  Batch spaces;
  spaces.space = "space-2";
  spaces.changes = {
      {Change::Kind::kDropSpace, "", "", ""},
      {Change::Kind::kForkSpace, "", "space-1", "\x2A"},
      {Change::Kind::kDuplicates, "", "", ""},
      {Change::Kind::kDeleteCopies, "\xC3Tom", "", ""},
  };
  spaces.changes[2].keeps_duplicates = true;
  corpus.AddWithCut("batch", "spaces", EncodeBatch(spaces));
}

}  // namespace
}  // namespace pathkb::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} FOLDER\n", argv[0]);
    return 2;
  }
  const pathkb::fuzz::Corpus corpus(argv[1]);
  pathkb::fuzz::AddTrees(corpus);
  pathkb::fuzz::AddManifests(corpus);
  pathkb::fuzz::AddSegments(corpus);
  pathkb::fuzz::AddSums(corpus);
  pathkb::fuzz::AddDeltas(corpus);
  pathkb::fuzz::AddEntries(corpus);
  pathkb::fuzz::AddTerms(corpus);
  pathkb::fuzz::AddBatches(corpus);
  return 0;
}
