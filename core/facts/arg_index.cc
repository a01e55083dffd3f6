#include "core/facts/arg_index.h"

#include <algorithm>
#include <bit>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {
namespace {

constexpr uint16_t kPositionBits = ((1u << kIndexPositionsMax) - 1) << 1;

// Finds the ends of the first `wanted` children, or of all if there are fewer, of the expression
// that `bytes` begin with; returns how many that were, 0 if it has a head only, is none of up to
// 63 children, or is cut off.
int ChildEnds(std::string_view bytes, int wanted, size_t* ends) {
  if (bytes.empty() || static_cast<uint8_t>(bytes[0]) > kExpressionTagMax) return 0;
  const int children = std::min<int>(static_cast<uint8_t>(bytes[0]), wanted);
  size_t at = 1;
  bool has_variable = false;  // Nobody asks.
  for (int child = 0; child < children; ++child) {
    if (!PassSubterm(bytes, at, has_variable)) return 0;
    ends[child] = at;
  }
  return children;
}

// Appends `bytes`, whose children end at `ends`, with child `position` behind the tag or child 0.
void AppendMoved(std::string_view bytes, const size_t* ends, int position, std::string& out) {
  const size_t from = ends[position - 1];
  const size_t to = ends[position];
  const size_t before = position == 1 ? 1 : ends[0];
  out.append(bytes.substr(0, before));
  out.append(bytes.substr(from, to - from));
  out.append(bytes.substr(before, from - before));
  out.append(bytes.substr(to));
}

// The positions that have a key `<prefix><digit>`; the cursor is back where it was. Fails as it.
absl::StatusOr<IndexedArguments> ReadPositions(Zipper& zipper, std::string_view prefix) {
  IndexedArguments positions;
  if (zipper.Descend(prefix)) {
    for (int position = 1; position <= kIndexPositionsMax; ++position) {
      if (!zipper.DescendByte(static_cast<uint8_t>('0' + position))) continue;
      if (zipper.value().has_value()) positions.Add(position);
      zipper.Ascend(1);
    }
    zipper.Ascend(prefix.size());
  }
  PATHKB_RETURN_IF_ERROR(zipper.status());
  return positions;
}

}  // namespace

int IndexedArguments::last() const { return bits_ == 0 ? 0 : std::bit_width(bits_) - 1; }

IndexedArguments IndexedArguments::FromBits(uint64_t bits) {
  IndexedArguments positions;
  positions.bits_ = static_cast<uint16_t>(bits & kPositionBits);
  return positions;
}

std::string IndexedArguments::ToText() const {
  std::string text;
  for (int position = 1; position <= kIndexPositionsMax; ++position) {
    if (!Has(position)) continue;
    if (!text.empty()) text.push_back(',');
    text.push_back(static_cast<char>('0' + position));
  }
  return text.empty() ? "none" : text;
}

absl::StatusOr<IndexedArguments> IndexedArguments::FromText(std::string_view text) {
  IndexedArguments positions;
  if (text == "none") return positions;
  bool good = text.size() % 2 == 1;
  for (size_t i = 0; good && i < text.size(); ++i) {
    const int position = text[i] - '0';
    if (i % 2 == 1) {
      good = text[i] == ',';
    } else if (position >= 1 && position <= kIndexPositionsMax && !positions.Has(position)) {
      positions.Add(position);
    } else {
      good = false;
    }
  }
  if (good) return positions;
  return absl::InvalidArgumentError(fmt::format(
      "arguments \"{}\": must be \"none\" or different numbers from 1 to {} with commas "
      "between them, such as \"{}\"",
      text.substr(0, 80), kIndexPositionsMax, kIndexArgumentsDefault));
}

std::string ArgumentPrefix(std::string_view space, int position) {
  return fmt::format("{}{}/terms{}/", kSpacesPrefix, space, position);
}

std::string IndexedKey(std::string_view space, int position) {
  return fmt::format("{}{}/index/{}", kSpacesPrefix, space, position);
}

std::string IndexingKey(std::string_view space, int position) {
  return fmt::format("{}{}/indexing/{}", kSpacesPrefix, space, position);
}

bool IsIndexKey(std::string_view key) {
  const std::string_view space_prefix = SpacePrefixOf(key);
  if (space_prefix.empty()) return false;
  const std::string_view rest = key.substr(space_prefix.size());
  if (rest.starts_with("index/") || rest.starts_with("indexing/")) return true;
  constexpr std::string_view kTerms = "terms";
  return rest.starts_with(kTerms) && rest.size() > kTerms.size() + 1 &&
         rest[kTerms.size()] >= '1' && rest[kTerms.size()] <= '0' + kIndexPositionsMax &&
         rest[kTerms.size() + 1] == '/';
}

bool AppendPermuted(std::string_view encoded_term, int position, std::string& out) {
  size_t ends[kIndexPositionsMax + 1];
  if (ChildEnds(encoded_term, position + 1, ends) <= position) return false;
  AppendMoved(encoded_term, ends, position, out);
  return true;
}

absl::StatusOr<size_t> AppendUnpermuted(std::string_view permuted_and_name, int position,
                                        std::string& out) {
  size_t ends[kExpressionTagMax];
  const std::string_view bytes = permuted_and_name;
  const int children = ChildEnds(bytes, kExpressionTagMax, ends);
  if (children <= position) {
    return absl::DataLossError(
        fmt::format("key of argument {}: {} bytes that begin with no expression that has it",
                    position, bytes.size()));
  }
  const size_t term_bytes = ends[children - 1];
  // Where the moved child stands, and up to where those stood that it has passed.
  const size_t from = position == 1 ? 1 : ends[0];
  const size_t to = position == 1 ? ends[0] : ends[1];
  const size_t back = ends[position];
  out.append(bytes.substr(0, from));
  out.append(bytes.substr(to, back - to));
  out.append(bytes.substr(from, to - from));
  out.append(bytes.substr(back, term_bytes - back));
  return term_bytes;
}

ArgumentKeys::ArgumentKeys(std::string_view space, IndexedArguments positions)
    : positions_(positions), key_(ArgumentPrefix(space, 0)) {
  prefix_bytes_ = key_.size();
  digit_at_ = prefix_bytes_ - 2;
}

int ArgumentKeys::Scan(std::string_view encoded_term) {
  return ChildEnds(encoded_term, positions_.last() + 1, ends_);
}

std::string_view ArgumentKeys::Key(std::string_view encoded_term, std::string_view name,
                                   int position) {
  key_.resize(prefix_bytes_);
  key_[digit_at_] = static_cast<char>('0' + position);
  AppendMoved(encoded_term, ends_, position, key_);
  key_.append(name);
  return key_;
}

absl::StatusOr<IndexSetting> ReadIndexSetting(Zipper& at_root, std::string_view space) {
  IndexSetting setting;
  const std::string prefix = SpacePrefix(space);
  PATHKB_ASSIGN_OR_RETURN(setting.whole, ReadPositions(at_root, prefix + "index/"));
  PATHKB_ASSIGN_OR_RETURN(setting.building, ReadPositions(at_root, prefix + "indexing/"));
  return setting;
}

absl::StatusOr<IndexedArguments> ReadIndexedArguments(Zipper& at_root, std::string_view space) {
  return ReadPositions(at_root, SpacePrefix(space) + "index/");
}

}  // namespace pathkb
