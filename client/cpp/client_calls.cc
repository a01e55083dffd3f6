#include "client/cpp/client_calls.h"

#include <chrono>
#include <optional>

#include "fmt/format.h"

#include "client/cpp/utf8.h"

namespace pathkb::client {

absl::Status ToAbsl(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // The canonical codes have the same numbers in both.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (!status.error_message().empty()) return absl::Status(code, status.error_message());
  return absl::Status(code, fmt::format("the server answered {} and gave no reason",
                                        absl::StatusCodeToString(code)));
}

void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  // Beyond a year the clock's arithmetic could overflow, and nobody will know the difference.
  if (timeout < absl::Hours(24 * 365)) {
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(timeout));
  }
}

absl::Status CheckUtf8(std::string_view text, std::string_view what) {
  const std::optional<size_t> bad = FindInvalidUtf8(text);
  if (!bad) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is not valid UTF-8: byte 0x{:02X} at offset {}",
                                                what, static_cast<unsigned char>(text[*bad]),
                                                *bad));
}

absl::Status CheckUtf8(const google::protobuf::Map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata) {
    if (absl::Status status = CheckUtf8(key, "a metadata key"); !status.ok()) return status;
    if (absl::Status status = CheckUtf8(value, "a metadata value"); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckUtf8(const v1::Entry& entry) {
  if (absl::Status status = CheckUtf8(entry.source(), "the source"); !status.ok()) return status;
  return CheckUtf8(entry.metadata());
}

absl::Status CheckUtf8(const v1::Fact& fact) {
  if (absl::Status status = CheckUtf8(fact.term(), "the fact"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(fact.name(), "the name"); !status.ok()) return status;
  return CheckUtf8(fact.entry());
}

}  // namespace pathkb::client
