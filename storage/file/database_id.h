// Sixteen random bytes that tell one database from every other. Made once, when a data directory
// is; every manifest and log segment carries them, so that a file from elsewhere is noticed.

#ifndef PATHKB_STORAGE_FILE_DATABASE_ID_H_
#define PATHKB_STORAGE_FILE_DATABASE_ID_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb {

inline constexpr size_t kDatabaseIdBytes = 16;

// A value type.
struct DatabaseId {
  std::array<uint8_t, kDatabaseIdBytes> bytes = {};

  // New random bytes from the operating system.
  static DatabaseId Random();

  // From 32 lower-case hexadecimal digits; nullopt for anything else.
  static std::optional<DatabaseId> FromHex(std::string_view text);

  // 32 lower-case hexadecimal digits.
  std::string ToHex() const;

  friend bool operator==(const DatabaseId&, const DatabaseId&) = default;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_DATABASE_ID_H_
