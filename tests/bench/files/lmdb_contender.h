// LMDB, a B+tree in one mapped file, under the name lmdb. The one that all others are compared
// with: it reads as we do, from a mapping and without copies.

#ifndef PATHKB_TESTS_BENCH_FILES_LMDB_CONTENDER_H_
#define PATHKB_TESTS_BENCH_FILES_LMDB_CONTENDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "tests/bench/files/file_contender.h"

namespace pathkb::bench {

// For keys of at most 511 bytes. Writes in one transaction, each key behind all others
// (MDB_APPEND); reads in one transaction, without read-ahead.
std::unique_ptr<FileContender> MakeLmdbContender();

// Writes keys from anywhere, likewise: `next` gives the next key and its value, or false at the
// end. The view is used until the next call.
absl::Status WriteLmdb(const std::string& folder,
                       absl::FunctionRef<bool(std::string_view* key, uint64_t* value)> next);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_LMDB_CONTENDER_H_
