// Goal: PathsWriter's lists hold what PathMap's hold, record by record, and nothing that PathMap
// would silently change. Method: the inflated content of the golden files, the dumps of FORMAT.md,
// paths that must be refused, sinks that fail.

#include "storage/delta/paths_writer.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

ByteSink AppendTo(std::string& out) {
  return [&out](std::string_view bytes) {
    out.append(bytes);
    return absl::OkStatus();
  };
}

std::string Write(const std::vector<std::string>& paths, const PathsWriterOptions& options = {}) {
  std::string bytes;
  PathsWriter writer(AppendTo(bytes), options);
  for (const std::string& path : paths) EXPECT_TRUE(writer.Add(path).ok());
  const auto written = writer.Finish();
  EXPECT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->stored_bytes, bytes.size());
  EXPECT_EQ(written->raw_bytes, Inflated(bytes).size());
  EXPECT_EQ(written->raw_bytes, written->path_bytes + 4 * written->records);
  EXPECT_EQ(written->raw_checksum, Checksum(Inflated(bytes)));
  return bytes;
}

TEST(PathsWriter, HoldsWhatPathMapHolds) {
  int file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden", ".paths")) {
    if (stem.ends_with("/raw_stream")) continue;  // Not in order; no writer of maps makes it.
    SCOPED_TRACE(stem);
    std::vector<std::string> paths;
    for (const auto& [path, value] : ReadKeyTable(stem + ".keys.tsv")) paths.push_back(path);
    EXPECT_TRUE(Inflated(Write(paths, {.drop_empty_path = true})) ==
                Inflated(ReadTestFile(stem + ".paths")));
    ++file_count;
  }
  EXPECT_EQ(file_count, 23);
}

TEST(PathsWriter, WritesTheDumpsOfTheFormatPage) {
  const auto dump = [](std::string_view name) {
    return ReadHexDump("storage/delta/FORMAT.md", name);
  };
  EXPECT_EQ(Write({"alice", "alm", "bob"}, {.level = 0}), dump("three paths, stored"));
  EXPECT_EQ(Inflated(Write({"alice", "alm", "bob"})), Inflated(dump("three paths, by PathMap")));
  EXPECT_EQ(Inflated(Write({"", "k"})), dump("content with the empty path"));
  EXPECT_EQ(Write({}), dump("no paths"));
}

TEST(PathsWriter, TheEmptyPathIsARecordUnlessDropped) {
  EXPECT_EQ(Inflated(Write({""})), std::string(4, '\0'));
  EXPECT_EQ(Inflated(Write({""}, {.drop_empty_path = true})), "");
  EXPECT_EQ(Inflated(Write({"", "a"}, {.drop_empty_path = true})), Inflated(Write({"a"})));
}

TEST(PathsWriter, RefusesWhatIsNotAscendingAndGoesOn) {
  for (const bool drop_empty_path : {false, true}) {
    std::string bytes;
    PathsWriter writer(AppendTo(bytes), {.drop_empty_path = drop_empty_path});
    ASSERT_TRUE(writer.Add("").ok());
    EXPECT_EQ(writer.Add("").code(), absl::StatusCode::kInvalidArgument);
    ASSERT_TRUE(writer.Add("b").ok());
    for (const char* path : {"b", "a", "", "az"}) {
      EXPECT_EQ(writer.Add(path).code(), absl::StatusCode::kInvalidArgument) << path;
    }
    ASSERT_TRUE(writer.Add("ba").ok());
    ASSERT_TRUE(writer.Add("\xff").ok()) << "bytes compare without a sign";
    ASSERT_TRUE(writer.Finish().ok());
    EXPECT_EQ(Inflated(bytes),
              Inflated(Write({"", "b", "ba", "\xff"}, {.drop_empty_path = drop_empty_path})));
    EXPECT_EQ(writer.Add("zz").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(PathsWriter, RefusesAPathThatNoRecordHolds) {
  // The bytes are not there, so looking at them would crash.
  static const char byte = 'x';
  std::string bytes;
  PathsWriter writer(AppendTo(bytes));
  EXPECT_EQ(writer.Add({&byte, kPathsRecordBytesMax + 1}).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(writer.Add("a").ok());
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(Inflated(bytes), Inflated(Write({"a"})));
}

TEST(PathsWriter, KeepsTheFirstErrorOfTheSink) {
  PathsWriter writer([](std::string_view) { return absl::UnavailableError("full"); }, {.level = 0});
  EXPECT_EQ(writer.Add(std::string(100'000, 'a')).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(writer.Add("b").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace pathkb
