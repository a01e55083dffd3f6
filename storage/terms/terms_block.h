// One block of entries of a .terms file: its header, and its bytes through zlib.
//
//   | raw bytes u32 | stored bytes u32, highest bit: compressed | stored bytes |

#ifndef PATHKB_STORAGE_TERMS_TERMS_BLOCK_H_
#define PATHKB_STORAGE_TERMS_TERMS_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pathkb {

// A block's header, taken apart. A value type.
struct TermsBlockHeader {
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;
  bool compressed = false;

  // From the kTermsBlockHeaderBytes bytes at `from`.
  static TermsBlockHeader Load(const char* from);
  // Appends the same bytes to `out`.
  void Append(std::string& out) const;

  // The rule that the header breaks, nullptr if it breaks none: the sizes are within bounds, a
  // plain block is stored as it is, a compressed one is smaller, and by no more than zlib can make
  // it.
  const char* BrokenRule() const;
};

// Compresses blocks, one after the other. One thread at a time. Memory: about 270 KB.
class TermsDeflater {
 public:
  TermsDeflater();
  ~TermsDeflater();
  TermsDeflater(const TermsDeflater&) = delete;
  TermsDeflater& operator=(const TermsDeflater&) = delete;

  // Compresses `front` followed by `rest`, and gives what comes out to `sink` in pieces of up to
  // 64 KiB. False as soon as it is seen not to be smaller; what the sink had is then void.
  bool Deflate(std::string_view front, std::string_view rest,
               const std::function<void(std::string_view)>& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Takes one compressed block apart, in pieces of whatever size is at hand. One thread at a time.
class TermsInflater {
 public:
  TermsInflater();
  ~TermsInflater();
  TermsInflater(const TermsInflater&) = delete;
  TermsInflater& operator=(const TermsInflater&) = delete;

  // Takes bytes from the front of `stored` and writes up to `room` raw ones to `to`; returns how
  // many these were. They are fewer than `room` only if `stored` is used up or the block ended.
  // DataLoss: not what zlib makes.
  absl::Status Inflate(std::string_view& stored, char* to, size_t room, size_t& raw_bytes);

  // True once the block ended, and its own checksum was right (a weak one: it misses some damage).
  bool ended() const { return ended_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool ended_ = false;
};

// The raw bytes of a whole compressed block, in place of what `raw` held. `raw_bytes` is what its
// header declares; the caller has seen that it breaks no rule. DataLoss, naming the rule, if it is
// damaged or has more or fewer bytes than that.
absl::Status InflateTermsBlock(std::string_view stored, uint64_t raw_bytes, std::string& raw);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_BLOCK_H_
