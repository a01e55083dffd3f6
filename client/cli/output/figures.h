// Numbers as people read them.

#ifndef PATHKB_CLIENT_CLI_OUTPUT_FIGURES_H_
#define PATHKB_CLIENT_CLI_OUTPUT_FIGURES_H_

#include <cstdint>
#include <string>

namespace pathkb::cli {

// 1234567 as "1,234,567".
std::string WithCommas(uint64_t number);

// "0.05 s", "4.1 s", "75 s"; `seconds` is not negative.
std::string ShowSeconds(double seconds);

// Milliseconds since 1970 as "2024-01-02T03:04:05.678Z".
std::string ShowTime(int64_t unix_ms);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_FIGURES_H_
