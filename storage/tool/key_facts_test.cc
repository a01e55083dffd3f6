// Goal: facts come out of PathKB's own lists of keys with their entries, and out of raw ones as the
// terms that MORK wrote; a key that is no fact is named and costs only itself. Method: raw keys
// spelled out byte by byte, pairs made of text, and lists written here and read back.

#include "storage/tool/key_facts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "storage/delta/paths_writer.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/convert.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KeyFactsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/key_facts";
    ASSERT_TRUE(files_.CreateDirectory(folder_).ok());
    const std::vector<std::string> names = files_.List(folder_).value();
    for (const std::string& name : names) ASSERT_TRUE(files_.Remove(Path(name)).ok());
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Write(const std::string& name, const std::string& text) {
    auto file = files_.Create(Path(name));
    EXPECT_TRUE(file.ok() && (*file)->Append(text).ok() && (*file)->Close().ok());
    return Path(name);
  }

  // A .paths of these keys, which must ascend.
  std::string WritePaths(const std::vector<std::string>& keys) {
    std::string bytes;
    PathsWriter writer([&](std::string_view piece) {
      bytes += piece;
      return absl::OkStatus();
    });
    for (const std::string& key : keys) EXPECT_TRUE(writer.Add(key).ok());
    EXPECT_TRUE(writer.Finish().ok());
    return Write("keys.paths", bytes);
  }

  // All facts, "TERM" or "NAME: TERM (CONFIDENCE SOURCE pairs)" or "! what is wrong".
  std::vector<std::string> Read(const std::string& path, const std::string& space = "",
                                uint64_t skip = 0) {
    auto reader = KeyFactReader::Open(files_, path, space);
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<std::string> rows;
    if (!reader.ok()) return rows;
    EXPECT_TRUE((*reader)->Skip(skip).ok());
    for (;;) {
      KeyFact fact;
      std::string wrong;
      const absl::StatusOr<bool> more = (*reader)->Next(fact, wrong);
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) return rows;
      std::string row = wrong.empty() ? fact.term : "! " + wrong;
      if (!fact.name.empty()) row = fact.name + ": " + row;
      if (fact.confidence != 1 || !fact.source.empty() || !fact.metadata.empty()) {
        row += " (" + std::to_string(fact.confidence) + " " + fact.source + " " +
               std::to_string(fact.metadata.size()) + ")";
      }
      rows.push_back(row);
    }
  }

  FileSystem& files_ = RealFileSystem();
  std::string folder_;
};

TEST_F(KeyFactsTest, RawKeysAsMorkWritesThem) {
  // (= $x $x), (parent Tom Bob), one with a byte behind it, a symbol that is a number's spelling,
  // one that is no UTF-8, and a reserved tag.
  const std::string path = WritePaths({
      std::string("\x03\xC1=\xC0\x80"),
      std::string("\x03\xC6parent\xC3Tom\xC3") + "Bob",
      std::string("\x03\xC6parent\xC3Tom\xC3") + "Bob!",
      std::string("\x60"),
      std::string("\xC1\xFF"),
      std::string("\xC2") + "42",
  });
  EXPECT_THAT(
      Read(path),
      ElementsAre("(= $v1 $v1)", "(parent Tom Bob)", "! 1 bytes follow the term (parent Tom Bob)",
                  HasSubstr("! "), "! a term with bytes that are not UTF-8, which no text can say",
                  "#\"42\""));
  EXPECT_THAT(Read(path, "", 5), ElementsAre("#\"42\""));
  EXPECT_THAT(Read(path, "", 50), ElementsAre());
}

TEST_F(KeyFactsTest, OwnKeysWithEntries) {
  const std::string text =
      Write("facts.jsonl",
            "{\"fact\":\"(age Bob "
            "42)\",\"confidence\":0.25,\"source\":\"s\",\"metadata\":{\"k\":\"v\"}}\n"
            "{\"fact\":\"(= (double $n) (* 2 $n))\"}\n"
            "{\"fact\":\"(parent Tom Bob)\",\"name\":\"p/1\"}\n");
  ConvertOptions options;
  ASSERT_TRUE(ConvertFile(files_, text, Path("facts.tree"), options).ok());
  EXPECT_THAT(Read(Path("facts.tree")),
              ElementsAre("(= (double $n) (* 2 $n))", "(age Bob 42) (0.250000 s 1)",
                          "p/1: (parent Tom Bob)"));
  EXPECT_THAT(Read(Path("facts.tree"), "other"), ElementsAre());
  // Without the .terms the entries are lost, and said to be.
  ASSERT_TRUE(files_.Remove(Path("facts.terms")).ok());
  EXPECT_THAT(
      Read(Path("facts.tree")),
      ElementsAre(HasSubstr("! its entry"), HasSubstr("! its entry"), HasSubstr("! its entry")));
}

TEST_F(KeyFactsTest, NotesOfExportedMettaAreRead) {
  const std::string text =
      Write("facts.metta",
            "(plain) ; (\n"
            ";@ {\"confidence\":0.5,\"metadata\":{\"k\":\"v\"}}\r\n ; more\n(a)\n"
            ";@no note\n(b)\n;@ {\"name\":\"n\"}\n(c)");
  ASSERT_TRUE(ConvertFile(files_, text, Path("facts.tree"), ConvertOptions()).ok());
  EXPECT_THAT(Read(Path("facts.tree")),
              ElementsAre("(a) (0.500000  1)", "(b)", "n: (c)", "(plain)"));
  int number = 0;
  for (const char* bad : {";@ {}", ";@ {}\n;@ {}\n(a)", ";@ {\"fact\":\"b\"}\n(a)", ";@ {\n(a)",
                          ";@ {\"confidence\":2}\n(a)"}) {
    const absl::Status status = ConvertFile(files_, Write(std::to_string(++number) + ".metta", bad),
                                            Path("bad.tree"), ConvertOptions())
                                    .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST_F(KeyFactsTest, SeveralSpacesMustBeNamed) {
  const std::string path = WritePaths({TermKey("a", "\xC1x", ""), NameKey("b", "n"),
                                       TermKey("b", "\xC1y", ""), TermKey("b", "\xC1z", "n")});
  const absl::Status status = KeyFactReader::Open(files_, path, "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a, b"));
  EXPECT_THAT(Read(path, "b"), ElementsAre("y", "n: z"));
}

TEST_F(KeyFactsTest, WritesWhatItReads) {
  for (const bool tree : {false, true}) {
    const std::string path = Path(tree ? "out.tree" : "out.paths");
    auto writer = RawKeyWriter::Create(files_, path, tree);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const char* term : {"(= $a $a)", "(age Bob 42)", "(age Bob \"x\")", "Bob"}) {
      const absl::StatusOr<bool> added = (*writer)->Add(term);
      EXPECT_TRUE(added.ok() && *added) << added.status();
    }
    EXPECT_EQ((*writer)->Add("Bob").value(), false);
    EXPECT_EQ((*writer)->Add("(age").status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ((*writer)->Add("(age A 1)").status().code(), absl::StatusCode::kInvalidArgument);
    ASSERT_TRUE((*writer)->Commit().ok());
    EXPECT_THAT(Read(path), ElementsAre("(= $v1 $v1)", "(age Bob 42)", "(age Bob \"x\")", "Bob"));
  }
}

TEST_F(KeyFactsTest, Checks) {
  EXPECT_TRUE(CheckFactText("(a \"b\")", "").ok());
  EXPECT_TRUE(CheckFactText("a", "n").ok());
  EXPECT_THAT(std::string(CheckFactText("(a \"\\q\")", "").message()),
              HasSubstr("line 1, column 5"));
  EXPECT_FALSE(CheckFactText("a b", "").ok());
  EXPECT_FALSE(CheckFactText("a", std::string(2000, 'n')).ok());
}

}  // namespace
}  // namespace pathkb
