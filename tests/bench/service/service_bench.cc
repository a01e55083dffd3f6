// Measures a server with many callers, and the same work in this process without one.
//
//   service_bench --make=200000 --facts=graph.metta       the facts, as text
//   service_bench --tree=graph.tree --server=HOST:PORT    with the same facts in its space `graph`
//
// The pair graph.tree, graph.terms is made by `pathkb file build --space graph graph.metta -o
// graph`. The server's other spaces are written to. Prints a line for each figure as soon as it is
// known, with tabs between: part, measure, contender, unit, figure. `./dev bench service` does all
// this and makes a table.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "fmt/format.h"

#include "client/cpp/pathkb_client.h"
#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/query/fact_source.h"
#include "core/query/query.h"
#include "core/query/query_run.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/fact_pair.h"
#include "tests/bench/files/clocks.h"

namespace pathkb::bench {
namespace {

using client::PathkbClient;

constexpr char kSpace[] = "graph";
constexpr double kMicroseconds = 1e6;
constexpr int kThreadCounts[] = {1, 2, 4, 8, 16};

// A pair of files as what queries read. Any thread. Borrows it.
class PairSource final : public FactSource {
 public:
  explicit PairSource(const FactPair& pair) : pair_(pair) {}
  std::unique_ptr<Zipper> NewZipper() const override { return pair_.NewZipper(); }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int,
                                              std::string& scratch) const override {
    return pair_.FindEntry(value, scratch);
  }

 private:
  const FactPair& pair_;
};

// What is asked for on the command line.
struct Plan {
  std::string tree;
  std::string server;
  uint64_t facts = 200'000;
  int calls = 1000;  // Of each thread.
  int combined_facts = 20'000;
};

void Report(std::string_view part, std::string_view measure, std::string_view contender,
            std::string_view unit, double value) {
  fmt::print("{}\t{}\t{}\t{}\t{:.6g}\n", part, measure, contender, unit, value);
  std::fflush(stdout);
}

// Ends the program unless `status` is OK.
void Must(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "service_bench: {}\n", ToStd(status.message()));
  std::exit(1);
}

// Node `i` has one edge to the next and one far away.
std::string EdgeText(uint64_t i, uint64_t facts) {
  const uint64_t nodes = facts / 2;
  const uint64_t from = i % nodes;
  const uint64_t to = i < nodes ? (from + 1) % nodes : from * 7919 % nodes;
  return fmt::format("(edge n{} n{})", from, to);
}

// What many threads came to that each did one thing again and again.
struct Load {
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
};

// Each of `threads` calls `one(number)` `calls` times, numbers being spread over all there are.
Load Run(int threads, int calls, const std::function<void(uint64_t)>& one) {
  std::vector<std::vector<double>> times(static_cast<size_t>(threads));
  std::vector<std::thread> workers;
  const WallStopwatch wall;
  for (int thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&, thread] {
      constexpr uint64_t kLeap = 2'654'435'761;
      for (int call = 0; call < calls; ++call) {
        const WallStopwatch time;
        one((static_cast<uint64_t>(thread) * 1'000'003 + static_cast<uint64_t>(call)) * kLeap);
        times[static_cast<size_t>(thread)].push_back(time.Seconds() * kMicroseconds);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  const double seconds = wall.Seconds();
  std::vector<double> all;
  for (const auto& some : times) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  const double done = static_cast<double>(all.size());
  return {done / seconds, all[all.size() / 2], all[all.size() * 99 / 100]};
}

// The same through a server and in the process, from one thread to sixteen.
void Curve(const Plan& plan, std::string_view part, const std::function<void(uint64_t)>& here,
           const std::function<void(uint64_t)>& there) {
  for (const int threads : kThreadCounts) {
    Run(threads, plan.calls / 10, there);  // For caches and connections.
    const Load in_process = Run(threads, plan.calls * 20, here);
    const Load grpc = Run(threads, plan.calls, there);
    const std::string who = fmt::format("{} threads", threads);
    Report(part, who, "in process", "1/s", in_process.per_s);
    Report(part, who, "grpc", "1/s", grpc.per_s);
    Report(part, who + ", p50", "in process", "us", in_process.p50_us);
    Report(part, who + ", p50", "grpc", "us", grpc.p50_us);
    Report(part, who + ", p99", "in process", "us", in_process.p99_us);
    Report(part, who + ", p99", "grpc", "us", grpc.p99_us);
  }
}

// One fact by its term, from text to entry.
void GetHere(const FactPair& pair, const std::string& text) {
  std::string encoded;
  const auto term = ParseTerm(text);
  Must(term.status());
  Must(EncodeTerm(*term, encoded));
  const auto value = pair.Find(TermKey(kSpace, encoded, ""));
  Must(value.status());
  if (!value->has_value()) Must(absl::NotFoundError(text));
  std::string scratch;
  const auto bytes = pair.FindEntry(**value, scratch);
  Must(bytes.status());
  Must(DecodeEntry(*bytes).status());
}

// What a node leads to, from text to the answers.
void AskHere(const FactSource& source, const std::string& text) {
  const auto term = ParseTerm(text);
  Must(term.status());
  const auto query = Query::Compile(*term);
  Must(query.status());
  const auto run = QueryRun::Start(*query, source, kSpace);
  Must(run.status());
  int answers = 0;
  for (;;) {
    const auto more = (*run)->Next();
    Must(more.status());
    if (!*more) break;
    ++answers;
  }
  if (answers == 0) Must(absl::NotFoundError(text));
}

void Reads(const Plan& plan, const FactPair& pair, PathkbClient& client) {
  const PairSource source(pair);
  const auto fact = [&plan](uint64_t number) { return EdgeText(number % plan.facts, plan.facts); };
  const auto pattern = [&plan](uint64_t number) {
    return fmt::format("(edge n{} $to)", number % (plan.facts / 2));
  };
  Curve(
      plan, "get", [&](uint64_t number) { GetHere(pair, fact(number)); },
      [&](uint64_t number) { Must(client.GetByTerm(kSpace, fact(number)).status()); });
  Curve(
      plan, "pattern", [&](uint64_t number) { AskHere(source, pattern(number)); },
      [&](uint64_t number) {
        const auto summary =
            client.Query(kSpace, pattern(number), 0, [](const v1::Match&) { return true; });
        Must(summary.status());
        if (summary->matches == 0) Must(absl::NotFoundError(pattern(number)));
      });
}

// Inserts `facts` new ones in batches, from several threads; returns facts a second.
double Insert(PathkbClient& client, const std::string& space, int threads, int batch, int batches) {
  const Load load = Run(threads, batches, [&](uint64_t number) {
    std::vector<v1::Fact> facts(static_cast<size_t>(batch));
    for (int i = 0; i < batch; ++i) {
      facts[static_cast<size_t>(i)].set_term(fmt::format("(item {} {})", number, i));
    }
    Must(client.Insert(space, std::move(facts)).status());
  });
  return load.per_s * batch;
}

void Writes(const Plan& plan, PathkbClient& client) {
  const int calls = plan.calls / 4;
  Report("insert", "1 thread", "batch 1", "facts/s", Insert(client, "one", 1, 1, calls));
  Report("insert", "1 thread", "batch 1000", "facts/s", Insert(client, "many", 1, 1000, calls / 5));
  Report("insert", "16 threads", "batch 1", "facts/s", Insert(client, "one16", 16, 1, calls));
  Report("insert", "16 threads", "batch 1000", "facts/s",
         Insert(client, "many16", 16, 1000, calls / 50 + 1));
}

// The union of `ways` spaces, every second fact of which is in its neighbour, too.
double Combine(const Plan& plan, PathkbClient& client, int ways) {
  v1::CombineRequest request;
  request.set_operation(v1::COMBINE_OPERATION_UNION);
  for (int i = 0; i < ways; ++i) request.add_operands()->set_space(fmt::format("part{}", i));
  const WallStopwatch time;
  uint64_t facts = 0;
  const auto totals = client.Combine(request, [&](const v1::Fact&) {
    ++facts;
    return true;
  });
  Must(totals.status());
  const uint64_t half = static_cast<uint64_t>(plan.combined_facts) / 2;
  if (facts != half * static_cast<uint64_t>(ways + 1)) {
    Must(absl::InternalError(fmt::format("{} facts in the union of {}", facts, ways)));
  }
  // Of what goes in.
  return static_cast<double>(ways) * plan.combined_facts / time.Seconds();
}

void Combines(const Plan& plan, PathkbClient& client) {
  for (int part = 0; part < 16; ++part) {
    std::vector<v1::Fact> facts;
    for (int i = 0; i < plan.combined_facts; ++i) {
      facts.emplace_back().set_term(
          fmt::format("(fact {} of some)", part * plan.combined_facts / 2 + i));
    }
    Must(client.Insert(fmt::format("part{}", part), std::move(facts)).status());
  }
  for (const int ways : {2, 16}) {
    Combine(plan, client, ways);
    Report("combine", fmt::format("union of {} spaces", ways), "grpc", "facts in/s",
           Combine(plan, client, ways));
  }
}

// A fork of a space of one fact, and of the largest: the same, or it would copy something. Each is
// dropped again.
void Forks(PathkbClient& client) {
  std::vector<v1::Fact> one(1);
  one[0].set_term("(fact)");
  Must(client.Insert("tiny", one).status());
  for (const auto& [space, contender] :
       {std::pair("tiny", "of one fact"), std::pair(kSpace, "of all facts")}) {
    std::vector<double> times;
    for (int i = 0; i < 20; ++i) {
      const WallStopwatch time;
      Must(client.ForkSpace(space, "fork").status());
      times.push_back(time.Seconds() * kMicroseconds);
      Must(client.DropSpace("fork").status());
    }
    std::sort(times.begin(), times.end());
    Report("fork", "a space, p50", contender, "us", times[times.size() / 2]);
  }
}

// Four readers, first alone, then with two writers beside them.
void Mixed(const Plan& plan, PathkbClient& client) {
  const auto read = [&](uint64_t number) {
    Must(client.GetByTerm(kSpace, EdgeText(number % plan.facts, plan.facts)).status());
  };
  Run(4, plan.calls / 10, read);
  const Load alone = Run(4, plan.calls, read);
  std::atomic<bool> done = false;
  std::atomic<uint64_t> written = 0;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int batch = 0; !done; ++batch) {
        std::vector<v1::Fact> facts(100);
        for (size_t i = 0; i < facts.size(); ++i) {
          facts[i].set_term(fmt::format("(mixed {} {} {})", writer, batch, i));
        }
        Must(client.Insert(kSpace, std::move(facts)).status());
        written += 100;
      }
    });
  }
  const WallStopwatch time;
  const Load beside = Run(4, plan.calls, read);
  done = true;
  const double seconds = time.Seconds();
  for (std::thread& writer : writers) writer.join();
  Report("mixed", "4 readers", "alone", "1/s", alone.per_s);
  Report("mixed", "4 readers", "beside 2 writers", "1/s", beside.per_s);
  Report("mixed", "4 readers, p50", "alone", "us", alone.p50_us);
  Report("mixed", "4 readers, p50", "beside 2 writers", "us", beside.p50_us);
  Report("mixed", "4 readers, p99", "alone", "us", alone.p99_us);
  Report("mixed", "4 readers, p99", "beside 2 writers", "us", beside.p99_us);
  Report("mixed", "2 writers, batch 100", "beside 4 readers", "facts/s",
         static_cast<double>(written) / seconds);
}

absl::Status RunAll(const Plan& plan) {
  PATHKB_ASSIGN_OR_RETURN(const auto pair, FactPair::Open(RealFileSystem(), plan.tree));
  PATHKB_ASSIGN_OR_RETURN(const auto client, PathkbClient::Connect(plan.server));
  Reads(plan, *pair, *client);
  Writes(plan, *client);
  Combines(plan, *client);
  Forks(*client);
  Mixed(plan, *client);
  return absl::OkStatus();
}

absl::Status MakeFacts(const Plan& plan, const std::string& path) {
  std::ofstream file(path);
  for (uint64_t i = 0; i < plan.facts; ++i) file << EdgeText(i, plan.facts) << '\n';
  return file.flush() ? absl::OkStatus() : absl::UnknownError("cannot write " + path);
}

absl::Status Main(int argc, char** argv) {
  CLI::App app("Measures a server with many callers");
  Plan plan;
  std::string facts;
  app.add_option("--make", plan.facts, "so many facts, an even number");
  app.add_option("--facts", facts, "write them to this file, and end");
  app.add_option("--tree", plan.tree, "the pair's .tree");
  app.add_option("--server", plan.server, "HOST:PORT of a server with the same facts");
  app.add_option("--calls", plan.calls, "calls of each thread, at least 200");
  app.add_option("--combined-facts", plan.combined_facts, "facts of each space that is combined");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return facts.empty() ? RunAll(plan) : MakeFacts(plan, facts);
}

}  // namespace
}  // namespace pathkb::bench

int main(int argc, char** argv) {
  const absl::Status status = pathkb::bench::Main(argc, argv);
  if (status.ok()) return 0;
  fmt::print(stderr, "service_bench: {}\n", pathkb::ToStd(status.message()));
  return 1;
}
