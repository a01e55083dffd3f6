// Ways to ask one kind of question again and again, each with other values: by PathKB in the
// process, by SQLite, through a server.

#ifndef PATHKB_TESTS_BENCH_QUERY_ASKERS_H_
#define PATHKB_TESTS_BENCH_QUERY_ASKERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cpp/pathkb_client.h"
#include "core/facts/fact_base.h"
#include "core/query/fact_source.h"
#include "core/term/term.h"
#include "tests/bench/query/bench_case.h"
#include "tests/bench/query/sqlite_database.h"

namespace pathkb::bench {

// A pair of files as what queries read. Any thread. Borrows the base.
class BaseSource final : public FactSource {
 public:
  explicit BaseSource(const FactBase& base) : base_(base) {}
  std::unique_ptr<Zipper> NewZipper() const override { return base_.NewZipper(); }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const override;

 private:
  const FactBase& base_;
};

// A question with all the values it is asked with.
struct Questions {
  const BenchCase* bench_case;
  // One for each time it is asked; what is given, in the order of $p1, $p2, ...
  std::vector<std::vector<Term>> given;

  size_t size() const { return given.size(); }
  // The pattern of question `i`, the values filled in.
  Term Pattern(size_t i) const;
};

// The questions of a case, at most `count`, about facts that SQLite's table of samples holds. The
// same ones each time.
absl::StatusOr<Questions> MakeQuestions(const BenchCase& bench_case, SqliteDatabase& database,
                                        size_t count);

// Asks question number `i` and takes in all answers; returns how many there were. Fails the program
// on an error. Borrows whatever it was made with.
using Asker = std::function<uint64_t(size_t i)>;

// A query is compiled from its term, planned and run, each time.
Asker AskByRun(const Questions& questions, const FactSource& source, std::string_view space,
               bool use_index);
// A search that was made once is started anew with other values: what a prepared statement is.
absl::StatusOr<Asker> AskBySearch(const Questions& questions, const FactSource& source,
                                  std::string_view space);
// The same of a query with parameters, joined or not: a run that is started again.
absl::StatusOr<Asker> AskAgain(const Questions& questions, const FactSource& source,
                               std::string_view space);
// A statement that was prepared once gets other values.
absl::StatusOr<Asker> AskSqlite(const Questions& questions, SqliteDatabase& database);
// The statement is prepared each time, from the same text.
Asker AskSqliteByText(const Questions& questions, SqliteDatabase& database);
// A whole call of Query, or for a case that counts, of Count, from text to text.
Asker AskServer(const Questions& questions, client::PathkbClient& client, std::string_view space);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_QUERY_ASKERS_H_
