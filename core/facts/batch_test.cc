// Round trip of every kind of change, and every cut of the bytes: read as fewer changes or refused.

#include "core/facts/batch.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

Batch Sample() {
  Batch batch;
  batch.space = "family";
  batch.changes.push_back({Change::Kind::kSet, "\xC3Tom", "", ""});
  batch.changes.push_back({Change::Kind::kSet, std::string(300, 't'), "name/of", "entry"});
  batch.changes.push_back({Change::Kind::kDeleteTerm, "\xC3Tom", "", ""});
  batch.changes.push_back({Change::Kind::kDeleteName, "", "name/of", ""});
  batch.changes.push_back({Change::Kind::kDropSpace, "", "", ""});
  batch.changes.push_back({Change::Kind::kDeleteNamesBelow, "", "name/", ""});
  batch.changes.push_back({Change::Kind::kDeleteNamesBelow, "", "", ""});
  Change& arguments = batch.changes.emplace_back();
  arguments.kind = Change::Kind::kIndexArguments;
  arguments.index = {*IndexedArguments::FromText("1"), *IndexedArguments::FromText("2,9"),
                     *IndexedArguments::FromText("2")};
  batch.changes.push_back({Change::Kind::kIndexFacts, "", "", std::string(300, 'u')});
  batch.changes.push_back({Change::Kind::kIndexFacts, "from", "", "to"});
  for (const bool keep : {false, true}) {
    Change& duplicates = batch.changes.emplace_back();
    duplicates.kind = Change::Kind::kDuplicates;
    duplicates.keeps_duplicates = keep;
  }
  batch.changes.push_back({Change::Kind::kDeleteCopies, "\xC3Tom", "", ""});
  batch.changes.push_back({Change::Kind::kForkSpace, "", "source", ""});
  batch.changes.push_back({Change::Kind::kForkSpace, "", "source", "\x2A"});
  return batch;
}

TEST(BatchTest, RoundTrip) {
  EXPECT_EQ(*DecodeBatch(EncodeBatch(Sample())), Sample());
  Batch empty;
  empty.space = "s";
  EXPECT_EQ(*DecodeBatch(EncodeBatch(empty)), empty);
}

TEST(BatchTest, ARequestGoesBeforeTheChanges) {
  Batch batch = Sample();
  const size_t plain_bytes = EncodeBatch(batch).size();
  batch.request_id = std::string(128, 'i');
  batch.request_outcome = std::string("a\0b", 3);
  const std::string bytes = EncodeBatch(batch);
  EXPECT_EQ(bytes.size(), plain_bytes + 1 + 1 + 128 + 1 + 3);
  EXPECT_EQ(*DecodeBatch(bytes), batch);
  batch.changes.clear();
  const std::string alone = EncodeBatch(batch);
  EXPECT_EQ(*DecodeBatch(alone), batch);
  for (size_t cut = 8; cut < alone.size(); ++cut) {
    EXPECT_FALSE(DecodeBatch(alone.substr(0, cut)).ok()) << cut;
  }
  EXPECT_FALSE(DecodeBatch(std::string("\x01s\0\0\0", 5)).ok()) << "an empty id is none";
}

TEST(BatchTest, CutsAndUnknownKindsAreRefused) {
  const std::string bytes = EncodeBatch(Sample());
  int whole = 0;
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto batch = DecodeBatch(std::string_view(bytes).substr(0, cut));
    if (batch.ok()) {
      ++whole;
      EXPECT_LT(batch->changes.size(), Sample().changes.size());
    } else {
      EXPECT_EQ(batch.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  // After the space, and after each change but the last.
  EXPECT_EQ(whole, static_cast<int>(Sample().changes.size()));
  EXPECT_FALSE(DecodeBatch("\x01s\x09").ok());
  EXPECT_FALSE(DecodeBatch("\x01s\x09\x02").ok());
  EXPECT_FALSE(DecodeBatch("\x01s\x0B").ok());
  EXPECT_FALSE(DecodeBatch("\x01s\x08").ok());
  EXPECT_TRUE(DecodeBatch(std::string("\x01s\x06\x04\x04\x02", 6)).ok());
  EXPECT_FALSE(DecodeBatch(std::string("\x01s\x06\x05\x04\x02", 6)).ok()) << "no position 0";
  EXPECT_FALSE(DecodeBatch(std::string("\x01s\x06\xF9\x00\x04\x00\x00", 7)).ok()) << "nor 10";
}

}  // namespace
}  // namespace pathkb
