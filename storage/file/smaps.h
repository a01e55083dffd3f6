// What the kernel says about a part of this process's memory, from /proc/self/smaps:
//
//   7f01c4000000-7f01c4400000 r--s 00000000 fe:00 1234   /some/file     one area of memory,
//   Rss:                4096 kB                                         then a line for each
//   FilePmdMapped:      2048 kB                                         figure
//   VmFlags: rd mr me ms lo hg
//
// A range of addresses may be several areas, each with its own figures.

#ifndef PATHKB_STORAGE_FILE_SMAPS_H_
#define PATHKB_STORAGE_FILE_SMAPS_H_

#include <cstdint>
#include <string_view>

namespace pathkb {

// Figures of all areas of a range together.
struct SmapsTotals {
  uint64_t touched_bytes = 0;  // In memory, and this process has read them ("Rss").
  uint64_t huge_bytes = 0;     // In pages of 2 MiB, of a file or not.
  uint64_t locked_bytes = 0;   // In areas that mlock() keeps in memory.
};

// Adds up the areas that lie in [start, end), from the text of an smaps file. Lines of other forms
// are skipped. Linear in the text.
SmapsTotals SumSmaps(std::string_view smaps, uint64_t start, uint64_t end);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_SMAPS_H_
