// The keys of a file, one after another, whatever kind of file it is: the one thing that dump and
// diff walk over.
//
//   .tree    key = number       in byte order
//   .paths   key = its place    in the order of the list
//   delta    key = a change     in byte order

#ifndef PATHKB_STORAGE_TOOL_KEY_CURSOR_H_
#define PATHKB_STORAGE_TOOL_KEY_CURSOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"

namespace pathkb {

// What stands behind a key.
struct KeyValue {
  // 0 but in a delta.
  uint8_t op = 0;
  // A .tree's value; in a .paths list the key's place, from 0.
  uint64_t number = 0;
  // A delta's entry. Lives as long as the cursor.
  std::string_view entry = {};

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

// One thread at a time. Nothing is loaded: memory is that of one path, for a delta its entries.
class KeyCursor {
 public:
  // What kind of values a file has; those of different kinds cannot be compared.
  enum class Values { kNumbers, kNone, kChanges };

  // Opens a .tree, a .paths or a delta, as its content says.
  //   FailedPrecondition  another kind of file, or a newer version
  //   DataLoss            damage that shows at once
  //   others              as FileSystem
  static absl::StatusOr<std::unique_ptr<KeyCursor>> Open(FileSystem& files,
                                                         const std::string& path);

  virtual ~KeyCursor() = default;

  // Goes to the next key; false at the end.
  //   DataLoss           damage; a .tree then has handed out whatever can be read of it, and comes
  //                      to that at its end, a list stops there
  //   ResourceExhausted  a path over a bound
  virtual absl::StatusOr<bool> Next() = 0;

  // The present key, until the next call of Next().
  virtual std::string_view key() const = 0;
  virtual KeyValue value() const = 0;
  virtual Values values() const = 0;
};

// Appends the value as listings show it: a number in decimal; a change as its word ("set") and, if
// it has one, a tab and its entry in hex.
void AppendKeyValue(KeyCursor::Values values, const KeyValue& value, std::string& out);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_KEY_CURSOR_H_
