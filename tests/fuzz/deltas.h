// Deltas and lists that are put together from raw parts: an input of a fuzzer as what is inside the
// zlib streams, so that it need not invent compressed bytes with a right Adler-32.

#ifndef PATHKB_TESTS_FUZZ_DELTAS_H_
#define PATHKB_TESTS_FUZZ_DELTAS_H_

#include <string>
#include <string_view>

namespace pathkb::fuzz {

// `raw` as one zlib stream.
std::string Deflated(std::string_view raw);

// A delta file made of `input`, with every size and checksum right and counts that fit:
//
//   | database 1 | from 1 | span 1 | size of paths 2 | of ops 2 | of numbers 2 | sections ... |
//
// A size that is more than what follows takes all of it; the last section gets the rest. An input
// that ends too early counts as one with zeros behind.
std::string BuildDelta(std::string_view input);

// The same for a delta with these sections: what BuildDelta() makes a delta of. Seeds are made by
// it.
std::string DeltaInput(std::string_view paths, std::string_view ops, std::string_view numbers,
                       std::string_view entries);

}  // namespace pathkb::fuzz

#endif  // PATHKB_TESTS_FUZZ_DELTAS_H_
