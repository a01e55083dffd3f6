// A small knowledge base: facts from two sources, one of them not sure; what follows from them by a
// rule; and where that stands. Run it with a server at $PATHKB_SERVER or 127.0.0.1:7420.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "client/cpp/pathkb_client.h"

namespace {

namespace v1 = pathkb::v1;
using pathkb::client::PathkbClient;

constexpr char kSpace[] = "family";

// Ends the program with the reason unless `status` is OK.
void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "knowledge_base: %s\n", status.ToString().c_str());
  std::exit(1);
}

// A fact with what is known about it.
v1::Fact Fact(const std::string& term, const std::string& source, double confidence) {
  v1::Fact fact;
  fact.set_term(term);
  fact.mutable_entry()->set_source(source);
  fact.mutable_entry()->set_confidence(confidence);
  return fact;
}

// Prints the answers to a query, filled into `form`.
void Ask(PathkbClient& client, const std::string& pattern, const std::string& form,
         double confidence_min) {
  v1::QueryRequest request;
  request.set_space(kSpace);
  request.set_pattern(pattern);
  request.set_template_(form);
  request.mutable_filter()->set_min_confidence(confidence_min);
  const auto summary = client.Query(request, [](const v1::Match& match) {
    std::printf("  %s\n", match.term().c_str());
    return true;
  });
  Must(summary.status());
}

}  // namespace

int main() {
  const char* const address = std::getenv("PATHKB_SERVER");
  auto connected = PathkbClient::Connect(address != nullptr ? address : "127.0.0.1:7420");
  Must(connected.status());
  PathkbClient& client = **connected;

  // One batch: all of it is there, or nothing. Saying it again changes nothing.
  const auto inserted = client.Insert(
      kSpace,
      {Fact("(parent Tom Bob)", "church book", 1), Fact("(parent Pam Bob)", "letter", 0.6),
       Fact("(parent Bob Ann)", "church book", 1), Fact("(parent Bob Pat)", "letter", 0.7)});
  Must(inserted.status());
  std::printf("facts are on disk, revision %llu\n",
              static_cast<unsigned long long>(inserted->revision()));

  std::printf("grandparents:\n");
  const std::string pattern = "(, (parent $x $y) (parent $y $z))";
  Ask(client, pattern, "(grandparent $x $z)", 0);
  std::printf("grandparents, of what is sure:\n");
  Ask(client, pattern, "(grandparent $x $z)", 0.9);

  // What follows may be kept, too; in a space of its own, as it can be made again.
  v1::TransformRequest request;
  request.set_space(kSpace);
  request.set_pattern(pattern);
  request.set_template_("(grandparent $x $z)");
  request.set_into_space("family-derived");
  const auto derived = client.Transform(request);
  Must(derived.status());
  const auto count = client.Count("family-derived", "(grandparent Tom $z)");
  Must(count.status());
  std::printf("Tom has %llu grandchildren\n", static_cast<unsigned long long>(count->count()));
  return count->count() == 2 ? 0 : 1;
}
