// Small damage to bytes: what an ordinary test does to the files of a corpus. libFuzzer does this,
// too, and learns from it; here it is only a number of tries that are the same for a seed.

#ifndef PATHKB_TESTS_FUZZ_MUTATIONS_H_
#define PATHKB_TESTS_FUZZ_MUTATIONS_H_

#include <random>
#include <string>
#include <string_view>

namespace pathkb::fuzz {

// `bytes` with one to four changes, each of them a flipped bit, another byte, an extreme number of
// 1 to 8 bytes, a cut, a piece removed, repeated or put elsewhere, or a piece of `other`. At most a
// few KiB longer than `bytes`. May be equal to `bytes`.
std::string Mutated(std::string_view bytes, std::string_view other, std::mt19937_64& random);

}  // namespace pathkb::fuzz

#endif  // PATHKB_TESTS_FUZZ_MUTATIONS_H_
