#include "tests/bench/files/lmdb_contender.h"

#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"

// Lint reads this file where LMDB is not installed, too; the build needs it.
#if __has_include(<lmdb.h>)
#include <lmdb.h>

namespace pathkb::bench {

namespace {

// Address space, not memory: the file may grow to that.
constexpr size_t kMapBytes = size_t{64} << 30;
constexpr mdb_mode_t kMode = 0644;

absl::Status FromLmdb(std::string_view call, int result) {
  if (result == MDB_SUCCESS) return absl::OkStatus();
  return absl::UnknownError(fmt::format("{}: {}", call, mdb_strerror(result)));
}

// An environment and a transaction in it, which is given up unless it was committed.
class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    if (env_ != nullptr) mdb_env_close(env_);
  }

  absl::Status Begin(const std::string& folder, unsigned env_flags, unsigned txn_flags) {
    PATHKB_RETURN_IF_ERROR(FromLmdb("mdb_env_create", mdb_env_create(&env_)));
    PATHKB_RETURN_IF_ERROR(FromLmdb("mdb_env_set_mapsize", mdb_env_set_mapsize(env_, kMapBytes)));
    PATHKB_RETURN_IF_ERROR(
        FromLmdb("mdb_env_open", mdb_env_open(env_, folder.c_str(), env_flags, kMode)));
    PATHKB_RETURN_IF_ERROR(
        FromLmdb("mdb_txn_begin", mdb_txn_begin(env_, nullptr, txn_flags, &txn_)));
    return FromLmdb("mdb_dbi_open", mdb_dbi_open(txn_, nullptr, 0, &dbi_));
  }

  absl::Status Commit() {
    return FromLmdb("mdb_txn_commit", mdb_txn_commit(std::exchange(txn_, nullptr)));
  }

  MDB_txn* txn() const { return txn_; }
  MDB_dbi dbi() const { return dbi_; }

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi dbi_ = 0;
};

// LMDB takes keys as memory that might be written to, but never does.
MDB_val ToLmdb(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

uint64_t Value(const MDB_val& stored) {
  uint64_t value;
  PATHKB_CHECK(stored.mv_size == sizeof(value));
  std::memcpy(&value, stored.mv_data, sizeof(value));
  return value;
}

class OpenedLmdb final : public OpenedFile {
 public:
  absl::Status Begin(const std::string& folder) {
    return transaction_.Begin(folder, MDB_RDONLY | MDB_NORDAHEAD, MDB_RDONLY);
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      MDB_val key = ToLmdb(keys.key(i));
      MDB_val stored;
      const int result = mdb_get(transaction_.txn(), transaction_.dbi(), &key, &stored);
      PATHKB_CHECK(result == MDB_SUCCESS || result == MDB_NOTFOUND);
      if (result == MDB_SUCCESS) sum += Value(stored) + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    MDB_cursor* cursor = nullptr;
    PATHKB_CHECK(mdb_cursor_open(transaction_.txn(), transaction_.dbi(), &cursor) == MDB_SUCCESS);
    MDB_val key;
    MDB_val stored;
    while (mdb_cursor_get(cursor, &key, &stored, MDB_NEXT) == MDB_SUCCESS) {
      sum += Value(stored) + 1 + key.mv_size + static_cast<uint8_t*>(key.mv_data)[key.mv_size - 1];
    }
    mdb_cursor_close(cursor);
    return sum;
  }

 private:
  Transaction transaction_;
};

class LmdbContender final : public FileContender {
 public:
  std::string_view name() const override { return "lmdb"; }
  void Prepare(const KeyList& sorted) override { sorted_ = &sorted; }

  absl::Status Write(const std::string& folder) override {
    size_t index = 0;
    return WriteLmdb(folder, [&](std::string_view* key, uint64_t* value) {
      if (index == sorted_->size()) return false;
      *key = sorted_->key(index);
      *value = sorted_->value(index);
      ++index;
      return true;
    });
  }

  absl::StatusOr<std::unique_ptr<OpenedFile>> Open(const std::string& folder) override {
    auto opened = std::make_unique<OpenedLmdb>();
    PATHKB_RETURN_IF_ERROR(opened->Begin(folder));
    return opened;
  }

 private:
  const KeyList* sorted_ = nullptr;
};

}  // namespace

std::unique_ptr<FileContender> MakeLmdbContender() { return std::make_unique<LmdbContender>(); }

absl::Status WriteLmdb(const std::string& folder,
                       absl::FunctionRef<bool(std::string_view* key, uint64_t* value)> next) {
  Transaction transaction;
  PATHKB_RETURN_IF_ERROR(transaction.Begin(folder, MDB_NOSYNC, 0));
  std::string_view key;
  uint64_t value;
  while (next(&key, &value)) {
    MDB_val stored_key = ToLmdb(key);
    MDB_val stored = {sizeof(value), &value};
    PATHKB_RETURN_IF_ERROR(FromLmdb("mdb_put", mdb_put(transaction.txn(), transaction.dbi(),
                                                       &stored_key, &stored, MDB_APPEND)));
  }
  return transaction.Commit();
}

}  // namespace pathkb::bench

#endif
