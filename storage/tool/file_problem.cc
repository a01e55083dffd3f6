#include "storage/tool/file_problem.h"

#include <charconv>

#include "fmt/format.h"

#include "core/base/string_views.h"

namespace pathkb {
namespace {

// Takes "<word><digits>" wherever it first stands in `text`.
std::optional<uint64_t> NumberBehind(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::string_view rest = text.substr(at + word.size());
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc()) return number;
  }
  return std::nullopt;
}

}  // namespace

std::string FileProblem::Line() const {
  if (!offset.has_value()) return fmt::format("{}: {}", file, rule);
  return fmt::format("{}: offset {}: {}", file, *offset, rule);
}

FileProblem ProblemOf(std::string_view file, const absl::Status& error) {
  FileProblem problem;
  problem.file = file;
  std::string_view message = ToStd(error.message());
  const std::string prefix = fmt::format("{}: ", file);
  if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  problem.offset = NumberBehind(message, "offset ");
  if (!problem.offset.has_value()) problem.offset = NumberBehind(message, "byte ");
  if (problem.offset.has_value()) {
    const std::string told = fmt::format("offset {}: ", *problem.offset);
    if (message.starts_with(told)) message.remove_prefix(told.size());
  }
  problem.rule = message;
  return problem;
}

bool IsAboutContent(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInvalidArgument:
      return true;
    default:
      return false;
  }
}

}  // namespace pathkb
