#include "tests/bench/query/sqlite_database.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/term/sexpr.h"

namespace pathkb::bench {
namespace {

// How a relation is filled.
struct Table {
  size_t arguments = 0;
  SqliteStatement insert;
  uint64_t facts = 0;
  uint64_t sample_every = 1;
  std::vector<std::string> samples;  // Every sample_every-th fact so far.
};

// "a1, a2, a3" with `first` in front.
std::string Columns(size_t arguments, size_t first) {
  std::string columns = fmt::format("a{}", first);
  for (size_t i = 1; i <= arguments; ++i) {
    if (i != first) columns += fmt::format(", a{}", i);
  }
  return columns;
}

absl::StatusOr<Table> NewTable(SqliteDatabase& database, const std::string& name,
                               size_t arguments) {
  const std::string columns = Columns(arguments, 1);
  PATHKB_RETURN_IF_ERROR(database.Execute(fmt::format(
      "CREATE TABLE \"{}\" ({}, PRIMARY KEY ({})) WITHOUT ROWID", name, columns, columns)));
  std::string places = "?1";
  for (size_t i = 2; i <= arguments; ++i) places += fmt::format(", ?{}", i);
  PATHKB_ASSIGN_OR_RETURN(
      SqliteStatement insert,
      database.Prepare(fmt::format("INSERT OR IGNORE INTO \"{}\" VALUES ({})", name, places)));
  return Table{arguments, std::move(insert), 0, 1, {}};
}

// Keeps at most kSamplesOfRelation, evenly spread.
void Sample(const std::string& line, Table& table) {
  if (table.facts % table.sample_every == 0) table.samples.push_back(line);
  ++table.facts;
  if (table.samples.size() <= kSamplesOfRelation) return;
  std::vector<std::string> kept;
  for (size_t i = 0; i < table.samples.size(); i += 2) kept.push_back(table.samples[i]);
  table.samples = std::move(kept);
  table.sample_every *= 2;
}

absl::Status Finish(SqliteDatabase& database, std::map<std::string, Table>& tables) {
  PATHKB_ASSIGN_OR_RETURN(SqliteStatement insert,
                          database.Prepare("INSERT INTO samples VALUES (?1, ?2)"));
  for (auto& [name, table] : tables) {
    for (const std::string& sample : table.samples) {
      insert.Bind({Term::String(name), Term::String(sample)});
      PATHKB_CHECK(!insert.Step());
    }
    for (size_t argument = 2; argument <= table.arguments; ++argument) {
      PATHKB_RETURN_IF_ERROR(
          database.Execute(fmt::format("CREATE UNIQUE INDEX \"{}_{}\" ON \"{}\" ({})", name,
                                       argument, name, Columns(table.arguments, argument))));
    }
  }
  return database.Execute("COMMIT; ANALYZE");
}

}  // namespace

void SqliteStatement::Bind(const std::vector<Term>& parameters) {
  sqlite3_stmt* const statement = statement_.get();
  sqlite3_reset(statement);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const int place = static_cast<int>(i) + 1;
    if (parameters[i].kind() == Term::Kind::kInteger) {
      sqlite3_bind_int64(statement, place, parameters[i].integer());
    } else if (parameters[i].kind() == Term::Kind::kExpression) {
      const std::string text = PrintTerm(parameters[i]);
      sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()),
                        SQLITE_TRANSIENT);
    } else {
      const std::string& text = parameters[i].text();
      sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()),
                        SQLITE_STATIC);
    }
  }
}

bool SqliteStatement::Step() {
  const int result = sqlite3_step(statement_.get());
  PATHKB_CHECK(result == SQLITE_ROW || result == SQLITE_DONE);
  return result == SQLITE_ROW;
}

uint64_t SqliteStatement::ReadRow() {
  sqlite3_stmt* const statement = statement_.get();
  uint64_t sum = 0;
  for (int column = sqlite3_data_count(statement); column-- > 0;) {
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
      sum += static_cast<uint64_t>(sqlite3_column_int64(statement, column));
    } else {
      const unsigned char* const text = sqlite3_column_text(statement, column);
      sum += static_cast<uint64_t>(sqlite3_column_bytes(statement, column)) + text[0];
    }
  }
  return sum;
}

std::string SqliteStatement::Text(int column) {
  const auto* const text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr ? "" : text;
}

absl::StatusOr<SqliteDatabase> SqliteDatabase::Open(const std::string& path) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open(path.c_str(), &opened);
  SqliteDatabase database(opened);
  if (result != SQLITE_OK) {
    return absl::InternalError(fmt::format("{}: {}", path, sqlite3_errmsg(opened)));
  }
  PATHKB_RETURN_IF_ERROR(
      database.Execute("PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -65536"));
  return database;
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return absl::InternalError(fmt::format("{}: {}", sql, sqlite3_errmsg(database_.get())));
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return absl::InternalError(fmt::format("{}: {}", sql, sqlite3_errmsg(database_.get())));
  }
  return SqliteStatement(statement);
}

absl::StatusOr<uint64_t> LoadSqlite(const std::string& facts_path,
                                    const std::string& database_path) {
  PATHKB_ASSIGN_OR_RETURN(SqliteDatabase database, SqliteDatabase::Open(database_path));
  PATHKB_RETURN_IF_ERROR(
      database.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
                       "CREATE TABLE samples (relation TEXT, fact TEXT)"));
  std::ifstream lines(facts_path);
  if (!lines) return absl::NotFoundError(fmt::format("{}: cannot be read", facts_path));
  std::map<std::string, Table> tables;
  uint64_t facts = 0;
  for (std::string line; std::getline(lines, line);) {
    PATHKB_ASSIGN_OR_RETURN(const Term fact, ParseTerm(line));
    const std::vector<Term>& children = fact.children();
    if (children.size() < 2) {
      return absl::InvalidArgumentError(fmt::format("{}: no (relation argument ...)", line));
    }
    std::string name = children[0].text();
    std::replace(name.begin(), name.end(), '-', '_');
    auto found = tables.find(name);
    if (found == tables.end()) {
      PATHKB_ASSIGN_OR_RETURN(Table table, NewTable(database, name, children.size() - 1));
      found = tables.emplace(name, std::move(table)).first;
    }
    Table& table = found->second;
    if (children.size() - 1 != table.arguments) {
      return absl::InvalidArgumentError(fmt::format("{}: not {} arguments", line, table.arguments));
    }
    const std::vector<Term> arguments(children.begin() + 1, children.end());
    table.insert.Bind(arguments);
    PATHKB_CHECK(!table.insert.Step());
    Sample(line, table);
    ++facts;
  }
  PATHKB_RETURN_IF_ERROR(Finish(database, tables));
  return facts;
}

}  // namespace pathkb::bench
