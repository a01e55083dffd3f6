// The footer of a .tree file of ours: 48 bytes that say which runs of siblings have a table of
// positions before them. It stands where PathMap never looks, between the root and the pad:
//
//   ... | root node | footer, 48 bytes | 8 zero bytes |
//
//   0    8  magic "PKBACTFT"
//   8    4  version, 1
//   12   4  table_min: a run of at least so many siblings has a table; 0 for none
//   16   8  offset of the root, as in the header
//   24   8  size of the file
//   32   8  number of paths with a value
//   40   8  XXH3 of the 40 bytes before
//
// When PathMap merges into such a file, it appends: the footer is no longer at the end, and the
// tables are not used any more.

#ifndef PATHKB_STORAGE_ACT_ACT_FOOTER_H_
#define PATHKB_STORAGE_ACT_ACT_FOOTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pathkb {

inline constexpr std::string_view kActFooterMagic = "PKBACTFT";
inline constexpr uint32_t kActFooterVersion = 1;
inline constexpr uint64_t kActFooterBytes = 48;

// What a footer says.
struct ActFooter {
  uint32_t table_min = 0;
  uint64_t root_offset = 0;
  uint64_t file_bytes = 0;
  uint64_t paths = 0;
  friend bool operator==(const ActFooter&, const ActFooter&) = default;
};

// Appends the bytes of a footer.
void AppendActFooter(const ActFooter& footer, std::string& out);

// The footer of a whole file with the root at `root_offset`; nullopt if it has none. `path` is for
// messages.
//   FailedPrecondition  a version newer than this program; the message names both
//   DataLoss            a wrong checksum, or not of this file
absl::StatusOr<std::optional<ActFooter>> ParseActFooter(std::string_view file, uint64_t root_offset,
                                                        std::string_view path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_FOOTER_H_
