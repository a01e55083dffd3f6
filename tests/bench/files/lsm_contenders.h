// LevelDB and RocksDB, sorted runs in many files, under the names leveldb and rocksdb.

#ifndef PATHKB_TESTS_BENCH_FILES_LSM_CONTENDERS_H_
#define PATHKB_TESTS_BENCH_FILES_LSM_CONTENDERS_H_

#include <memory>

#include "tests/bench/files/file_contender.h"

namespace pathkb::bench {

// Both write batches of 1000 keys and then compact all into one level; both read with a Bloom
// filter of 10 bits a key and a block cache that holds all blocks. Blocks are compressed by Snappy,
// as they are by default.
std::unique_ptr<FileContender> MakeLevelDbContender();
std::unique_ptr<FileContender> MakeRocksDbContender();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_LSM_CONTENDERS_H_
