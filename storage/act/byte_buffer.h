// Bytes that are added at the end and taken away again, a few at a time and very often: the path of
// a cursor, the output of a writer. std::string does the same with a call and a look at its
// capacity for each piece.

#ifndef PATHKB_STORAGE_ACT_BYTE_BUFFER_H_
#define PATHKB_STORAGE_ACT_BYTE_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/short_copy.h"
#include "core/base/varint.h"

namespace pathkb {

// A value type. Views of it are valid until it grows.
class ByteBuffer {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {memory_.data(), size_}; }
  char operator[](size_t index) const { return memory_[index]; }

  // Adds at the end.
  void push_back(char byte) {
    if (size_ == memory_.size()) Grow(1);
    memory_[size_++] = byte;
  }
  // The same with several bytes.
  void append(std::string_view bytes) {
    if (bytes.size() > memory_.size() - size_) Grow(bytes.size());
    CopyShort(memory_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // The same with an integer, as AppendVarint() writes it.
  void AppendInteger(uint64_t number) {
    if (kVarintBytesMax > memory_.size() - size_) Grow(kVarintBytesMax);
    size_ += StoreVarint(number, memory_.data() + size_);
  }

  // Takes away all but the first `size` bytes, which must be there; keeps the memory.
  void Truncate(size_t size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  __attribute__((noinline)) void Grow(size_t bytes) { memory_.resize((size_ + bytes) * 2 + 64); }

  std::string memory_;
  size_t size_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_BYTE_BUFFER_H_
