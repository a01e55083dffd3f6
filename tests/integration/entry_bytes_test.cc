// The entry bytes that core writes are those of the protobuf message, both ways, for random
// entries.

#include <random>

#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb {
namespace {

std::string RandomText(std::mt19937_64& random) {
  std::string text;
  for (uint64_t i = random() % 200; i > 0; --i) {
    text.push_back(static_cast<char>('a' + random() % 26));
  }
  return text;
}

TEST(EntryBytesTest, TheProtobufLibraryReadsAndWritesTheSame) {
  std::mt19937_64 random(2611);
  for (int round = 0; round < 500; ++round) {
    Entry entry;
    if (random() % 2 == 0) entry.confidence = static_cast<double>(random() % 1000) / 1000;
    if (random() % 2 == 0) entry.source = RandomText(random);
    for (uint64_t i = random() % 4; i > 0; --i)
      entry.metadata[RandomText(random)] = RandomText(random);
    if (random() % 2 == 0) entry.encoded_term = std::string("\x01\xC3\xFF\x00z", 5);
    for (uint64_t i = random() % 3; i > 0; --i) entry.variable_names.push_back(RandomText(random));

    v1::Entry message;
    ASSERT_TRUE(message.ParseFromString(EncodeEntry(entry)));
    EXPECT_EQ(message.has_confidence(), entry.confidence != 1);
    if (message.has_confidence()) EXPECT_EQ(message.confidence(), entry.confidence);
    EXPECT_EQ(message.source(), entry.source);
    EXPECT_EQ(
        (std::map<std::string, std::string>(message.metadata().begin(), message.metadata().end())),
        entry.metadata);
    EXPECT_EQ(message.encoded_term(), entry.encoded_term);
    EXPECT_EQ(
        std::vector<std::string>(message.variable_names().begin(), message.variable_names().end()),
        entry.variable_names);
    EXPECT_EQ(*DecodeEntry(message.SerializeAsString()), entry);
    EXPECT_EQ(message.ByteSizeLong(), EncodeEntry(entry).size());
  }
}

}  // namespace
}  // namespace pathkb
