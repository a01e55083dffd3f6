#include "server/rpc/page_token.h"

#include "absl/strings/escaping.h"

#include "core/base/string_views.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

constexpr size_t kChecksumBytes = 8;

std::string ChecksumOf(std::string_view request, std::string_view key) {
  ChecksumStream stream;
  stream.Update("page token 1");
  stream.Update(request);
  stream.Update(std::string_view("\0", 1));
  stream.Update(key);
  const uint64_t digest = stream.Digest();
  std::string bytes;
  for (size_t i = 0; i < kChecksumBytes; ++i) {
    bytes.push_back(static_cast<char>(digest >> (8 * i)));
  }
  return bytes;
}

}  // namespace

std::string MakePageToken(std::string_view request, std::string_view last_key) {
  std::string bytes = ChecksumOf(request, last_key);
  bytes.append(last_key);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::string> ParsePageToken(std::string_view request, std::string_view token) {
  std::string bytes;
  if (absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) && bytes.size() >= kChecksumBytes) {
    std::string key = bytes.substr(kChecksumBytes);
    if (bytes.compare(0, kChecksumBytes, ChecksumOf(request, key)) == 0) return key;
  }
  return absl::InvalidArgumentError(
      "page_token: not one that this server made for this space and prefix");
}

}  // namespace pathkb
