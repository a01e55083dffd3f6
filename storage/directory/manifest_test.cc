// Round trips, each cut and each flipped bit of a manifest's text, manifests that contradict
// themselves, and the example in FORMAT.md, which must read as the page says and be written the
// same.

#include "storage/directory/manifest.h"

#include <fstream>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/checksum.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

SnapshotRecord MakeSnapshot(int64_t created_unix_ms, uint64_t revision) {
  SnapshotRecord record;
  record.id = SnapshotId(created_unix_ms, revision);
  record.revision = revision;
  record.created_unix_ms = created_unix_ms;
  record.facts = 1000;
  record.paths = 1012;
  record.entries = 7;
  record.tree_bytes = 65536;
  record.terms_bytes = 512;
  record.tree_digest = 0x0123456789abcdef;
  record.terms_digest = 0xf;
  record.sums_bytes = 96;
  record.sums_digest = 0xff;
  record.server_version = "0.1.0";
  return record;
}

// What the example in FORMAT.md said before version 3.
Manifest OldExampleManifest() {
  Manifest manifest;
  manifest.number = 12;
  manifest.database_id = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");
  manifest.base = MakeSnapshot(1795259700123, 42);
  manifest.older = {MakeSnapshot(1795259400007, 30)};
  manifest.base->parent_id = manifest.older[0].id;
  manifest.base->deduplicated = true;
  manifest.deltas = {{42, 50, 300, 0xabc}, {50, 60, 310, UINT64_MAX}};
  manifest.wal_first_revision = 61;
  manifest.wal_segments = {55, 80};
  return manifest;
}

// What it says now.
Manifest ExampleManifest() {
  Manifest manifest = OldExampleManifest();
  manifest.older[0].pinned = true;
  manifest.deltas = {{30, 38, 290, 0x77, 1005, 1795259500011},
                     {42, 50, 300, 0xabc, 1012, 1795259800456},
                     {50, 60, 310, UINT64_MAX, 1009, 1795259900789}};
  manifest.wal_first_revision = 31;
  manifest.wal_segments = {39, 51, 61, 80};
  return manifest;
}

// `lines` with the checksum line that belongs to them.
std::string Sealed(const std::string& lines) {
  return fmt::format("{}checksum {:016x}\n", lines, Checksum(lines));
}

std::string Lines(const Manifest& manifest) {
  const std::string text = FormatManifest(manifest);
  return text.substr(0, text.rfind("checksum "));
}

TEST(ManifestTest, RoundTrip) {
  Manifest smallest;
  smallest.number = 1;
  for (const Manifest& manifest : {smallest, ExampleManifest()}) {
    ASSERT_EQ(CheckManifest(manifest), absl::OkStatus());
    const auto parsed = ParseManifest(FormatManifest(manifest), "m");
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, manifest);
  }
  EXPECT_EQ(smallest.CoveredRevision(), 0u);
  EXPECT_EQ(ExampleManifest().CoveredRevision(), 60u);
}

TEST(ManifestTest, PageAndCodeAgree) {
  std::ifstream page("storage/directory/FORMAT.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```manifest" || line == "```current";
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0], FormatManifest(ExampleManifest()));
  CrashFileSystem files;
  files.PutFile("d/CURRENT", blocks[1]);
  files.PutFile("d/manifests/12", blocks[0]);
  const auto read = ReadCurrent(files, "d");
  ASSERT_TRUE(read.ok()) << read.status() << fmt::format(" {:016x}", Checksum(blocks[0]));
  EXPECT_EQ(*read, ExampleManifest());
}

TEST(ManifestTest, EveryCutIsFound) {
  const std::string text = FormatManifest(ExampleManifest());
  for (size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_EQ(ParseManifest(text.substr(0, cut), "m").status().code(), absl::StatusCode::kDataLoss)
        << cut;
  }
  EXPECT_FALSE(ParseManifest(text + "\n", "m").ok());
  EXPECT_FALSE(ParseManifest(text + text, "m").ok());
}

TEST(ManifestTest, EveryFlippedBitIsFound) {
  const std::string text = FormatManifest(ExampleManifest());
  for (size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_EQ(ParseManifest(flipped, "m").status().code(), absl::StatusCode::kDataLoss) << at;
    }
  }
}

// A file of version 1, kept as that version wrote it.
TEST(ManifestTest, ReadsVersion1) {
  std::ifstream file("tests/golden/manifests/v1", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  Manifest expected = OldExampleManifest();
  for (SnapshotRecord* record : {&*expected.base, &expected.older[0]}) {
    record->sums_bytes = 0;
    record->sums_digest = 0;
  }
  const auto manifest = ParseManifest(text, "v1");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(*manifest, expected);
}

// And one of version 2.
TEST(ManifestTest, ReadsVersion2) {
  std::ifstream file("tests/golden/manifests/v2", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto manifest = ParseManifest(text, "v2");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(*manifest, OldExampleManifest());
}

TEST(ManifestTest, NewerFormatIsNamed) {
  const auto newer = ParseManifest(Sealed("pathkb_manifest 4\nsomething else\n"), "d/manifests/3");
  EXPECT_EQ(newer.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(newer.status().message()),
            "d/manifests/3: manifest format version 4, this program reads versions up to 3");
}

// Texts with a right checksum and one wrong line each: the error must give the line's number.
TEST(ManifestTest, ErrorsNameTheLine) {
  const std::string lines = Lines(ExampleManifest());
  const auto message = [&](std::string_view from, std::string_view to) {
    std::string changed = lines;
    const size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const absl::Status status = ParseManifest(Sealed(changed), "m").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << changed;
    return std::string(status.message());
  };
  EXPECT_THAT(message("pathkb_manifest 3", "pathkb_manifest one"), HasSubstr("m: line 1:"));
  EXPECT_THAT(message("pathkb_manifest 3", "other"), HasSubstr("m: line 1: found \"other\""));
  EXPECT_THAT(message("pathkb_manifest 3", "pathkb_manifest 0"), HasSubstr("version 0"));
  EXPECT_EQ(message("number 12", "number 012"), "m: line 2: \"number 012\" has no proper value");
  EXPECT_THAT(message("number 12", "number"), HasSubstr("line 2"));
  EXPECT_THAT(message("number 12", "number  12"), HasSubstr("line 2"));
  EXPECT_THAT(message("number 12", "number -1"), HasSubstr("line 2"));
  EXPECT_THAT(message("number 12", "number 99999999999999999999"), HasSubstr("line 2"));
  EXPECT_EQ(message("number 12\n", ""),
            "m: line 2: found \"database_id 000102030405060708090a0b0c0d0e0f\", expected "
            "\"number\"");
  EXPECT_THAT(message("0e0f", "0e0"), HasSubstr("line 3"));
  EXPECT_EQ(message(" facts=1000", ""), "m: line 4: found \" paths=1012\", expected \" facts=\"");
  EXPECT_THAT(message(" facts=1000", " facts=1000 facts=1000"), HasSubstr("line 4"));
  EXPECT_THAT(message(" facts=1000", " facts=+1"), HasSubstr("line 4"));
  EXPECT_THAT(message("deduplicated=yes", "deduplicated=maybe"), HasSubstr("line 4"));
  EXPECT_THAT(message("pinned=no", "pinned=no more=1"),
              HasSubstr("line 4: found \" more=1\" behind the last field"));
  EXPECT_THAT(message("digest=0123", "digest=123"), HasSubstr("line 4"));
  EXPECT_THAT(message("\nolder", "\noldest"), HasSubstr("line 5"));
  EXPECT_THAT(message("delta from_revision=50", "delta from=50"), HasSubstr("line 8"));
  EXPECT_THAT(message(" facts=1009", ""), HasSubstr("line 8"));
  EXPECT_THAT(message("pinned=yes", "pinned=1"), HasSubstr("line 5"));
  EXPECT_THAT(message("wal_first_revision 31\n", ""), HasSubstr("line 9"));
  EXPECT_THAT(message("wal_segment 80", "wal_segment"), HasSubstr("line 13"));
  EXPECT_THAT(message("wal_segment 80\n", "wal_segment 80\nunknown 1\n"), HasSubstr("line 14"));
  EXPECT_THAT(message("wal_segment 80\n", "wal_segment 80\n\n"), HasSubstr("line 14"));
}

TEST(ManifestTest, ContradictionsAreRefused) {
  const auto problem = [](auto change) {
    Manifest manifest = ExampleManifest();
    change(manifest);
    const absl::Status status = CheckManifest(manifest);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    // A text that says the same is refused too.
    EXPECT_FALSE(ParseManifest(FormatManifest(manifest), "m").ok());
    return std::string(status.message());
  };
  EXPECT_EQ(problem([](Manifest& m) { m.number = 0; }), "manifest number 0");
  problem([](Manifest& m) { m.format_version = 4; });
  problem([](Manifest& m) { m.base->revision = 43; });
  problem([](Manifest& m) { m.base->created_unix_ms = -1; });
  problem([](Manifest& m) { m.base->id = "x"; });
  problem([](Manifest& m) { m.base->parent_id = "a b"; });
  problem([](Manifest& m) { m.base->server_version = "1\n2"; });
  problem([](Manifest& m) { m.older.push_back(*m.base); });
  problem([](Manifest& m) { m.base.reset(); });
  problem([](Manifest& m) { m.deltas[0].from_revision = 38; });
  problem([](Manifest& m) { m.deltas[0].to_revision = 43; });
  problem([](Manifest& m) { m.deltas[0].created_unix_ms = -1; });
  problem([](Manifest& m) { m.deltas.erase(m.deltas.begin() + 1); });
  problem([](Manifest& m) { m.deltas[1].from_revision = 43; });
  problem([](Manifest& m) { m.deltas[2].from_revision = 49; });
  problem([](Manifest& m) { m.deltas[2].to_revision = 50; });
  EXPECT_EQ(problem([](Manifest& m) {
              m.deltas[2].from_revision = 52;
              m.wal_segments[1] = 52;
            }),
            "delta from revision 52 to 60, expected one from 50, or a log segment 51");
  EXPECT_EQ(problem([](Manifest& m) { m.wal_first_revision = 62; }),
            "the log starts with revision 62, but snapshot and deltas end with 60");
  problem([](Manifest& m) { m.wal_first_revision = 0; });
  problem([](Manifest& m) { m.wal_segments = {55, 55}; });
  problem([](Manifest& m) { m.wal_segments = {80, 55}; });
  problem([](Manifest& m) { m.wal_segments = {40}; });
  problem([](Manifest& m) { m.wal_segments = {0, 39}; });
}

// A delta that was damaged and whose log is still there leaves a place that the log fills.
TEST(ManifestTest, TheLogMayFillThePlaceOfADelta) {
  Manifest manifest = ExampleManifest();
  manifest.deltas[2].from_revision = 52;
  EXPECT_EQ(CheckManifest(manifest), absl::OkStatus());
  manifest.deltas.clear();
  manifest.wal_first_revision = 43;
  manifest.wal_segments = {43};
  EXPECT_EQ(CheckManifest(manifest), absl::OkStatus());
  EXPECT_TRUE(manifest.CanStartFrom(42));
  EXPECT_FALSE(manifest.CanStartFrom(41));
}

}  // namespace
}  // namespace pathkb
