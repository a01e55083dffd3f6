#include "tests/support/test_terms.h"

#include <optional>
#include <set>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"

namespace pathkb {
namespace {

bool IsDamage(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

// Keeps the first error in `first`.
void Note(const absl::Status& status, absl::Status& first) {
  if (status.ok()) return;
  EXPECT_TRUE(IsDamage(status)) << status;
  if (first.ok()) first = status;
}

void AskById(const TermsReader& reader, const std::vector<std::string>& entries, uint64_t id_step,
             absl::Status& first) {
  std::string scratch;
  for (uint64_t id = 1; id <= entries.size(); id += id_step) {
    const auto entry = reader.Find(id, scratch);
    Note(entry.status(), first);
    EXPECT_TRUE(!entry.ok() || *entry == entries[id - 1]) << "a wrong entry " << id;
  }
  for (const uint64_t id : {uint64_t{0}, uint64_t{entries.size() + 1}, ~uint64_t{0}}) {
    EXPECT_EQ(reader.Find(id, scratch).status().code(), absl::StatusCode::kNotFound) << id;
  }
}

void AskByBytes(const TermsReader& reader, const std::vector<std::string>& entries,
                uint64_t id_step, absl::Status& first) {
  for (uint64_t id = 1; id <= entries.size(); id += id_step) {
    const auto found = reader.FindId(entries[id - 1]);
    Note(found.status(), first);
    EXPECT_TRUE(!found.ok() || *found == id) << "a wrong id for entry " << id;
  }
  for (const char* absent : {"never was", "nor was this", "redgreen"}) {
    const auto found = reader.FindId(absent);
    Note(found.status(), first);
    EXPECT_TRUE(!found.ok() || *found == std::nullopt) << "an id for " << absent;
  }
}

}  // namespace

DatabaseId TestDatabase() { return *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f"); }

std::string WriteTerms(const std::vector<std::string>& entries, const TermsOptions& options) {
  MemoryWritableFile file;
  TermsWriter writer(file, TestDatabase(), kTestRevision, options);
  for (const std::string& entry : entries) EXPECT_TRUE(writer.Intern(entry).ok());
  const auto totals = writer.Finish();
  EXPECT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->entries, entries.size());
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, Checksum(file.bytes()));
  return file.bytes();
}

std::vector<std::string> GoldenEntries() {
  std::vector<std::string> entries;
  std::set<std::string> known;
  for (int n = 1; n <= 500; ++n) {
    std::string entry;
    const int times = n == 300 ? 17'500 : n % 97;
    for (int i = 0; i < times; ++i) entry += std::to_string(n) + " ";
    if (known.insert(entry).second) entries.push_back(entry);
  }
  return entries;
}

absl::Status AskForEntries(std::string_view bytes, const std::vector<std::string>& entries,
                           uint64_t id_step, bool verify_first, TermsHash hash) {
  const auto opened = TermsReader::Open(MapBytes(bytes), hash);
  absl::Status first;
  Note(opened.status(), first);
  if (!opened.ok()) return first;
  const TermsReader& reader = **opened;
  EXPECT_EQ(reader.database_id(), TestDatabase());
  EXPECT_EQ(reader.revision(), kTestRevision);
  EXPECT_EQ(reader.entry_count(), entries.size());
  EXPECT_EQ(reader.file_bytes(), bytes.size());
  if (verify_first) Note(reader.Verify(), first);
  AskById(reader, entries, id_step, first);
  AskByBytes(reader, entries, id_step, first);
  if (!verify_first) Note(reader.Verify(), first);
  return first;
}

}  // namespace pathkb
