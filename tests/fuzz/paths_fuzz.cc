// PathMap's `.paths` lists. An input is read as a compressed stream, whole and in pieces, with the
// same outcome; and as the records inside a stream, where a few lines here say what must come out.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/delta/paths_reader.h"
#include "storage/delta/paths_writer.h"
#include "storage/file/checksum.h"
#include "tests/fuzz/deltas.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

// An input can inflate to a thousand times its size, which is only slow.
constexpr uint64_t kInflatedBytesMax = uint64_t{256} << 10;

// What came out of a list.
struct Outcome {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<std::string> paths;  // All that were handed out, whatever came then.
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

PathsReaderOptions Options() {
  PathsReaderOptions options;
  options.inflated_bytes_max = kInflatedBytesMax;
  return options;
}

Outcome ReadWhole(std::string_view stream, const PathsReaderOptions& options) {
  Outcome outcome;
  const auto read = ReadPaths(stream, "input", options, [&](std::string_view path) {
    outcome.paths.emplace_back(path);
    return absl::OkStatus();
  });
  outcome.code = read.status().code();
  if (read.ok()) {
    uint64_t path_bytes = 0;
    for (const std::string& path : outcome.paths) path_bytes += path.size();
    PATHKB_CHECK(read->records == outcome.paths.size() && read->path_bytes == path_bytes);
    PATHKB_CHECK(read->inflated_bytes == path_bytes + 4 * read->records);
    PATHKB_CHECK(options.embedded || read->bytes_used == stream.size());
    const bool ascending = std::adjacent_find(outcome.paths.begin(), outcome.paths.end(),
                                              std::greater_equal<>()) == outcome.paths.end();
    PATHKB_CHECK(read->strictly_ascending == ascending);
  } else {
    PATHKB_CHECK(outcome.code == absl::StatusCode::kDataLoss ||
                 outcome.code == absl::StatusCode::kResourceExhausted);
  }
  return outcome;
}

Outcome ReadInPieces(std::string_view stream, InputRandom& random) {
  Outcome outcome;
  PathsReader reader("input", Options());
  const size_t piece_bytes_max = 1 + random.Below(stream.size() + 1);
  absl::Status status;
  while (status.ok() && !stream.empty()) {
    const std::string piece(stream.substr(0, 1 + random.Below(piece_bytes_max)));
    stream.remove_prefix(piece.size());
    reader.Feed(piece);
    while (true) {
      const auto path = reader.Next();
      if (!path.ok()) {
        status = path.status();
        PATHKB_CHECK(reader.Next().status() == status);
        break;
      }
      if (!path->has_value()) break;
      outcome.paths.emplace_back(**path);
    }
  }
  if (status.ok()) status = reader.Finish();
  outcome.code = status.code();
  return outcome;
}

// A list that was accepted, written by us, if it can be: it must ascend.
void WriteAgain(const std::vector<std::string>& paths) {
  std::string stream;
  PathsWriter writer([&stream](std::string_view bytes) {
    stream.append(bytes);
    return absl::OkStatus();
  });
  bool ascends = true;
  for (size_t i = 0; i < paths.size(); ++i) {
    const bool is_above = i == 0 || paths[i - 1] < paths[i];
    if (!ascends || !is_above) {
      ascends = false;
      continue;
    }
    PATHKB_CHECK(writer.Add(paths[i]).ok());
  }
  PATHKB_CHECK(writer.Finish().ok());
  if (!ascends) return;
  const Outcome again = ReadWhole(stream, Options());
  PATHKB_CHECK(again.code == absl::StatusCode::kOk && again.paths == paths);
}

// What the records are, as FORMAT.md says it; nullopt if the last one is cut.
std::optional<std::vector<std::string>> Records(std::string_view raw) {
  std::vector<std::string> paths;
  while (!raw.empty()) {
    if (raw.size() < 4) return std::nullopt;
    uint64_t length = 0;
    for (int i = 0; i < 4; ++i) length |= uint64_t{static_cast<uint8_t>(raw[i])} << (8 * i);
    raw.remove_prefix(4);
    if (length > raw.size()) return std::nullopt;
    paths.emplace_back(raw.substr(0, length));
    raw.remove_prefix(length);
  }
  return paths;
}

Outcome ReadStream(std::string_view stream, InputRandom& random) {
  Outcome whole = ReadWhole(stream, Options());
  // Which of several errors is met first, and after how many paths, is up to the pieces.
  const Outcome in_pieces = ReadInPieces(stream, random);
  if (whole.code == absl::StatusCode::kOk) {
    PATHKB_CHECK(in_pieces == whole);
  } else {
    PATHKB_CHECK(in_pieces.code != absl::StatusCode::kOk);
  }
  if (whole.code != absl::StatusCode::kOk) return whole;
  NoteAccepted();
  WriteAgain(whole.paths);
  // Followed by something, it is no list, unless whoever reads it expects that.
  const std::string longer = std::string(stream) + '\0';
  PATHKB_CHECK(ReadWhole(longer, Options()).code == absl::StatusCode::kDataLoss);
  PathsReaderOptions embedded = Options();
  embedded.embedded = true;
  PATHKB_CHECK(ReadWhole(longer, embedded) == whole);
  PATHKB_CHECK(ReadWhole(stream.substr(0, stream.size() - 1), Options()).code ==
               absl::StatusCode::kDataLoss);
  return whole;
}

void ReadRecords(std::string_view raw, InputRandom& random) {
  if (raw.size() > kInflatedBytesMax) return;
  const std::string stream = Deflated(raw);
  const Outcome found = ReadStream(stream, random);
  const auto records = Records(raw);
  if (records.has_value()) {
    PATHKB_CHECK(found.code == absl::StatusCode::kOk && found.paths == *records);
  } else {
    PATHKB_CHECK(found.code != absl::StatusCode::kOk);
  }

  // Bounds hold, and an order that is asked for.
  PathsReaderOptions bounded = Options();
  bounded.record_bytes_max = 10;
  bounded.record_count_max = 5;
  bounded.must_ascend = true;
  const Outcome few = ReadWhole(stream, bounded);
  PATHKB_CHECK(few.paths.size() <= bounded.record_count_max);
  for (size_t i = 0; i < few.paths.size(); ++i) {
    PATHKB_CHECK(few.paths[i].size() <= bounded.record_bytes_max);
    PATHKB_CHECK(i == 0 || few.paths[i - 1] < few.paths[i]);
  }
  PATHKB_CHECK(few.code != absl::StatusCode::kOk || few.paths == found.paths);
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::InputRandom random(input);
  pathkb::fuzz::ReadStream(input, random);
  pathkb::fuzz::ReadRecords(input, random);
  return 0;
}
