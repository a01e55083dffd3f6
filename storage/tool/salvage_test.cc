// Goal: what can be read of a damaged file or directory is saved, what cannot is told, and nothing
// that was sound is lost or changed. Method: sound ones, which must come out whole; every byte of a
// pair and of a directory flipped, what comes out compared with what was put in; golden files.

#include "storage/tool/salvage.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/directory_verifier.h"
#include "storage/tool/dump.h"
#include "storage/tool/test_directory.h"

namespace pathkb {
namespace {

class SalvageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/salvage";
    std::filesystem::remove_all(folder_);
    ASSERT_TRUE(files_.CreateDirectory(folder_).ok());
    options_.replace = true;
    options_.on_loss = [this](const FileProblem& problem) { losses_.push_back(problem.Line()); };
    options_.on_note = [this](const std::string& note) { notes_.push_back(note); };
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void Write(const std::string& path, const std::string& bytes) {
    files_.Remove(path).IgnoreError();
    auto file = files_.Create(path);
    ASSERT_TRUE(file.ok() && (*file)->Append(bytes).ok() && (*file)->Close().ok());
  }

  absl::StatusOr<SalvageTotals> Run(const std::string& in, const std::string& out) {
    losses_.clear();
    notes_.clear();
    auto totals = Salvage(files_, in, Path(out), options_);
    if (totals.ok()) EXPECT_EQ(totals->losses, losses_.size());
    return totals;
  }

  // The lines of the output; none if nothing could be read.
  std::set<std::string> Lines(const std::string& in, const std::string& out) {
    const auto totals = Run(in, out);
    std::set<std::string> lines;
    if (!totals.ok()) {
      EXPECT_EQ(totals.status().code(), absl::StatusCode::kDataLoss) << totals.status();
      return lines;
    }
    const std::string text = ReadTestFile(Path(out));
    for (size_t start = 0; start < text.size();) {
      const size_t end = text.find('\n', start);
      lines.insert(text.substr(start, end - start));
      start = end + 1;
    }
    return lines;
  }

  std::string Dump(const std::string& path) {
    std::string text;
    EXPECT_TRUE(DumpFile(files_, path, [&](std::string_view piece) {
                  text += piece;
                  return true;
                }).ok());
    return text;
  }

  FileSystem& files_ = RealFileSystem();
  std::string folder_;
  SalvageOptions options_;
  std::vector<std::string> losses_;
  std::vector<std::string> notes_;
};

// Facts enough for several levels, some with entries, one with a name.
std::string FactLines() {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += fmt::format("{{\"fact\":\"(likes person{} thing{})\"", i * 7 % 60, i);
    if (i % 3 == 0) text += fmt::format(",\"confidence\":0.5,\"source\":\"s{}\"", i % 9);
    if (i == 30) text += ",\"name\":\"thirty\"";
    text += "}\n";
  }
  return text;
}

TEST_F(SalvageTest, SoundFilesComeOutWhole) {
  for (const std::string stem : {"values", "random_abcd_5k", "merged", "odd/gaps",
                                 "odd/shared_subtrees_dag", "fanout_256_root_deep", "long_keys"}) {
    const std::string path = "tests/golden/" + stem + ".tree";
    ASSERT_TRUE(Run(path, "x.tree").ok());
    EXPECT_TRUE(losses_.empty()) << stem << ": " << losses_[0];
    EXPECT_EQ(Dump(Path("x.tree")), Dump(path)) << stem;
  }
  ASSERT_TRUE(Run("tests/golden/random_10k.paths", "x.paths").ok());
  EXPECT_TRUE(losses_.empty());
  EXPECT_EQ(Dump(Path("x.paths")), Dump("tests/golden/random_10k.paths"));
}

TEST_F(SalvageTest, BadTreesAreReadWithoutHarm) {
  int saved = 0;
  for (const std::string& stem : TestFileStems("tests/golden/bad", ".tree")) {
    const auto totals = Run(stem + ".tree", "x.tree");
    EXPECT_FALSE(losses_.empty()) << stem;
    if (!totals.ok()) {
      EXPECT_EQ(totals.status().code(), absl::StatusCode::kDataLoss) << totals.status();
      EXPECT_FALSE(files_.Exists(Path("x.tree.partial")).value());
      continue;
    }
    ++saved;
    Verifier verifier(files_, {.on_problem = [](const FileProblem&) {}});
    ASSERT_TRUE(verifier.VerifyFile(Path("x.tree")).ok());
    EXPECT_EQ(verifier.problems(), 0u) << stem;
  }
  EXPECT_GE(saved, 1);
}

TEST_F(SalvageTest, AListUpToItsDamage) {
  const std::string bytes = ReadTestFile("tests/golden/random_10k.paths");
  Write(Path("cut.paths"), bytes.substr(0, bytes.size() / 2));
  const auto totals = Run(Path("cut.paths"), "x.paths");
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(losses_.size(), 1u);
  EXPECT_GT(totals->written, 4000u);
  EXPECT_LT(totals->written, 6000u);
}

TEST_F(SalvageTest, AnyByteOfAPairCostsLittleAndIsTold) {
  Write(Path("facts.jsonl"), FactLines());
  ASSERT_TRUE(BuildPair(files_, {Path("facts.jsonl")}, Path("pair"), {}).ok());
  const std::set<std::string> all = Lines(Path("pair.tree"), "x.jsonl");
  ASSERT_EQ(all.size(), 60u);
  EXPECT_TRUE(losses_.empty());
  uint64_t kept = 0, wrong = 0, rounds = 0;
  for (const std::string ending : {".tree", ".terms", ".sums"}) {
    const std::string sound = ReadTestFile(Path("pair" + ending));
    for (size_t at = 0; at < sound.size(); at += ending == ".sums" ? 1 : 7) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
      Write(Path("pair" + ending), bytes);
      const std::set<std::string> lines = Lines(Path("pair.tree"), "x.jsonl");
      ASSERT_FALSE(losses_.empty()) << ending << " byte " << at << " was not noticed";
      for (const std::string& line : lines) ++(all.contains(line) ? kept : wrong);
      ++rounds;
      // And only what is certain: then nothing is wrong.
      if (at % 4 != 0) continue;
      options_.only_certain = true;
      for (const std::string& line : Lines(Path("pair.tree"), "x.jsonl")) {
        EXPECT_TRUE(all.contains(line)) << ending << " byte " << at << ": " << line;
      }
      options_.only_certain = false;
    }
    Write(Path("pair" + ending), sound);
  }
  std::cout << rounds << " bytes flipped: " << kept << " facts right, " << wrong << " changed, of "
            << rounds * all.size() << "\n";
  EXPECT_GT(kept, rounds * all.size() * 9 / 10);
}

TEST_F(SalvageTest, WithoutATermsTheTermsAreKept) {
  Write(Path("facts.jsonl"), FactLines());
  ASSERT_TRUE(BuildPair(files_, {Path("facts.jsonl")}, Path("pair"), {}).ok());
  const std::set<std::string> all = Lines(Path("pair.tree"), "x.metta");
  ASSERT_TRUE(files_.Remove(Path("pair.terms")).ok());
  EXPECT_EQ(Lines(Path("pair.tree"), "x.metta"), all);
  EXPECT_EQ(losses_.size(), 1u) << "all entries, told at once";
}

// Two snapshots with a log behind each.
TestDirectory Directory(const std::string& name) {
  TestDirectory directory(name);
  directory.Commit(FactLines());
  directory.Snapshot();
  for (int i = 0; i < 5; ++i) {
    directory.Commit(fmt::format("{{\"fact\":\"(second {})\",\"source\":\"x\"}}\n", i));
  }
  directory.Snapshot();
  for (int i = 0; i < 5; ++i) {
    directory.Commit(fmt::format("{{\"fact\":\"(third {})\"}}\n", i));
  }
  return directory;
}

TEST_F(SalvageTest, ASoundDirectoryComesOutWhole) {
  const TestDirectory directory = Directory("salvage_sound");
  ASSERT_TRUE(Run(directory.path(), "x.jsonl").ok());
  EXPECT_TRUE(losses_.empty());
  EXPECT_EQ(ReadTestFile(Path("x.jsonl")), directory.Facts());
  ASSERT_TRUE(Run(directory.path(), "x.tree").ok());
  ASSERT_TRUE(Run(Path("x.tree"), "y.jsonl").ok());
  EXPECT_EQ(ReadTestFile(Path("y.jsonl")), directory.Facts());
  // Nothing is lost, but the space that was asked for has nothing.
  options_.space = "another";
  const auto none = Run(directory.path(), "z.jsonl");
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(std::string(none.status().message()).ends_with("no facts of space \"another\""))
      << none.status();
  EXPECT_FALSE(std::filesystem::exists(Path("z.jsonl")));
}

TEST_F(SalvageTest, AFlippedByteAnywhereInADirectory) {
  const TestDirectory directory = Directory("salvage_flips");
  const std::set<std::string> all = Lines(directory.path(), "x.metta");
  ASSERT_EQ(all.size(), 70u);
  uint64_t lossless = 0, lossy = 0;
  for (const std::string folder : {"snapshots", "wal", "manifests"}) {
    for (const std::string& name : directory.Names(folder)) {
      const std::string sound = directory.Read(name);
      for (size_t at = 0; at < sound.size(); at += 1 + sound.size() / 23) {
        std::string bytes = sound;
        bytes[at] = static_cast<char>(bytes[at] ^ 4);
        directory.Write(name, bytes);
        const std::set<std::string> lines = Lines(directory.path(), "x.metta");
        ++(losses_.empty() ? lossless : lossy);
        // The last commit of the log looks as if it had never been finished; then that is said.
        const bool torn = std::any_of(notes_.begin(), notes_.end(), [](const std::string& note) {
          return note.find("never acknowledged") != note.npos;
        });
        if (losses_.empty() && !torn) EXPECT_EQ(lines, all) << name << " byte " << at;
        // The newest snapshot, or the one before with its log, is always there.
        if (folder != "wal") EXPECT_EQ(lines, all) << name << " byte " << at;
        EXPECT_GE(lines.size(), 60u) << name << " byte " << at;
        EXPECT_EQ(directory.Read(name), bytes) << "changed what it read";
      }
      directory.Write(name, sound);
    }
  }
  EXPECT_GT(lossless, 0u);
  EXPECT_GT(lossy, 0u);
}

TEST_F(SalvageTest, DeltasAreReadWhereThereIsNoLog) {
  TestDirectory directory("salvage_deltas");
  directory.Commit(FactLines());
  directory.Snapshot();
  for (int i = 0; i < 3; ++i) {
    directory.Commit(fmt::format("{{\"fact\":\"(in delta {})\",\"source\":\"x\"}}\n", i));
    directory.Delta();
  }
  directory.Commit("{\"fact\":\"(in log)\"}\n");
  const Manifest manifest = directory.manifest();
  for (const uint64_t freed : {2, 3}) {
    const std::string name = fmt::format("{}/wal/r{:020}.log", directory.path(), freed);
    ASSERT_TRUE(files_.Remove(name).ok());
  }
  ASSERT_EQ(manifest.wal_segments, (std::vector<uint64_t>{1, 4})) << "and 5, begun since";
  const std::set<std::string> all = Lines(directory.path(), "x.metta");
  EXPECT_TRUE(losses_.empty());
  ASSERT_EQ(all.size(), 64u);
  ASSERT_TRUE(Run(directory.path(), "x.jsonl").ok());
  EXPECT_EQ(ReadTestFile(Path("x.jsonl")), directory.Facts());
  const std::vector<std::string> names = directory.Names("deltas");
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string sound = directory.Read(names[i]);
    directory.Write(names[i], sound.substr(0, sound.size() / 2));
    const std::set<std::string> lines = Lines(directory.path(), "x.metta");
    EXPECT_EQ(lines.contains(fmt::format("(in delta {})", i)), i == 2) << "2 is in the log, too";
    EXPECT_EQ(lines.size(), i == 2 ? 64u : 63u);
    EXPECT_EQ(losses_.empty(), i == 2);
    if (i != 2) {
      EXPECT_NE(losses_.back().find(fmt::format("revisions {} to {} are lost", i + 2, i + 2)),
                std::string::npos)
          << losses_.back();
    }
    directory.Write(names[i], sound);
  }
}

TEST_F(SalvageTest, RecordsBehindTheDamageAreSaved) {
  const TestDirectory directory = Directory("salvage_log");
  const std::string name = directory.Names("wal").back();
  std::string bytes = directory.Read(name);
  // The payload of the second of five records, after which three sound ones follow.
  const size_t first = bytes.find("third");
  const size_t second = bytes.find("third", first + 1);
  ASSERT_NE(second, bytes.npos);
  bytes[second] = 'T';
  directory.Write(name, bytes);
  std::set<std::string> third;
  for (const std::string& line : Lines(directory.path(), "x.metta")) {
    if (line.starts_with("(third")) third.insert(line);
  }
  EXPECT_EQ(third.size(), 4u);
  ASSERT_FALSE(losses_.empty());
  EXPECT_NE(losses_.back().find("are lost"), std::string::npos) << losses_.back();
}

TEST_F(SalvageTest, WithoutCurrentAndWithoutManifests) {
  const TestDirectory directory = Directory("salvage_bare");
  const std::set<std::string> all = Lines(directory.path(), "x.metta");
  directory.Write("CURRENT", "manifests/99 0000000000000000\n");
  EXPECT_EQ(Lines(directory.path(), "x.metta"), all);
  EXPECT_FALSE(losses_.empty());
  for (const std::string& name : directory.Names("manifests")) directory.Write(name, "");
  EXPECT_EQ(Lines(directory.path(), "x.metta"), all);
  for (const std::string& name : directory.Names("snapshots")) {
    ASSERT_TRUE(files_.Remove(directory.path() + "/" + name).ok());
  }
  EXPECT_EQ(Lines(directory.path(), "x.metta"), all) << "the log was kept whole";
}

TEST_F(SalvageTest, Refusals) {
  using Code = absl::StatusCode;
  EXPECT_EQ(Run("tests/golden/values.tree", "x.txt").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Run("tests/golden/values.keys.tsv", "x.tree").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Run("/no/such.tree", "x.tree").status().code(), Code::kNotFound);
  EXPECT_EQ(Run(folder_, "x.tree").status().code(), Code::kInvalidArgument);
  Write(Path("x.tree"), "mine");
  options_.replace = false;
  EXPECT_EQ(Run("tests/golden/values.tree", "x.tree").status().code(), Code::kAlreadyExists);
  EXPECT_EQ(ReadTestFile(Path("x.tree")), "mine");
}

}  // namespace
}  // namespace pathkb
