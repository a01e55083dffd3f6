// Goal: an import commits whole batches, knows exactly what it committed, and names the place of
// every bad fact in the input. Method: a fake server that refuses facts with the word `bad`, and a
// hook in it that answers calls out of order or not at all.

#include "client/cpp/importer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "client/cpp/formats/format.h"
#include "client/cpp/testing/fake_server.h"

namespace pathkb::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Hands out `text` in pieces of `chunk_bytes`.
ChunkSource SourceOf(std::string text, size_t chunk_bytes = 100) {
  return [text = std::move(text), chunk_bytes, at = size_t{0}](
             char* buffer, size_t bytes) mutable -> absl::StatusOr<size_t> {
    const size_t count = std::min({chunk_bytes, bytes, text.size() - at});
    std::memcpy(buffer, text.data() + at, count);
    at += count;
    return count;
  };
}

// Facts (f FIRST) to (f LAST - 1), one a line.
std::string Lines(int first, int last) {
  std::string text;
  for (int i = first; i < last; ++i) text += "(f " + std::to_string(i) + ")\n";
  return text;
}

// An input in MeTTa.
TextInput InputOf(ChunkSource source, size_t fact_bytes_max = FactSplitter::kFactBytesMax) {
  ReaderOptions options;
  options.fact_bytes_max = fact_bytes_max;
  return TextInput(std::move(source), *NewFactReader(options));
}

class ImporterTest : public ::testing::Test {
 protected:
  ImporterTest() : client_(*PathkbClient::Connect(server_.address())) {
    options_.space = "s";
    options_.batch_facts_max = 10;
    options_.on_rejected = [this](const RejectedText& rejected, const std::string&) {
      rejected_.push_back(rejected);
    };
  }

  ImportResult Import(const std::string& text) {
    TextInput input = InputOf(SourceOf(text));
    return Importer(client_.get(), options_).Run(input);
  }

  FakeServer server_;
  std::unique_ptr<PathkbClient> client_;
  ImportOptions options_;
  std::vector<RejectedText> rejected_;
};

TEST_F(ImporterTest, CountsWhatItDid) {
  const std::string text = Lines(0, 95) + "(f 3) ; twice\n";
  ImportResult result = Import(text);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.totals.inserted, 95);
  EXPECT_EQ(result.totals.unchanged, 1);
  EXPECT_EQ(result.totals.batches, 10);
  EXPECT_EQ(result.totals.last_revision, 10);
  EXPECT_EQ(result.totals.bytes, text.size());
  EXPECT_THAT(server_.Facts("s"), SizeIs(95));

  result = Import(text);
  EXPECT_EQ(result.totals.inserted, 0);
  EXPECT_EQ(result.totals.unchanged, 96);
  EXPECT_EQ(result.totals.last_revision, 10);
}

TEST_F(ImporterTest, EmptyInput) {
  const ImportResult result = Import("; nothing\n");
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(result.totals.batches, 0);
  EXPECT_THAT(server_.InsertSizes(), IsEmpty());
}

TEST_F(ImporterTest, BatchesEndAtEitherBound) {
  options_.batch_bytes_max = 20;
  options_.calls_in_flight_max = 1;
  ASSERT_TRUE(
      Import("(345678) (345678) (3456) (" + std::string(30, 'x') + ") (a) (b)").status.ok());
  EXPECT_THAT(server_.InsertSizes(), ElementsAre(2, 1, 1, 2));
}

TEST_F(ImporterTest, StopsAtABadFactOfTheServer) {
  options_.calls_in_flight_max = 1;
  // Batches of ten: the bad fact is in the third.
  const ImportResult result = Import(Lines(0, 25) + "(multi\n  (\xC3\xA4 bad))" + Lines(25, 100));
  EXPECT_EQ(result.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(result.status.message(), "line 27, column 6: the word 'bad'");
  ASSERT_TRUE(result.stopped_at);
  EXPECT_EQ(result.stopped_at->position, (TextPosition{27, 6}));
  EXPECT_EQ(result.totals.batches, 2);
  EXPECT_EQ(result.totals.inserted, 20);
  EXPECT_EQ(result.facts_committed_behind, 0);
  EXPECT_EQ(result.facts_in_doubt, 0);
  EXPECT_THAT(server_.Facts("s"), SizeIs(20));
}

TEST_F(ImporterTest, BatchesOnTheWayBehindABadFactAreReported) {
  // Four calls are on the way before any is answered, and the answers come in reverse.
  absl::Mutex mutex;
  int arrived = 0;
  int answered = 0;
  server_.SetHook([&](const std::string&, grpc::ServerContext&) {
    absl::MutexLock lock(&mutex);
    const int number = arrived++;
    const auto all_here = [&] { return arrived >= 4; };
    mutex.Await(absl::Condition(&all_here));
    const auto my_turn = [&] { return answered == 3 - number; };
    mutex.Await(absl::Condition(&my_turn));
    ++answered;
    return grpc::Status::OK;
  });
  const ImportResult result = Import("(bad)\n" + Lines(0, 100));
  EXPECT_EQ(result.status.message(), "line 1, column 2: the word 'bad'");
  EXPECT_EQ(arrived, 4);  // The window moves with the oldest call, which was answered last.
  EXPECT_EQ(result.totals.batches, 3);
  EXPECT_EQ(result.facts_committed_behind, 30);
  EXPECT_EQ(result.facts_in_doubt, 0);
  EXPECT_THAT(server_.Facts("s"), SizeIs(30));
}

TEST_F(ImporterTest, TheFirstBadFactOfTheInputIsTheOneReported) {
  EXPECT_EQ(Import(Lines(0, 25) + "(bad)\n" + Lines(25, 31) + ")").status.message(),
            "line 26, column 2: the word 'bad'");
}

TEST_F(ImporterTest, StopsAtABadFactFoundHere) {
  struct Case {
    std::string text;
    std::string message;
  };
  for (const Case& c : std::vector<Case>{
           {") (z)", "line 26, column 1: this ')' closes nothing"},
           {"(a (b)", "line 26, column 1: this '(' is not closed"},
           {"(\xC3\xA4\n \"\xC3\xA4\xFF\") (z)", "line 27, column 4: byte 0xFF is not valid UTF-8"},
           {"(" + std::string(200, 'x') + ") (z)",
            "line 26, column 1: this expression is longer than 100 bytes; is a ')' or '\"' "
            "missing?"}}) {
    FakeServer server;
    const auto client = *PathkbClient::Connect(server.address());
    TextInput input = InputOf(SourceOf(Lines(0, 25) + c.text), /*fact_bytes_max=*/100);
    const ImportResult result = Importer(client.get(), options_).Run(input);
    EXPECT_EQ(result.status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(result.status.message(), c.message);
    EXPECT_TRUE(result.stopped_at.has_value());
    // Whole batches only: the five facts before the bad one are not in.
    EXPECT_THAT(server.Facts("s"), SizeIs(20));
    EXPECT_EQ(result.totals.inserted, 20);
  }
}

TEST_F(ImporterTest, SkipsAndReportsInOrder) {
  options_.on_error = ImportOptions::OnError::kSkip;
  const std::string text =
      Lines(0, 4) + "(x bad)\n)\n(y \xFF)\n(z\nbad)\n" + Lines(4, 50) + "(bad) (open";
  const ImportResult result = Import(text);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.totals.inserted, 50);
  EXPECT_EQ(result.totals.rejected, 6);
  EXPECT_EQ(result.totals.bytes, text.size());
  ASSERT_THAT(rejected_, SizeIs(6));
  const TextPosition expected[] = {{5, 4}, {6, 1}, {7, 4}, {9, 1}, {56, 2}, {56, 7}};
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(rejected_[i].position, expected[i]) << i;
  EXPECT_EQ(rejected_[0].what, "the word 'bad'");
}

TEST_F(ImporterTest, NothingButBadTextNeedsNoServerAndNoMemory) {
  options_.on_error = ImportOptions::OnError::kSkip;
  const ImportResult result = Import(std::string(10'000, ')'));
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(result.totals.rejected, 10'000);
  EXPECT_EQ(result.totals.batches, 0);
  EXPECT_THAT(rejected_, SizeIs(10'000));
  EXPECT_THAT(server_.InsertSizes(), IsEmpty());
}

TEST_F(ImporterTest, ALostServerLeavesDoubtOnlyAboutUnansweredCalls) {
  absl::Mutex mutex;
  int calls = 0;
  server_.SetHook([&](const std::string&, grpc::ServerContext&) {
    absl::MutexLock lock(&mutex);
    if (++calls <= 3) return grpc::Status::OK;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  });
  options_.calls_in_flight_max = 1;
  const ImportResult result = Import(Lines(0, 100));
  EXPECT_FALSE(result.status.ok());
  EXPECT_FALSE(result.stopped_at.has_value());
  EXPECT_EQ(result.totals.inserted, 30);
  EXPECT_EQ(result.totals.batches, 3);
  EXPECT_EQ(result.facts_in_doubt, 10);
}

TEST_F(ImporterTest, OtherRefusalsKeepTheirWords) {
  server_.SetHook([&](const std::string&, grpc::ServerContext&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "'S!' is no name for a space");
  });
  const ImportResult result = Import(Lines(0, 100));
  EXPECT_EQ(result.status.message(), "'S!' is no name for a space");
  EXPECT_FALSE(result.stopped_at.has_value());
  EXPECT_EQ(result.facts_in_doubt, 0);
}

TEST_F(ImporterTest, StopOnRequestAndProgress) {
  std::vector<uint64_t> progress;
  options_.calls_in_flight_max = 1;
  options_.on_progress = [&](const ImportTotals& totals, const ImportPoint&) {
    progress.push_back(totals.facts_committed());
  };
  options_.stop_requested = [&] { return progress.size() >= 2; };
  const ImportResult result = Import(Lines(0, 1000));
  EXPECT_EQ(result.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(result.totals.inserted % 10, 0);
  EXPECT_THAT(server_.Facts("s"), SizeIs(result.totals.inserted));
  EXPECT_LT(result.totals.inserted, 1000);
  ASSERT_GE(progress.size(), 2u);
  EXPECT_EQ(progress[0], 10);
  EXPECT_EQ(progress[1], 20);
}

TEST_F(ImporterTest, ASourceThatFails) {
  TextInput input = InputOf([](char*, size_t) -> absl::StatusOr<size_t> {
    return absl::UnknownError("the disk fell off");
  });
  const ImportResult result = Importer(client_.get(), options_).Run(input);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("fell off"));
}

}  // namespace
}  // namespace pathkb::client
