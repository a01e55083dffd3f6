// What kind of file some bytes are: by what they say of themselves, not by the name they have.

#ifndef PATHKB_STORAGE_TOOL_FILE_FORMAT_H_
#define PATHKB_STORAGE_TOOL_FILE_FORMAT_H_

#include <string_view>

namespace pathkb {

// Every kind of file that PathKB writes, and PathMap's lists of paths.
enum class FileFormat {
  kTree,        // ACTree03 (or an older ACTree), PathMap's or ours.
  kTerms,       // Entries by id.
  kSums,        // Checksums of a .tree's blocks.
  kDelta,       // Changes since a revision.
  kPaths,       // PathMap's .paths.
  kManifest,    // Which files count.
  kCurrent,     // Which manifest counts.
  kLogSegment,  // Commits.
  kUnknown,
};

// The kind as a word for people: "tree", "log segment".
std::string_view FileFormatName(FileFormat format);

// The kind of a whole file. Where its first bytes say nothing, the ending of `path` tells what it
// ought to be, so that a damaged file is checked as what it was; .paths has no first bytes of its
// own and is known by its ending, or else by the header of its zlib stream.
FileFormat FileFormatOf(std::string_view bytes, std::string_view path);

// `path` without its ending, if that is `ending` (".tree"); else all of it.
std::string_view WithoutEnding(std::string_view path, std::string_view ending);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FILE_FORMAT_H_
