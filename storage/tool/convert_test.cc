// Goal: what goes through any two forms and back is what it was, and what a form cannot hold is
// said. Method: golden files and small texts through every pair of forms.

#include "storage/tool/convert.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/diff.h"
#include "storage/tool/dump.h"
#include "storage/tool/fact_pair.h"
#include "storage/tool/verifier.h"

namespace pathkb {
namespace {

// In the order of their keys.
constexpr char kFacts[] =
    "{\"fact\":\"(text \\\"a\\\\nb\\\")\",\"name\":\"\",\"confidence\":1,\"source\":\"\","
    "\"metadata\":{}}\n"
    "{\"fact\":\"(= (double $n) (* 2 $n))\",\"name\":\"\",\"confidence\":1,\"source\":\"\","
    "\"metadata\":{}}\n"
    "{\"fact\":\"(age Bob 42)\",\"name\":\"\",\"confidence\":0.25,\"source\":\"a \\\"book\\\"\","
    "\"metadata\":{\"k\":\"v\",\"l\":\"\"}}\n"
    "{\"fact\":\"(parent Tom Bob)\",\"name\":\"p/1\",\"confidence\":1,\"source\":\"\","
    "\"metadata\":{}}\n";

class ConvertTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/convert";
    ASSERT_TRUE(files_.CreateDirectory(folder_).ok());
    const std::vector<std::string> names = files_.List(folder_).value();
    for (const std::string& name : names) {
      ASSERT_TRUE(files_.Remove(Path(name)).ok());
    }
    options_.on_note = [this](const std::string& note) { notes_.push_back(note); };
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Write(const std::string& name, const std::string& text) {
    auto file = files_.Create(Path(name));
    EXPECT_TRUE(file.ok() && (*file)->Append(text).ok() && (*file)->Close().ok());
    return Path(name);
  }

  std::string Convert(const std::string& in, const std::string& name) {
    notes_.clear();
    const auto totals = ConvertFile(files_, in, Path(name), options_);
    EXPECT_TRUE(totals.ok()) << totals.status();
    return Path(name);
  }

  absl::Status Refused(const std::string& in, const std::string& name) {
    const absl::Status status = ConvertFile(files_, in, Path(name), options_).status();
    EXPECT_FALSE(status.ok());
    return status;
  }

  std::string Dump(const std::string& path) {
    std::string text;
    const auto append = [&](std::string_view piece) {
      text += piece;
      return true;
    };
    const absl::Status status = DumpFile(files_, path, append);
    EXPECT_TRUE(status.ok()) << status;
    return text;
  }

  void ExpectSound(const std::string& path) {
    Verifier verifier(files_, {.on_problem = [](const FileProblem& problem) {
                        ADD_FAILURE() << problem.Line();
                      }});
    const absl::Status status = verifier.VerifyFile(path);
    EXPECT_TRUE(status.ok()) << status;
  }

  FileSystem& files_ = RealFileSystem();
  std::string folder_;
  ConvertOptions options_;
  std::vector<std::string> notes_;
};

TEST_F(ConvertTest, TreesAreRewrittenWithTheSameKeysAndInPathMapsOwnBytes) {
  int count = 0;
  for (const std::string& stem : TestFileStems("tests/golden", ".tree")) {
    options_.replace = true;
    options_.canonical = false;
    const std::string ours = Convert(stem + ".tree", "x.tree");
    ExpectSound(ours);
    EXPECT_EQ(Dump(ours), Dump(stem + ".tree")) << stem;
    options_.canonical = true;
    const std::string theirs = Convert(ours, "y.tree");
    ExpectSound(theirs);
    // Those that are not canonical themselves, or hold paths without a value.
    if (stem.find("merged") != stem.npos && !stem.ends_with("merged.base")) continue;
    if (stem.ends_with("line_cache_collision") || stem.ends_with("dangling")) continue;
    EXPECT_EQ(ReadTestFile(theirs), ReadTestFile(stem + ".tree")) << stem;
    ++count;
  }
  EXPECT_EQ(count, 21);
}

TEST_F(ConvertTest, TreesAndListsThereAndBack) {
  for (const std::string& stem : TestFileStems("tests/golden", ".tree")) {
    options_.replace = true;
    const std::string list = Convert(stem + ".tree", "x.paths");
    ExpectSound(list);
    const bool has_values = !notes_.empty();
    options_.value_is_index = false;
    const std::string zeros = Convert(list, "x.tree");
    const std::string keys = Convert(zeros, "y.paths");
    EXPECT_EQ(Dump(keys), Dump(list)) << stem;
    EXPECT_TRUE(notes_.empty());
    options_.value_is_index = true;
    const std::string places = Convert(list, "z.tree");
    EXPECT_EQ(Dump(places), Dump(list)) << stem;
    if (stem.ends_with("/values")) EXPECT_TRUE(has_values) << "and they were dropped";
  }
}

TEST_F(ConvertTest, AListInAnyOrderIsSorted) {
  // Eight records; the later place of a repeated one counts.
  options_.value_is_index = true;
  const std::string tree = Convert("tests/golden/raw_stream.paths", "x.tree");
  ExpectSound(tree);
  EXPECT_EQ(notes_.size(), 1u) << "some were repeated";
  KeyTable expected;
  uint64_t place = 0;
  for (const std::string& path : ReadHexLines("tests/golden/raw_stream.order.txt")) {
    expected[path] = place++;
  }
  EXPECT_EQ(Dump(tree).find("\t"), 0u) << "the empty path comes first";
  for (const auto& [key, value] : expected) {
    const auto pair = FactPair::Open(files_, tree);
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ((*pair)->Find(key).value(), value);
  }
}

TEST_F(ConvertTest, FactsThroughEveryForm) {
  const std::string facts = Write("facts.jsonl", kFacts);
  const std::string tree = Convert(facts, "pair.tree");
  ExpectSound(tree);
  ExpectSound(Path("pair.terms"));
  ExpectSound(Path("pair.sums"));
  EXPECT_EQ(ReadTestFile(Convert(tree, "back.jsonl")), kFacts);
  EXPECT_TRUE(notes_.empty());

  const std::string metta = Convert(tree, "back.metta");
  EXPECT_EQ(ReadTestFile(metta),
            "(text \"a\\nb\")\n(= (double $n) (* 2 $n))\n(age Bob 42)\n(parent Tom Bob)\n");
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("2 of 4 facts have a name"), std::string::npos) << notes_[0];

  const std::string plain = Convert(metta, "plain.tree");
  EXPECT_EQ(ReadTestFile(Convert(plain, "plain.metta")), ReadTestFile(metta));
  EXPECT_EQ(ReadTestFile(Convert(metta, "plain.jsonl")), ReadTestFile(Convert(plain, "p2.jsonl")));
  // Keys alone, which are facts still, under the names that variables have without an entry.
  const std::string list = Convert(tree, "keys.paths");
  EXPECT_EQ(ReadTestFile(Convert(list, "keys.metta")),
            "(text \"a\\nb\")\n(= (double $v1) (* 2 $v1))\n(age Bob 42)\n(parent Tom Bob)\n");
}

TEST_F(ConvertTest, EqualFactsMakeEqualFilesInWhateverOrder) {
  const std::string text = kFacts;
  const size_t cut = text.find('\n') + 1;
  const std::string one = Write("one.jsonl", text);
  const std::string two = Write("two.jsonl", text.substr(cut) + text.substr(0, cut));
  ASSERT_TRUE(BuildPair(files_, {one}, Path("a"), {}).ok());
  ASSERT_TRUE(BuildPair(files_, {two, one}, Path("b"), {}).ok());
  for (const std::string ending : {".tree", ".terms", ".sums"}) {
    EXPECT_EQ(ReadTestFile(Path("a" + ending)), ReadTestFile(Path("b" + ending))) << ending;
    ExpectSound(Path("a" + ending));
  }
  const auto pair = FactPair::Open(files_, Path("a.tree"));
  ASSERT_TRUE(pair.ok()) << pair.status();
  EXPECT_EQ((*pair)->terms()->entry_count(), 3u) << "two with more than a term, one with variables";
}

TEST_F(ConvertTest, ToAStreamTheSameBytes) {
  for (const ConvertForm form : {ConvertForm::kTree, ConvertForm::kPaths}) {
    std::string text;
    const TextSink sink = [&](std::string_view piece) {
      text += piece;
      return true;
    };
    const auto totals = ConvertToStream(files_, "tests/golden/values.tree", form, sink, options_);
    ASSERT_TRUE(totals.ok()) << totals.status();
    options_.replace = true;
    const std::string name = form == ConvertForm::kTree ? "v.tree" : "v.paths";
    EXPECT_EQ(text, ReadTestFile(Convert("tests/golden/values.tree", name)));
  }
  const TextSink closed = [](std::string_view) { return false; };
  EXPECT_TRUE(
      ConvertToStream(files_, "tests/golden/values.tree", ConvertForm::kPaths, closed, options_)
          .ok());
  const std::string facts = Write("facts.jsonl", kFacts);
  EXPECT_EQ(ConvertToStream(files_, facts, ConvertForm::kTree, closed, options_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ConvertTest, RefusalsLeaveNothing) {
  using Code = absl::StatusCode;
  EXPECT_EQ(Refused("tests/golden/values.tree", "x.txt").code(), Code::kInvalidArgument);
  EXPECT_EQ(Refused("/no/such.tree", "x.paths").code(), Code::kNotFound);
  EXPECT_EQ(Refused("tests/golden/values.tree", "x.metta").code(), Code::kNotFound);
  EXPECT_EQ(Refused("tests/golden/bad/truncated.paths", "x.tree").code(), Code::kDataLoss);
  const absl::Status bad_text = Refused(Write("bad.metta", "(a)\n(b"), "x.tree");
  EXPECT_EQ(bad_text.code(), Code::kInvalidArgument);
  EXPECT_NE(bad_text.message().find("line 2"), absl::string_view::npos) << bad_text;
  const absl::Status bad_line = Refused(
      Write("bad.jsonl", "{\"fact\":\"(a)\"}\n\n{\"fact\":\"(a)\",\"confidence\":2}\n"), "x.tree");
  EXPECT_EQ(bad_line.code(), Code::kInvalidArgument);
  EXPECT_NE(bad_line.message().find("line 3"), absl::string_view::npos) << bad_line;
  EXPECT_EQ(Refused(Path("bad.jsonl"), "x.act").code(), Code::kInvalidArgument);
  options_.space = "Not A Space";
  EXPECT_EQ(Refused("tests/golden/values.tree", "x.paths").code(), Code::kInvalidArgument);
  options_.space = "default";
  EXPECT_EQ(files_.List(folder_).value(), (std::vector<std::string>{"bad.jsonl", "bad.metta"}));

  const std::string facts = Write("facts.jsonl", kFacts);
  Write("x.sums", "mine");
  EXPECT_EQ(Refused(facts, "x.tree").code(), Code::kAlreadyExists);
  EXPECT_EQ(ReadTestFile(Path("x.sums")), "mine");
  // An entry of a .terms that is not there.
  Convert(facts, "y.tree");
  ASSERT_TRUE(files_.Remove(Path("y.terms")).ok());
  EXPECT_EQ(Refused(Path("y.tree"), "z.metta").code(), Code::kDataLoss);
}

}  // namespace
}  // namespace pathkb
