// Goal: files of every version of the format are read as long as there are readers. Method: the
// files of tests/golden/terms, written when their version was new, against their entries.

#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/terms/terms_reader.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

std::string Golden(const std::string& name) {
  return ReadTestFile("tests/golden/terms/" + name + ".terms");
}

TEST(TermsGolden, AllOfThemAreRead) {
  const std::vector<std::string> small = {"red", "green", "", "blue"};
  EXPECT_EQ(AskForEntries(Golden("v1_small"), small), absl::OkStatus());
  EXPECT_EQ(AskForEntries(Golden("v1_entries"), GoldenEntries()), absl::OkStatus());
  EXPECT_EQ(AskForEntries(Golden("v2_small"), small), absl::OkStatus());
  EXPECT_EQ(AskForEntries(Golden("v2_entries"), GoldenEntries()), absl::OkStatus());
  EXPECT_EQ(AskForEntries(Golden("v2_entries_compressed"), GoldenEntries()), absl::OkStatus());
  EXPECT_EQ(TestFileStems("tests/golden/terms", ".terms").size(), 5u);
}

TEST(TermsGolden, TellTheirVersion) {
  const auto version_of = [](const std::string& name) {
    return (*TermsReader::Open(MapBytes(Golden(name))))->version();
  };
  const auto compressed = [](const std::string& name) {
    return (*TermsReader::Open(MapBytes(Golden(name))))->compressed();
  };
  EXPECT_EQ(version_of("v1_small"), 1u);
  EXPECT_EQ(version_of("v2_small"), 2u);
  EXPECT_FALSE(compressed("v1_entries"));
  EXPECT_FALSE(compressed("v2_entries"));
  EXPECT_TRUE(compressed("v2_entries_compressed"));
}

// In version 1 nothing is checked on the way: damage is found by Open() or Verify().
TEST(TermsGolden, VerifyNoticesEveryCutAndFlipOfVersionOne) {
  const std::string bytes = Golden("v1_small");
  const auto opens_and_verifies = [](std::string_view damaged) {
    const auto reader = TermsReader::Open(MapBytes(damaged));
    if (!reader.ok()) return false;
    std::string scratch;
    for (uint64_t id = 0; id <= 6; ++id) {
      const auto entry = (*reader)->Find(id, scratch);
      if (entry.ok()) Checksum(*entry);  // Touches all its bytes.
    }
    (*reader)->FindId("none").status().IgnoreError();
    return (*reader)->Verify().ok();
  };
  EXPECT_TRUE(opens_and_verifies(bytes));
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(opens_and_verifies(std::string_view(bytes).substr(0, length))) << length;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int mask = 1; mask < 256; ++mask) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      EXPECT_FALSE(opens_and_verifies(damaged)) << at << " " << mask;
    }
  }
}

}  // namespace
}  // namespace pathkb
