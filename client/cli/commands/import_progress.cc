#include "client/cli/commands/import_progress.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "fmt/format.h"

#include "client/cli/output/json.h"
#include "client/cpp/formats/json_text.h"
#include "client/cpp/utf8.h"

namespace pathkb::cli {
namespace {

// The first member, and its value: which version of the file it is.
constexpr char kVersionKey[] = "pathkb_import";
constexpr uint64_t kVersion = 1;

// All numbers of a progress by their names in the file.
std::map<std::string, uint64_t*> Numbers(ImportProgress& progress, uint64_t& version,
                                         uint64_t& modified_ns, uint64_t& head_sum) {
  client::ImportTotals& totals = progress.totals;
  client::InputPlace& place = progress.point.place;
  return {{kVersionKey, &version},
          {"input_bytes", &progress.input.bytes},
          {"input_modified_ns", &modified_ns},
          {"input_head_crc32", &head_sum},
          {"offset", &place.offset},
          {"line", &place.position.line},
          {"column", &place.position.column},
          {"rejects_bytes", &progress.rejects_bytes},
          {"inserted", &totals.inserted},
          {"updated", &totals.updated},
          {"unchanged", &totals.unchanged},
          {"rejected", &totals.rejected},
          {"batches", &totals.batches},
          {"revision", &totals.last_revision}};
}

bool Parse(std::string_view text, ImportProgress& progress) {
  uint64_t version = 0;
  uint64_t modified_ns = 0;
  uint64_t head_sum = 0;
  std::map<std::string, uint64_t*> numbers = Numbers(progress, version, modified_ns, head_sum);
  std::map<std::string, std::string*> texts = {{"space", &progress.space},
                                               {"reading", &progress.reading},
                                               {"header", &progress.point.header}};
  client::JsonCursor json(text);
  bool first = true;
  bool more = false;
  std::string key;
  for (;;) {
    if (!json.NextMember(first, more, key)) return false;
    if (!more) break;
    if (const auto number = numbers.find(key); number != numbers.end()) {
      if (!json.TakeInteger(*number->second)) return false;
      numbers.erase(number);
    } else if (const auto word = texts.find(key); word != texts.end()) {
      if (!json.TakeString(*word->second)) return false;
      texts.erase(word);
    } else {
      return false;
    }
  }
  progress.input.modified_ns = static_cast<int64_t>(modified_ns);
  progress.input.head_sum = static_cast<uint32_t>(head_sum);
  progress.totals.bytes = progress.point.place.offset;
  return json.Finish() && numbers.empty() && texts.empty() && version == kVersion;
}

absl::Status Failure(const std::string& path) {
  return absl::UnknownError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace

std::string ProgressFileName(const std::string& input_path) {
  return input_path + ".pathkb-progress";
}

absl::StatusOr<std::optional<ImportProgress>> LoadProgress(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  ImportProgress progress;
  const std::string all = text.str();
  if (client::FindInvalidUtf8(all) || !Parse(all, progress)) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: this does not say how far an import has come; remove it to import from the start, "
        "which is safe",
        path));
  }
  return progress;
}

absl::Status SaveProgress(const std::string& path, const ImportProgress& progress) {
  const client::ImportTotals& totals = progress.totals;
  const client::InputPlace& place = progress.point.place;
  const std::string text =
      JsonObject()
          .Number(kVersionKey, kVersion)
          .Number("input_bytes", progress.input.bytes)
          .Number("input_modified_ns", static_cast<uint64_t>(progress.input.modified_ns))
          .Number("input_head_crc32", progress.input.head_sum)
          .Text("space", progress.space)
          .Text("reading", progress.reading)
          .Text("header", progress.point.header)
          .Number("offset", place.offset)
          .Number("line", place.position.line)
          .Number("column", place.position.column)
          .Number("rejects_bytes", progress.rejects_bytes)
          .Number("inserted", totals.inserted)
          .Number("updated", totals.updated)
          .Number("unchanged", totals.unchanged)
          .Number("rejected", totals.rejected)
          .Number("batches", totals.batches)
          .Number("revision", totals.last_revision)
          .Done() +
      "\n";
  const std::string partial = path + ".partial";
  std::FILE* const file = std::fopen(partial.c_str(), "we");
  if (file == nullptr) return Failure(partial);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !written) return Failure(partial);
  if (std::rename(partial.c_str(), path.c_str()) != 0) return Failure(path);
  return absl::OkStatus();
}

absl::Status CheckProgress(const std::string& path, const ImportProgress& progress,
                           const ImportProgress& now) {
  const auto other = [&](const std::string& what) {
    return absl::FailedPreconditionError(
        fmt::format("{}: {}; remove it to import from the start, which is safe", path, what));
  };
  if (progress.input != now.input) {
    return other("the input has changed since (its size, time or content)");
  }
  if (progress.space != now.space) {
    return other(fmt::format("that import went into the space {}", progress.space));
  }
  if (progress.reading != now.reading) {
    return other("that import read the input with other options: " + progress.reading);
  }
  return absl::OkStatus();
}

}  // namespace pathkb::cli
