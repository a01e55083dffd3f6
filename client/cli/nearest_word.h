// The word that a user most likely meant.

#ifndef PATHKB_CLIENT_CLI_NEAREST_WORD_H_
#define PATHKB_CLIENT_CLI_NEAREST_WORD_H_

#include <string>
#include <string_view>
#include <vector>

namespace pathkb::cli {

// The one of `candidates` that is fewest slips away from `word` (a letter too many, too few, wrong,
// or two swapped) or that it is the beginning of; empty if none is near. Ties go to the first.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_NEAREST_WORD_H_
