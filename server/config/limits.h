// Every bound that a request meets, in one place. A request past one is refused with
// RESOURCE_EXHAUSTED or INVALID_ARGUMENT, as the .proto files say, and the message gives the bound.

#ifndef PATHKB_SERVER_CONFIG_LIMITS_H_
#define PATHKB_SERVER_CONFIG_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

#include "core/term/sexpr.h"

namespace pathkb {

// Bytes of one gRPC message, in and out.
inline constexpr int kMessageBytesMax = 32 << 20;

// One Insert or Delete.
inline constexpr size_t kBatchFactsMax = 100'000;
inline constexpr size_t kBatchBytesMax = 16 << 20;

// One entry.
inline constexpr size_t kSourceBytesMax = 64 << 10;
inline constexpr size_t kMetadataPairsMax = 1'000;
inline constexpr size_t kMetadataBytesMax = 64 << 10;

// One term; see SexprLimits.
inline constexpr SexprLimits kTermLimits;

// One page of List.
inline constexpr uint32_t kPageFactsDefault = 1'000;
inline constexpr uint32_t kPageFactsMax = 10'000;
inline constexpr size_t kPageBytesMax = 1 << 20;

// One page of Browse has as many entries as one of List has facts; facts that are counted for it,
// of one folder and of all.
inline constexpr uint64_t kFolderFactsCounted = 10'000;
inline constexpr uint64_t kPageFolderFactsCounted = 1'000'000;

// One page of the list of spaces: it ends at either, the facts being those counted for it.
inline constexpr uint32_t kPageSpacesDefault = 100;
inline constexpr uint32_t kPageSpacesMax = 1'000;
inline constexpr uint64_t kPageSpacesFactsMax = 1'000'000;

// One message of a Query or Diff stream: it is sent when either is reached.
inline constexpr int kQueryMessageMatches = 1'000;
inline constexpr size_t kQueryMessageBytes = 128 << 10;

// Leases that are held at one time, and what one of them may be.
inline constexpr size_t kLeasesMax = 4'096;
inline constexpr size_t kLeaseHolderBytesMax = 128;
inline constexpr absl::Duration kLeaseTtlMin = absl::Milliseconds(100);
inline constexpr absl::Duration kLeaseTtlMax = absl::Hours(24);
inline constexpr absl::Duration kLeaseTtlDefault = absl::Seconds(60);

// Operands of one Combine.
inline constexpr int kCombineOperandsMax = 64;

// Threads that run requests, if nobody says how many; more requests wait their turn. And at most.
inline constexpr int kRequestThreadsMin = 8;
inline constexpr uint64_t kRequestThreadsMax = 1024;

}  // namespace pathkb

#endif  // PATHKB_SERVER_CONFIG_LIMITS_H_
