// Numbers as path bytes whose order is the order of the numbers; each number in one form only.
// ENCODING.md draws them.

#ifndef PATHKB_CORE_TERM_ORDERED_NUMBER_H_
#define PATHKB_CORE_TERM_ORDERED_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb {

// The tag of an integer says its sign and how many bytes follow: n bytes after kZeroTag + n if it
// is positive, after kZeroTag - n if it is negative, with n from 1 to 8; none after kZeroTag
// itself.
inline constexpr uint8_t kIntegerTagMin = 0x40;
inline constexpr uint8_t kZeroTag = 0x48;
inline constexpr uint8_t kIntegerTagMax = 0x50;

// Appends the tag and the bytes of `value`.
void AppendOrderedInteger(int64_t value, std::string& path);

// The integer that `bytes` stand for behind `tag`, which must announce that many bytes; nullopt if
// AppendOrderedInteger() writes none like that.
std::optional<int64_t> OrderedInteger(uint8_t tag, std::string_view bytes);

// Appends the 8 bytes of `value`, without a tag. -0 is written as 0, and all NaN as one that sorts
// above the infinity.
void AppendOrderedFloat(double value, std::string& path);

// The float that these 8 bytes stand for; nullopt if AppendOrderedFloat() writes none like that.
std::optional<double> OrderedFloat(std::string_view bytes);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_ORDERED_NUMBER_H_
