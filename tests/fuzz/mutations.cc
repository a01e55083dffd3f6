#include "tests/fuzz/mutations.h"

#include <algorithm>
#include <cstdint>

namespace pathkb::fuzz {
namespace {

constexpr size_t kPieceBytesMax = 1024;

// Where a piece lies.
struct Piece {
  size_t start = 0;
  size_t bytes = 0;
};

size_t Below(size_t count, std::mt19937_64& random) { return random() % count; }

// Short ones are likelier. Empty only if `bytes` is.
Piece AnyPiece(std::string_view bytes, std::mt19937_64& random) {
  if (bytes.empty()) return {};
  Piece piece;
  piece.start = Below(bytes.size(), random);
  const size_t most = std::min(kPieceBytesMax, size_t{1} << Below(11, random));
  piece.bytes = std::min(1 + Below(most, random), bytes.size() - piece.start);
  return piece;
}

// A number where formats have their limits, in as many bytes as are asked for.
std::string ExtremeNumber(size_t width, std::mt19937_64& random) {
  constexpr uint64_t kNumbers[] = {0,          1,          0x7F,       0x80,       0xFF,
                                   0x100,      0x7FFF,     0xFFFF,     0x10000,    0x7FFFFFFF,
                                   0x80000000, 0xFFFFFFFF, 1ULL << 32, 1ULL << 40, 1ULL << 62,
                                   ~0ULL >> 1, 1ULL << 63, ~0ULL - 7,  ~0ULL - 1,  ~0ULL};
  const uint64_t number = kNumbers[Below(std::size(kNumbers), random)];
  std::string text;
  for (size_t i = 0; i < width; ++i) text.push_back(static_cast<char>(number >> (8 * i)));
  return text;
}

void Change(std::string& bytes, std::string_view other, std::mt19937_64& random) {
  const Piece piece = AnyPiece(bytes, random);
  const std::string part = bytes.substr(piece.start, piece.bytes);
  const size_t place = Below(bytes.size() + 1, random);
  const Piece foreign = AnyPiece(other, random);
  switch (Below(9, random)) {
    case 0:
    case 1:
      if (!bytes.empty()) bytes[piece.start] ^= static_cast<char>(1 << Below(8, random));
      break;
    case 2:
      if (!bytes.empty()) bytes[piece.start] = static_cast<char>(random());
      break;
    case 3: {
      const std::string number = ExtremeNumber(1 + Below(8, random), random);
      bytes.replace(place, std::min(number.size(), bytes.size() - place), number);
      break;
    }
    case 4:
      bytes.resize(place);
      break;
    case 5:
      bytes.erase(piece.start, piece.bytes);
      break;
    case 6:
      bytes.insert(place, part);
      break;
    case 7:
      bytes.replace(place, std::min(part.size(), bytes.size() - place), part);
      break;
    default:
      bytes.replace(place, std::min(foreign.bytes, bytes.size() - place),
                    other.substr(foreign.start, foreign.bytes));
      break;
  }
}

}  // namespace

std::string Mutated(std::string_view bytes, std::string_view other, std::mt19937_64& random) {
  std::string result(bytes);
  for (size_t changes = 1 + Below(4, random); changes > 0; --changes) {
    Change(result, other, random);
  }
  return result;
}

}  // namespace pathkb::fuzz
