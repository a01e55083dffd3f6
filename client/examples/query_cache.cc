// Keeps the answers to a query that is dear to compute, until the facts change: they stand under
// the name cache/<hash>, and the hash is made of the query and of the version of the facts.
// Whoever asks the same of the same facts reads one fact. Run it with a server at $PATHKB_SERVER or
// 127.0.0.1:7420.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "client/cpp/pathkb_client.h"

namespace {

namespace v1 = pathkb::v1;
using pathkb::client::PathkbClient;

constexpr char kSpace[] = "graph";
// The cache is a space of its own: what is in it can be made again, so others need not export it,
// and all of it can be dropped at once.
constexpr char kCacheSpace[] = "graph-cache";

// Ends the program with the reason unless `status` is OK.
void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "query_cache: %s\n", status.ToString().c_str());
  std::exit(1);
}

// FNV-1a, 64 bits: stable across programs and machines. Where strangers choose the queries, take a
// cryptographic one.
std::string HashOf(const std::string& text) {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  char digits[17];
  std::snprintf(digits, sizeof(digits), "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

// Which facts there are, as a number that a program changes when it changes them: the fact
// (version N) of the space itself. (The server's own revision counts writes to all spaces.)
std::string VersionOf(PathkbClient& client) {
  const auto version = client.GetByName(kSpace, "version");
  Must(version.status());
  return version->fact().term();
}

// Adds edges, and says that the facts are others now, in one batch: no reader sees one without the
// other.
void AddEdges(PathkbClient& client, int first, int end) {
  std::vector<v1::Fact> facts;
  for (int i = first; i < end; ++i) {
    facts.emplace_back().set_term("(edge n" + std::to_string(i) + " n" +
                                  std::to_string(i * 3 % 200) + ")");
  }
  v1::Fact& version = facts.emplace_back();
  version.set_name("version");
  version.set_term("(version " + std::to_string(end) + ")");
  Must(client.Insert(kSpace, std::move(facts)).status());
}

// The number of answers to `pattern`, and whether it was kept.
uint64_t CountCached(PathkbClient& client, const std::string& pattern) {
  const std::string name = "cache/" + HashOf(VersionOf(client) + " " + pattern);
  const auto kept = client.GetByName(kCacheSpace, name);
  if (kept.ok()) {
    std::printf("%s: kept\n", pattern.c_str());
    return std::strtoull(kept->fact().term().c_str(), nullptr, 10);
  }
  if (kept.status().code() != absl::StatusCode::kNotFound) Must(kept.status());
  const auto counted = client.Count(kSpace, pattern);
  Must(counted.status());
  v1::Fact fact;
  fact.set_name(name);
  fact.set_term(std::to_string(counted->count()));
  fact.mutable_entry()->mutable_metadata()->insert({"query", pattern});
  Must(client.Insert(kCacheSpace, {fact}).status());
  std::printf("%s: computed\n", pattern.c_str());
  return counted->count();
}

}  // namespace

int main() {
  const char* const address = std::getenv("PATHKB_SERVER");
  auto connected = PathkbClient::Connect(address != nullptr ? address : "127.0.0.1:7420");
  Must(connected.status());
  PathkbClient& client = **connected;
  // A fresh start, whatever an earlier run has left.
  client.DropSpace(kSpace).IgnoreError();
  client.DropSpace(kCacheSpace).IgnoreError();

  AddEdges(client, 0, 100);
  const std::string pattern = "(, (edge $x $y) (edge $y $z) (edge $z $w))";
  const uint64_t first = CountCached(client, pattern);
  const uint64_t again = CountCached(client, pattern);
  AddEdges(client, 100, 200);
  const uint64_t later = CountCached(client, pattern);
  std::printf("%llu answers, again %llu; then %llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(again), static_cast<unsigned long long>(later));
  // What is out of date is not in the way, and goes when somebody says so.
  const auto dropped = client.DeleteNamesBelow(kCacheSpace, "cache/");
  Must(dropped.status());
  return first == again && later > first && dropped->deleted() == 2 ? 0 : 1;
}
