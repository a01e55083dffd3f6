// SQLite as a peer: the same facts in a table for each relation, with an index for each argument
// that a question may give. Thin, so that what is measured is SQLite.

#ifndef PATHKB_TESTS_BENCH_QUERY_SQLITE_DATABASE_H_
#define PATHKB_TESTS_BENCH_QUERY_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <sqlite3.h>

#include "core/term/term.h"

namespace pathkb::bench {

// A prepared statement. One thread at a time; the database outlives it.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  // Forgets the last run and sets the parameters: integers as such, expressions as they are
  // written, all else as text. Borrows the texts until the next call.
  void Bind(const std::vector<Term>& parameters);

  // Goes to the next row; false at the end. Fails the program on an error.
  bool Step();

  // Reads each column of the row as what it is; returns something made of all of them, so that no
  // compiler leaves the reading out.
  uint64_t ReadRow();

  // A column as a number or a text.
  int64_t Integer(int column) { return sqlite3_column_int64(statement_.get(), column); }
  std::string Text(int column);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// An open database file. One thread at a time.
class SqliteDatabase {
 public:
  // Opens a file, new or not, with all of it mapped as far as SQLite can (2 GiB in Debian's), and
  // 64 MiB of cache for the rest. Internal with SQLite's message if that fails.
  static absl::StatusOr<SqliteDatabase> Open(const std::string& path);

  // Runs statements that give no rows.
  absl::Status Execute(const std::string& sql);
  // Internal with SQLite's message if it does not compile.
  absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  explicit SqliteDatabase(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

// At most so many facts of a relation are remembered, evenly spread, for questions about them.
inline constexpr uint64_t kSamplesOfRelation = 4096;

// Reads a file of facts `(relation argument ...)`, one a line, into a new database: for each
// relation a table `relation` with columns a1, a2, ... in a primary key of that order, without row
// numbers, and for each later argument an index that covers all columns. Table `samples` (relation,
// fact) holds the text of some facts of each. Relations' names get `_` for `-`. Returns the number
// of facts.
//   InvalidArgument   a line is no such fact
absl::StatusOr<uint64_t> LoadSqlite(const std::string& facts_path,
                                    const std::string& database_path);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_QUERY_SQLITE_DATABASE_H_
