#include "server/rpc/browse.h"

#include <string>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "core/facts/name_folders.h"
#include "server/config/limits.h"
#include "server/rpc/call.h"
#include "server/rpc/page_token.h"
#include "server/rpc/proto_conversion.h"

namespace pathkb {
namespace {

constexpr int kLookEvery = 64;  // Entries between looks at the call.

// Fills a page from the keys that begin with `prefix`, from `place` on.
absl::Status FillPage(const ReadView& view, const std::string& prefix, std::string place,
                      int page_size, const std::string& request_text,
                      const grpc::CallbackServerContext& context, v1::BrowseResponse& response) {
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  FolderWalk walk(*zipper, prefix, std::move(place),
                  {kFolderFactsCounted, kPageFolderFactsCounted});
  size_t bytes = 0;
  for (FolderEntry found; walk.Next(found);) {
    v1::BrowseEntry& entry = *response.add_entries();
    entry.set_name(found.name);
    entry.set_facts(found.facts);
    entry.set_counted_to_end(found.counted_to_end);
    bytes += entry.ByteSizeLong();
    if (response.entries_size() == page_size || bytes >= kPageBytesMax) {
      if (walk.HasNext()) {
        response.set_next_page_token(MakePageToken(request_text, {view.revision, walk.place()}));
      }
      break;
    }
    if (response.entries_size() % kLookEvery == 0) {
      PATHKB_RETURN_IF_ERROR(CheckStillWanted(context));
    }
  }
  return walk.status();
}

}  // namespace

absl::Status BrowseFolder(Generations& generations, HeldViews& held_views,
                          const grpc::CallbackServerContext& context,
                          const v1::BrowseRequest& request, v1::BrowseResponse& response) {
  PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(request.space()));
  if (request.page_size() > kPageFactsMax) {
    return absl::InvalidArgumentError(
        fmt::format("page_size {}: at most {} are allowed", request.page_size(), kPageFactsMax));
  }
  const uint32_t page_size = request.page_size() == 0 ? kPageFactsDefault : request.page_size();
  std::string prefix = NamesPrefix(space) + request.folder();
  if (!prefix.ends_with('/')) prefix += '/';
  // What a token belongs to; a list of facts has another text, whatever its prefix.
  const std::string request_text = fmt::format("folder {} {}", request.at_revision(), prefix);
  PagePlace from;
  if (!request.page_token().empty()) {
    PATHKB_ASSIGN_OR_RETURN(from, ParsePageToken(request_text, request.page_token()));
  }
  PATHKB_ASSIGN_OR_RETURN(const ReadView view,
                          request.page_token().empty()
                              ? generations.AtRevision(request.at_revision())
                              : ViewOfPage(generations, held_views, from.revision));
  absl::Status status = view.CheckSpaceExists(space);
  if (status.ok()) {
    response.set_revision(view.revision);
    status = FillPage(view, prefix, std::move(from.position), static_cast<int>(page_size),
                      request_text, context, response);
  }
  PATHKB_RETURN_IF_ERROR(view.Confirm(std::move(status)));
  if (!response.next_page_token().empty()) held_views.Hold(view);
  return absl::OkStatus();
}

}  // namespace pathkb
