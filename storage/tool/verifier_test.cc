// Goal: every good file is found good, and whatever is wrong with a bad one is said with file,
// offset and rule. Method: all golden files, those in bad/ beside a table of what is to be said;
// pairs written on the spot, with one byte changed after the other.

#include "storage/tool/verifier.h"

#include <map>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "storage/act/act_writer.h"
#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "storage/file/posix_file_system.h"
#include "storage/sums/sums_writer.h"
#include "storage/terms/terms_writer.h"
#include "storage/tool/describe.h"

namespace pathkb {
namespace {

// What a verifier has said about some files.
struct Said {
  std::vector<std::string> problems;
  std::vector<std::string> notes;
};

Said Verify(const std::string& path) {
  Said said;
  VerifierSinks sinks;
  sinks.on_problem = [&](const FileProblem& problem) { said.problems.push_back(problem.Line()); };
  sinks.on_note = [&](const std::string& note) { said.notes.push_back(note); };
  Verifier verifier(RealFileSystem(), sinks);
  const absl::Status status = verifier.VerifyFile(path);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(verifier.problems(), said.problems.size());
  EXPECT_EQ(verifier.files_checked(), 1u);
  return said;
}

TEST(Verifier, EveryGoodFileIsGood) {
  int count = 0;
  const std::vector<std::pair<std::string, std::string>> kinds = {{"", ".tree"},
                                                                  {"/odd", ".tree"},
                                                                  {"", ".paths"},
                                                                  {"/deltas", ".paths"},
                                                                  {"/terms", ".terms"}};
  for (const auto& [folder, ending] : kinds) {
    for (const std::string& stem : TestFileStems("tests/golden" + folder, ending)) {
      EXPECT_EQ(Verify(stem + ending).problems, std::vector<std::string>()) << stem;
      ++count;
    }
  }
  EXPECT_GE(count, 62);
  EXPECT_EQ(Verify("tests/golden/odd/history_loop.tree").notes.size(), 1u);
}

// What is to be said about each file in bad/, behind its name.
const std::map<std::string, std::string>& BadFiles() {
  static const auto& table = *new std::map<std::string, std::string>{
      {"child_in_header.tree", "offset 18: root node: it refers to before the first object"},
      {"child_run_into_parent.tree",
       "offset 18: child 1 of the node at 18: it lies outside its bound"},
      {"forward_by_wraparound.tree", "offset 16: root node: it refers to before the first object"},
      {"int_cut_by_pad.tree", "offset 16: root node: its value is cut off"},
      {"integer_past_page_end.tree", "offset 8: root offset 4094 is outside 16 to 4087"},
      {"kids_33.tree", "offset 16: root node: a branch node has an impossible number of children"},
      {"kids_63.tree", "offset 18: root node: a branch node has an impossible number of children"},
      {"kids_descending.tree", "offset 20: root node: its edge bytes do not ascend"},
      {"kids_repeated.tree", "offset 18: root node: its edge bytes do not ascend"},
      {"len0.tree", "offset 0: the file ends here, but a .tree file has at least 25 bytes"},
      {"len12.tree", "offset 12: the file ends here, but a .tree file has at least 25 bytes"},
      {"len16.tree", "offset 16: the file ends here, but a .tree file has at least 25 bytes"},
      {"len5.tree", "offset 5: the file ends here, but a .tree file has at least 25 bytes"},
      {"len8.tree", "offset 8: the file ends here, but a .tree file has at least 25 bytes"},
      {"line_empty.tree", "offset 17: root node: its segment is empty"},
      {"line_in_header.tree", "offset 16: root node: it refers to before the first object"},
      {"line_into_user.tree", "offset 20: root node: its segment runs into the node"},
      {"line_length_max.tree", "offset 28: root node: its segment runs into the node"},
      {"line_self.tree", "offset 16: root node: it refers to itself"},
      {"line_too_long.tree", "offset 20: root node: its segment runs into the node"},
      {"line_unknown_bits.tree", "offset 19: root node: a line node has unknown header bits"},
      {"line_value_and_child.tree",
       "offset 21: root node: a line node has both a value and a child"},
      {"magic_01.tree", "offset 0: the file has format ACTree01, this program reads ACTree03"},
      {"magic_02.tree", "offset 0: the file has format ACTree02, this program reads ACTree03"},
      {"mask_empty.tree", "offset 18: root node: it has a mask for fewer than 32 children"},
      {"mask_of_two.tree", "offset 20: root node: it has a mask for fewer than 32 children"},
      {"no_pad.tree", "offset 18: the file ends here, but a .tree file has at least 25 bytes"},
      {"root_huge.tree", "offset 8: root offset 9223372036854775808 is outside 16 to 17"},
      {"root_in_header.tree", "offset 8: root offset 15 is outside 16 to 17"},
      {"root_in_pad.tree", "offset 8: root offset 18 is outside 16 to 17"},
      {"root_past_end.tree", "offset 8: root offset 1000000 is outside 16 to 17"},
      {"root_zero.tree", "offset 8: root offset 0 is outside 16 to 17"},
      {"self_child.tree", "offset 16: root node: it refers to itself"},
      {"short_pad.tree", "offset 16: root node: its value is cut off"},
      {"value_past_page_end.tree", "offset 8: root offset 4095 is outside 16 to 4087"},
      {"bit_flip.paths",
       "offset 77: at byte 77 (inflated byte 120): the Adler-32 at the end does not match the "
       "content"},
      {"gzip.paths",
       "offset 2: at byte 2 (inflated byte 0): not a zlib stream: incorrect header check, but "
       "perhaps gzip"},
      {"length_4gib.paths",
       "offset 15: at byte 15 (inflated byte 0): path 0 is 4294967295 bytes long, the bound is "
       "67108864"},
      {"length_cut.paths",
       "offset 15: at byte 15 (inflated byte 5): the stream ends after 2 of the 4 bytes of a "
       "length"},
      {"needs_dictionary.paths",
       "offset 6: at byte 6 (inflated byte 0): the zlib stream wants a preset dictionary"},
      {"no_checksum.paths",
       "offset 73: at byte 73 (inflated byte 120): the stream is cut off: its end is missing"},
      {"not_zlib.paths",
       "offset 2: at byte 2 (inflated byte 0): not a zlib stream: incorrect header check"},
      {"raw_deflate.paths",
       "offset 2: at byte 2 (inflated byte 0): not a zlib stream: incorrect header check"},
      {"record_cut.paths",
       "offset 17: at byte 17 (inflated byte 5): the stream ends after 2 of the 5 bytes of its "
       "last path"},
      {"trailing_bytes.paths",
       "offset 77: at byte 77 (inflated byte 120): at least 7 bytes follow the stream"},
      {"truncated.paths",
       "offset 38: at byte 38 (inflated byte 15): the stream is cut off: its end is missing"},
      {"two_members.paths",
       "offset 77: at byte 77 (inflated byte 120): at least 77 bytes follow the stream"},
      {"wrong_checksum.paths",
       "offset 77: at byte 77 (inflated byte 120): the Adler-32 at the end does not match the "
       "content"},
      {"zero_bytes.paths",
       "offset 0: at byte 0 (inflated byte 0): no bytes at all, but an empty list has eight"},
  };
  return table;
}

TEST(Verifier, EveryBadFileIsBadAtItsOffsetByItsRule) {
  size_t count = 0;
  for (const std::string ending : {".tree", ".paths"}) {
    for (const std::string& stem : TestFileStems("tests/golden/bad", ending)) {
      const std::string path = stem + ending;
      const Said said = Verify(path);
      const std::string name = path.substr(path.rfind('/') + 1);
      const auto expected = BadFiles().find(name);
      if (expected == BadFiles().end()) {
        printf("XX {\"%s\", \"%s\"},\n", name.c_str(),
               said.problems.empty() ? "" : said.problems[0].c_str() + path.size() + 2);
        continue;
      }
      ASSERT_NE(expected, BadFiles().end()) << name;
      ASSERT_EQ(said.problems.size(), 1u) << name;
      EXPECT_EQ(said.problems[0], path + ": " + expected->second);
      ++count;
    }
  }
  EXPECT_EQ(count, BadFiles().size());
}

class VerifierOfPairs : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/verifier_pairs";
    ASSERT_TRUE(RealFileSystem().CreateDirectory(folder_).ok());
    MemoryWritableFile tree;
    ActWriterOptions options;
    options.block_sums_of = id_;
    ActWriter writer(tree, options);
    // More than one block of 64 KiB.
    for (uint64_t i = 0; i < 20'000; ++i) {
      ASSERT_TRUE(writer.Add(fmt::format("{:06} {:x}", i, i * 0x9E3779B97F4A7C15), i % 3).ok());
    }
    const auto totals = writer.Finish();
    ASSERT_TRUE(totals.ok()) << totals.status();
    tree_ = tree.bytes();
    ASSERT_GT(tree_.size(), kSumBlockBytes);
    MemoryWritableFile sums;
    SumsSubject subject{id_, 5, tree_.size(), totals->digest};
    ASSERT_TRUE(WriteSums(sums, subject, totals->block_sums).ok());
    sums_ = sums.bytes();
    terms_ = TermsBytes({"red", "green"}, 5);
    Write(".tree", tree_);
    Write(".sums", sums_);
    Write(".terms", terms_);
  }

  std::string TermsBytes(const std::vector<std::string>& entries, uint64_t revision) const {
    MemoryWritableFile file;
    TermsWriter writer(file, id_, revision);
    for (const std::string& entry : entries) EXPECT_TRUE(writer.Intern(entry).ok());
    EXPECT_TRUE(writer.Finish().ok());
    return file.bytes();
  }

  void Write(const std::string& ending, const std::string& bytes) const {
    FileSystem& files = RealFileSystem();
    files.Remove(folder_ + "/x" + ending).IgnoreError();
    auto file = files.Create(folder_ + "/x" + ending);
    ASSERT_TRUE(file.ok() && (*file)->Append(bytes).ok() && (*file)->Close().ok());
  }

  std::vector<std::string> Problems(const std::string& ending) const {
    std::vector<std::string> problems = Verify(folder_ + "/x" + ending).problems;
    for (std::string& line : problems) line.erase(0, folder_.size() + 1);
    return problems;
  }

  using Lines = std::vector<std::string>;

  const DatabaseId id_ = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");
  std::string folder_;
  std::string tree_;
  std::string sums_;
  std::string terms_;
};

TEST_F(VerifierOfPairs, SoundOnesAreSound) {
  for (const std::string ending : {".tree", ".sums", ".terms"}) {
    EXPECT_EQ(Problems(ending), Lines()) << ending;
  }
}

// A sound file whose index contradicts the facts: a key too few, one too many, another value.
TEST_F(VerifierOfPairs, TheIndexIsWhatTheFactsMakeOfIt) {
  std::map<std::string, uint64_t> sound = {{IndexedKey("s", 2), 0}};
  ArgumentKeys keys("s", *IndexedArguments::FromText("2"));
  for (int i = 0; i < 500; ++i) {
    std::string encoded;
    ASSERT_TRUE(EncodeTerm(*ParseTerm(fmt::format("(r a{} b{})", i, i % 7)), encoded).ok());
    const uint64_t value = static_cast<uint64_t>(i) % 3;
    sound[TermKey("s", encoded, "")] = value;
    keys.ForEach(encoded, "", [&](std::string_view key) { sound[std::string(key)] = value; });
  }
  const auto problems = [this](const std::map<std::string, uint64_t>& content) {
    MemoryWritableFile file;
    ActWriter writer(file, ActWriterOptions());
    for (const auto& [key, value] : content) EXPECT_TRUE(writer.Add(key, value).ok());
    EXPECT_TRUE(writer.Finish().ok());
    FileSystem& files = RealFileSystem();
    files.Remove(folder_ + "/x.sums").IgnoreError();
    Write(".tree", file.bytes());
    return Problems(".tree");
  };
  EXPECT_EQ(problems(sound), Lines());
  const auto key = std::next(sound.lower_bound(ArgumentPrefix("s", 2)), 77)->first;
  auto broken = sound;
  broken.erase(key);
  ASSERT_EQ(problems(broken).size(), 1u);
  EXPECT_TRUE(problems(broken)[0].starts_with(
      "x.tree: the index disagrees with the facts: there is no key \"spaces/s/terms2/"))
      << problems(broken)[0];
  broken[key] = sound[key] + 1;
  ASSERT_EQ(problems(broken).size(), 1u);
  EXPECT_NE(problems(broken)[0].find("another entry is at"), std::string::npos);
  broken = sound;
  broken[key + "x"] = 0;
  ASSERT_EQ(problems(broken).size(), 1u);
  EXPECT_NE(problems(broken)[0].find("more keys than facts"), std::string::npos);
  // Two that have changed places: as many keys, and each value as often.
  broken = sound;
  const auto next = std::next(broken.find(key));
  ASSERT_NE(next->second, broken[key]);
  std::swap(next->second, broken[key]);
  EXPECT_EQ(problems(broken).size(), 1u);
}

TEST_F(VerifierOfPairs, AnyByteOfTheTreeIsFoundInItsBlock) {
  for (size_t at = 0; at < tree_.size(); at += 1 + tree_.size() / 97) {
    std::string bytes = tree_;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    Write(".tree", bytes);
    const std::vector<std::string> problems = Problems(".tree");
    ASSERT_FALSE(problems.empty()) << at;
    const uint64_t block = at / kSumBlockBytes * kSumBlockBytes;
    EXPECT_TRUE(problems[0].starts_with(fmt::format("x.tree: offset {}: this block of", block)))
        << problems[0];
  }
}

TEST_F(VerifierOfPairs, AllDamagedBlocksAreNamed) {
  std::string bytes = tree_;
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  bytes[kSumBlockBytes + 7] = static_cast<char>(bytes[kSumBlockBytes + 7] ^ 1);
  Write(".tree", bytes);
  const std::vector<std::string> problems = Problems(".tree");
  ASSERT_GE(problems.size(), 2u);
  EXPECT_TRUE(problems[0].starts_with("x.tree: offset 0: this block")) << problems[0];
  EXPECT_TRUE(problems[1].starts_with("x.tree: offset 65536: this block")) << problems[1];
}

TEST_F(VerifierOfPairs, ATreeOfAnotherSizeAndDamagedSums) {
  Write(".tree", ReadTestFile("tests/golden/values.tree"));
  ASSERT_EQ(Problems(".tree").size(), 1u);
  EXPECT_NE(Problems(".tree")[0].find("x.sums is for"), std::string::npos);
  std::string bytes = sums_;
  bytes[80] = static_cast<char>(bytes[80] ^ 1);
  Write(".sums", bytes);
  EXPECT_EQ(Problems(".tree").size(), 1u) << "told of the .sums, not of every block";
  EXPECT_EQ(Problems(".sums").size(), 1u);
}

TEST_F(VerifierOfPairs, TermsOfAnotherSnapshot) {
  Write(".terms", TermsBytes({"red"}, 5));
  ASSERT_EQ(Problems(".terms").size(), 1u);
  EXPECT_EQ(Problems(".terms")[0], "x.tree: refers to entry 2, but its .terms has only 1");
  Write(".terms", TermsBytes({"red", "green"}, 6));
  ASSERT_EQ(Problems(".terms").size(), 1u);
  EXPECT_NE(Problems(".terms")[0].find("revision 5, its .terms of"), std::string::npos);
}

TEST_F(VerifierOfPairs, WhatIsNoFileOfOurs) {
  Write(".txt", "hello, world");
  EXPECT_EQ(Problems(".txt"),
            Lines{"x.txt: offset 0: begins like no kind of file that this program knows"});
  Verifier verifier(RealFileSystem(), {.on_problem = [](const FileProblem&) {}});
  EXPECT_EQ(verifier.VerifyFile("/no/such/file").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(verifier.problems(), 0u);
}

TEST_F(VerifierOfPairs, DescribeSaysWhatTheyAre) {
  const auto text = [&](const std::string& ending) {
    const auto list = DescribeFile(RealFileSystem(), folder_ + "/x" + ending);
    EXPECT_TRUE(list.ok()) << list.status();
    std::map<std::string, std::string> figures;
    for (const Figure& figure : list->figures()) {
      if (const auto* number = std::get_if<uint64_t>(&figure.value)) {
        figures[figure.name] = fmt::format("{}", *number);
      } else if (const auto* words = std::get_if<std::string>(&figure.value)) {
        figures[figure.name] = *words;
      }
    }
    return figures;
  };
  auto tree = text(".tree");
  EXPECT_EQ(tree["kind"], "tree");
  EXPECT_EQ(tree["format"], "ACTree03");
  EXPECT_EQ(tree["paths"], "20000");
  EXPECT_EQ(tree["revision"], "5");
  EXPECT_EQ(tree["database_id"], id_.ToHex());
  auto terms = text(".terms");
  EXPECT_EQ(terms["kind"], "terms");
  EXPECT_EQ(terms["entries"], "2");
  EXPECT_EQ(text(".sums")["covered_bytes"], fmt::format("{}", tree_.size()));
  const auto merged = DescribeFile(RealFileSystem(), "tests/golden/merged.tree");
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(std::get<std::string>(merged->figures().back().value), "260 189 91");
}

}  // namespace
}  // namespace pathkb
