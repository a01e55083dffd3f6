// The path of a cursor over a .tree: bytes that are added and taken away at the end, a few at a
// time and very often.

#ifndef PATHKB_STORAGE_ACT_CURSOR_PATH_H_
#define PATHKB_STORAGE_ACT_CURSOR_PATH_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/short_copy.h"

namespace pathkb {

// A value type. Views of it are valid until it grows.
class CursorPath {
 public:
  size_t size() const { return size_; }
  std::string_view view() const { return {buffer_.data(), size_}; }
  char operator[](size_t index) const { return buffer_[index]; }

  // Adds at the end.
  void push_back(char byte) {
    if (size_ == buffer_.size()) Grow(1);
    buffer_[size_++] = byte;
  }
  // The same with several bytes.
  void append(std::string_view bytes) {
    if (bytes.size() > buffer_.size() - size_) Grow(bytes.size());
    CopyShort(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // Takes away all but the first `size` bytes, which must be there.
  void Truncate(size_t size) { size_ = size; }

 private:
  __attribute__((noinline)) void Grow(size_t bytes) { buffer_.resize((size_ + bytes) * 2 + 64); }

  std::string buffer_;
  size_t size_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_CURSOR_PATH_H_
