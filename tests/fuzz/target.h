// What every fuzz target is: one function that is given bytes from outside and checks what a reader
// of ours makes of them. libFuzzer calls it millions of times with inputs that it invents;
// corpus_runner calls it with those of corpus/, as an ordinary test.
//
// A target checks by PATHKB_CHECK: a broken property ends the process, and whoever called has the
// input. It keeps nothing from one call to the next, so that an input alone shows a finding again.

#ifndef PATHKB_TESTS_FUZZ_TARGET_H_
#define PATHKB_TESTS_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"

// Reads `size` bytes. Returns 0, which libFuzzer wants.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

namespace pathkb::fuzz {

// The input of a target as the rest of our code likes it.
inline std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// To be called for each input that the reader accepts: a target that accepts nothing looks at
// nothing, and corpus_runner fails then.
void NoteAccepted();
// How often NoteAccepted() has been called.
uint64_t AcceptedCount();

// Random numbers that depend on the input only: a finding stays one when it is run again. One
// thread at a time.
class InputRandom {
 public:
  explicit InputRandom(std::string_view input) {
    for (const char byte : input) state_ = (state_ ^ static_cast<uint8_t>(byte)) * 0x100000001B3;
  }

  // Any number.
  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // 0 to `count` - 1; `count` is not 0.
  uint64_t Below(uint64_t count) { return Next() % count; }

 private:
  uint64_t state_ = 0xCBF29CE484222325;
};

}  // namespace pathkb::fuzz

#endif  // PATHKB_TESTS_FUZZ_TARGET_H_
