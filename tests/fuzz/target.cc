#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

uint64_t accepted_count = 0;

}  // namespace

void NoteAccepted() { ++accepted_count; }
uint64_t AcceptedCount() { return accepted_count; }

}  // namespace pathkb::fuzz
