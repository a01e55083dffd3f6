#include "storage/file/database_id.h"

#include <random>

namespace pathkb {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

DatabaseId DatabaseId::Random() {
  std::random_device random;
  DatabaseId id;
  for (uint8_t& byte : id.bytes) byte = static_cast<uint8_t>(random());
  return id;
}

std::optional<DatabaseId> DatabaseId::FromHex(std::string_view text) {
  DatabaseId id;
  if (text.size() != 2 * kDatabaseIdBytes) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    id.bytes[i / 2] = static_cast<uint8_t>(id.bytes[i / 2] << 4 | digit);
  }
  return id;
}

std::string DatabaseId::ToHex() const {
  std::string text;
  text.reserve(2 * kDatabaseIdBytes);
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace pathkb
