#include "server/rpc/page_token.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "core/base/string_views.h"
#include "core/base/varint.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

constexpr size_t kChecksumBytes = 8;

std::string ChecksumOf(std::string_view request, std::string_view key) {
  ChecksumStream stream;
  stream.Update("page token 2");
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

std::string MakePageToken(std::string_view request, const PagePlace& place) {
  std::string key;
  AppendVarint(place.revision, key);
  key.append(place.position);
  return absl::WebSafeBase64Escape(ChecksumOf(request, key) + key);
}

absl::StatusOr<PagePlace> ParsePageToken(std::string_view request, std::string_view token) {
  std::string bytes;
  if (absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) && bytes.size() >= kChecksumBytes) {
    std::string_view rest = std::string_view(bytes).substr(kChecksumBytes);
    PagePlace place;
    if (bytes.compare(0, kChecksumBytes, ChecksumOf(request, rest)) == 0 &&
        ConsumeVarint(rest, place.revision)) {
      place.position = std::string(rest);
      return place;
    }
  }
  return absl::InvalidArgumentError("page_token: not one that this server made for this request");
}

absl::StatusOr<ReadView> ViewOfPage(Generations& generations, HeldViews& held_views,
                                    uint64_t revision) {
  if (std::optional<ReadView> held = held_views.Find(revision)) return *std::move(held);
  absl::StatusOr<ReadView> view = generations.AtRevision(revision);
  if (view.ok() || !absl::IsNotFound(view.status())) return view;
  return absl::FailedPreconditionError(fmt::format(
      "page_token: revision {} is not kept any more: ask again from the first page", revision));
}

}  // namespace pathkb
