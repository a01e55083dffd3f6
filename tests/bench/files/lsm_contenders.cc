#include "tests/bench/files/lsm_contenders.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"

// Lint reads this file where they are not installed, too; the build needs them.
#if __has_include(<leveldb/db.h>) && __has_include(<rocksdb/db.h>)
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace pathkb::bench {

namespace {

constexpr size_t kCacheBytes = size_t{1} << 30;
constexpr size_t kWriteBufferBytes = size_t{64} << 20;
constexpr int kFilterBitsPerKey = 10;
constexpr size_t kBatchKeys = 1000;

template <class LibraryStatus>
absl::Status FromLibrary(const LibraryStatus& status) {
  return status.ok() ? absl::OkStatus() : absl::UnknownError(status.ToString());
}

template <class Slice>
uint64_t Value(const Slice& stored) {
  uint64_t value;
  PATHKB_CHECK(stored.size() == sizeof(value));
  std::memcpy(&value, stored.data(), sizeof(value));
  return value;
}

// What differs between the two libraries, which otherwise have the same names for the same things.

struct LevelDb {
  static constexpr std::string_view kName = "leveldb";
  using DB = leveldb::DB;
  using Iterator = leveldb::Iterator;
  using ReadOptions = leveldb::ReadOptions;
  using Slice = leveldb::Slice;
  using WriteBatch = leveldb::WriteBatch;
  using WriteOptions = leveldb::WriteOptions;
  using Found = std::string;

  // Holds what the options refer to.
  struct Settings {
    leveldb::Options options;
    std::unique_ptr<leveldb::Cache> cache{leveldb::NewLRUCache(kCacheBytes)};
    std::unique_ptr<const leveldb::FilterPolicy> filter{
        leveldb::NewBloomFilterPolicy(kFilterBitsPerKey)};

    Settings() {
      options.create_if_missing = true;
      options.write_buffer_size = kWriteBufferBytes;
      options.block_cache = cache.get();
      options.filter_policy = filter.get();
    }
  };

  static leveldb::Status Open(const Settings& settings, const std::string& folder,
                              bool /*for_reading*/, DB** db) {
    return DB::Open(settings.options, folder, db);
  }
  static leveldb::Status Get(DB* db, std::string_view key, Found* found) {
    return db->Get(ReadOptions(), {key.data(), key.size()}, found);
  }
  static absl::Status CompactAll(DB* db) {
    db->CompactRange(nullptr, nullptr);
    return absl::OkStatus();
  }
};

struct RocksDb {
  static constexpr std::string_view kName = "rocksdb";
  using DB = rocksdb::DB;
  using Iterator = rocksdb::Iterator;
  using ReadOptions = rocksdb::ReadOptions;
  using Slice = rocksdb::Slice;
  using WriteBatch = rocksdb::WriteBatch;
  using WriteOptions = rocksdb::WriteOptions;
  using Found = rocksdb::PinnableSlice;

  struct Settings {
    rocksdb::Options options;

    Settings() {
      options.create_if_missing = true;
      options.write_buffer_size = kWriteBufferBytes;
      rocksdb::BlockBasedTableOptions table;
      table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
      options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    }
  };

  static rocksdb::Status Open(const Settings& settings, const std::string& folder, bool for_reading,
                              DB** db) {
    if (for_reading) return DB::OpenForReadOnly(settings.options, folder, db);
    return DB::Open(settings.options, folder, db);
  }
  static rocksdb::Status Get(DB* db, std::string_view key, Found* found) {
    found->Reset();
    return db->Get(ReadOptions(), db->DefaultColumnFamily(), {key.data(), key.size()}, found);
  }
  static absl::Status CompactAll(DB* db) {
    return FromLibrary(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
  }
};

template <class Library>
class OpenedLsm final : public OpenedFile {
 public:
  absl::Status Open(const std::string& folder, bool for_reading) {
    typename Library::DB* db = nullptr;
    PATHKB_RETURN_IF_ERROR(FromLibrary(Library::Open(settings_, folder, for_reading, &db)));
    db_.reset(db);
    return absl::OkStatus();
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    typename Library::Found found;
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto status = Library::Get(db_.get(), keys.key(i), &found);
      PATHKB_CHECK(status.ok() || status.IsNotFound());
      if (status.ok()) sum += Value(found) + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    const std::unique_ptr<typename Library::Iterator> at(
        db_->NewIterator(typename Library::ReadOptions()));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      const typename Library::Slice key = at->key();
      sum += Value(at->value()) + 1 + key.size() + static_cast<uint8_t>(key[key.size() - 1]);
    }
    PATHKB_CHECK(at->status().ok());
    return sum;
  }

  absl::Status Write(const KeyList& sorted) {
    typename Library::WriteBatch batch;
    for (size_t i = 0; i < sorted.size();) {
      const size_t end = std::min(i + kBatchKeys, sorted.size());
      for (; i < end; ++i) {
        const std::string_view key = sorted.key(i);
        const uint64_t value = sorted.value(i);
        batch.Put({key.data(), key.size()}, {reinterpret_cast<const char*>(&value), sizeof(value)});
      }
      PATHKB_RETURN_IF_ERROR(FromLibrary(db_->Write(typename Library::WriteOptions(), &batch)));
      batch.Clear();
    }
    return Library::CompactAll(db_.get());
  }

 private:
  const typename Library::Settings settings_;
  std::unique_ptr<typename Library::DB> db_;
};

template <class Library>
class LsmContender final : public FileContender {
 public:
  std::string_view name() const override { return Library::kName; }
  void Prepare(const KeyList& sorted) override { sorted_ = &sorted; }

  absl::Status Write(const std::string& folder) override {
    OpenedLsm<Library> opened;
    PATHKB_RETURN_IF_ERROR(opened.Open(folder, /*for_reading=*/false));
    return opened.Write(*sorted_);
  }

  absl::StatusOr<std::unique_ptr<OpenedFile>> Open(const std::string& folder) override {
    auto opened = std::make_unique<OpenedLsm<Library>>();
    PATHKB_RETURN_IF_ERROR(opened->Open(folder, /*for_reading=*/true));
    return opened;
  }

 private:
  const KeyList* sorted_ = nullptr;
};

}  // namespace

std::unique_ptr<FileContender> MakeLevelDbContender() {
  return std::make_unique<LsmContender<LevelDb>>();
}

std::unique_ptr<FileContender> MakeRocksDbContender() {
  return std::make_unique<LsmContender<RocksDb>>();
}

}  // namespace pathkb::bench

#endif
