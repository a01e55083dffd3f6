// The checksum of every format of ours: XXH3 with 64 bits, as a number; files hold it
// little-endian, texts as 16 lower-case hexadecimal digits. It finds accidents, not forgeries.

#ifndef PATHKB_STORAGE_FILE_CHECKSUM_H_
#define PATHKB_STORAGE_FILE_CHECKSUM_H_

#include <cstdint>
#include <memory>
#include <string_view>

namespace pathkb {

// XXH3 of `bytes`, several GB a second. Another `seed` gives unrelated sums for the same bytes; it
// keeps bytes of one file from passing for those of another.
uint64_t Checksum(std::string_view bytes, uint64_t seed = 0);

// The same number for bytes that come in pieces. One thread at a time; movable.
class ChecksumStream {
 public:
  ChecksumStream();
  ~ChecksumStream();
  ChecksumStream(ChecksumStream&&) noexcept;
  ChecksumStream& operator=(ChecksumStream&&) noexcept;

  // Adds `bytes` to what is summed.
  void Update(std::string_view bytes);

  // Checksum() of all bytes so far; more may follow.
  uint64_t Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_CHECKSUM_H_
