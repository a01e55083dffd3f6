#include "client/cli/nearest_word.h"

#include <algorithm>
#include <cstddef>

namespace pathkb::cli {
namespace {

// Slips between two words: the optimal string alignment distance.
size_t Slips(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> slips(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        slips[i][j] = i + j;
        continue;
      }
      slips[i][j] = std::min({slips[i - 1][j] + 1, slips[i][j - 1] + 1,
                              slips[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        slips[i][j] = std::min(slips[i][j], slips[i - 2][j - 2] + 1);
      }
    }
  }
  return slips[a.size()][b.size()];
}

}  // namespace

std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr size_t kWordBytesMax = 64;  // Longer is no slip, and the table would be large.
  if (word.empty() || word.size() > kWordBytesMax) return "";
  std::string nearest;
  size_t slips_min = word.size() <= 3 ? 2 : 3;  // As many are too many.
  for (const std::string& candidate : candidates) {
    const bool beginning = word.size() >= 2 && candidate.starts_with(word);
    const size_t slips = beginning ? 1 : Slips(word, candidate);
    if (slips < slips_min) {
      slips_min = slips;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace pathkb::cli
