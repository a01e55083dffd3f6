// Goal: what clients ask of QueryService, over the wire: pages of one revision while others write,
// filters, templates, structured terms, plans, transforms and set algebra, and that a query which
// nobody waits for, or whose budget is spent, stops. Method: a real server in this process.

#include <chrono>
#include <sys/resource.h>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "pathkb/v1/query_service.grpc.pb.h"
#include "tests/support/running_server.h"

namespace pathkb {
namespace {

using client::PathkbClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class QueriesTest : public WithRunningServer {
 protected:
  QueriesTest()
      : WithRunningServer([](ServerConfig& config) { config.query_step_budget = 50'000'000'000; }) {
  }

  void Insert(const std::vector<std::string>& terms, const std::string& space = "default",
              const v1::Entry& entry = v1::Entry()) {
    std::vector<v1::Fact> facts;
    for (const std::string& term : terms) {
      v1::Fact& fact = facts.emplace_back();
      fact.set_term(term);
      *fact.mutable_entry() = entry;
    }
    const auto inserted = client_->Insert(space, std::move(facts));
    ASSERT_TRUE(inserted.ok()) << inserted.status();
  }

  static v1::QueryRequest Ask(const std::string& pattern, const std::string& shape = "") {
    v1::QueryRequest request;
    request.set_pattern(pattern);
    request.set_template_(shape);
    return request;
  }

  // Answers as text: the filled template, or the bindings with a blank in between.
  std::vector<std::string> Answers(const v1::QueryRequest& request,
                                   PathkbClient::QuerySummary* summary = nullptr) {
    std::vector<std::string> answers;
    const auto result = client_->Query(request, [&](const v1::Match& match) {
      std::string text = match.term();
      for (const v1::Binding& binding : match.bindings()) {
        text += (text.empty() ? "" : " ") + binding.term();
      }
      answers.push_back(text);
      return true;
    });
    EXPECT_TRUE(result.ok()) << result.status();
    if (result.ok() && summary != nullptr) *summary = *result;
    return answers;
  }

  absl::Status Failure(const v1::QueryRequest& request) {
    return client_->Query(request, [](const v1::Match&) { return true; }).status();
  }
};

TEST_F(QueriesTest, JoinsFiltersAndTemplates) {
  v1::Entry guess;
  guess.set_confidence(0.5);
  guess.set_source("hearsay");
  (*guess.mutable_metadata())["year"] = "1900";
  Insert({"(parent Tom Bob)", "(parent Bob Ann)"});
  Insert({"(parent Bob Pat)"}, "default", guess);
  v1::QueryRequest grandparents = Ask("(, (parent $x $y) (parent $y $z))", "(grandparent $x $z)");
  EXPECT_THAT(Answers(grandparents),
              UnorderedElementsAre("(grandparent Tom Ann)", "(grandparent Tom Pat)"));
  grandparents.mutable_filter()->set_min_confidence(0.9);
  EXPECT_THAT(Answers(grandparents), ElementsAre("(grandparent Tom Ann)"));
  v1::QueryRequest one = Ask("(parent $x $y)");
  one.mutable_filter()->set_source("hearsay");
  (*one.mutable_filter()->mutable_metadata())["year"] = "1900";
  EXPECT_THAT(Answers(one), ElementsAre("Bob Pat"));
  (*one.mutable_filter()->mutable_metadata())["year"] = "1901";
  EXPECT_THAT(Answers(one), IsEmpty());
  v1::CountRequest count;
  count.mutable_filter()->set_min_confidence(0.5);
  EXPECT_EQ(client_->Count(count)->count(), 3);
  count.mutable_filter()->set_min_confidence(0.6);
  EXPECT_EQ(client_->Count(count)->count(), 2);
}

TEST_F(QueriesTest, PagesAreOfOneRevisionWhateverIsWritten) {
  std::vector<std::string> facts;
  for (int i = 0; i < 500; ++i) facts.push_back("(n " + std::to_string(i) + ")");
  Insert(facts);
  for (const std::string query : {"(n $x)", "(, (n $x) (n $y) (== $x $y))"}) {
    const std::vector<std::string> expected = Answers(Ask(query));
    std::vector<std::string> pages;
    PathkbClient::QuerySummary summary;
    v1::QueryRequest request = Ask(query);
    request.set_limit(70);
    uint64_t revision = 0;
    do {
      for (std::string& answer : Answers(request, &summary)) pages.push_back(std::move(answer));
      if (revision != 0 && summary.revision != 0) EXPECT_EQ(summary.revision, revision);
      if (summary.revision != 0) revision = summary.revision;
      request.set_page_token(summary.next_page_token);
      Insert({"(n new" + std::to_string(pages.size()) + ")"});
      ASSERT_TRUE(client_->Delete("default", {facts[pages.size() % 500]}, {}).ok());
    } while (!summary.next_page_token.empty());
    EXPECT_EQ(pages, expected);
    Insert(facts);
  }
  // A list, too.
  const auto first = client_->ListPage("default", std::nullopt, 10, "");
  ASSERT_TRUE(first.ok());
  Insert({"(a first)"});
  const auto second = client_->ListPage("default", std::nullopt, 10, first->next_page_token());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->revision(), first->revision());
}

TEST_F(QueriesTest, TokensOfAnotherQueryAndMadeUpOnesAreRefused) {
  Insert({"(n 1)", "(n 2)"});
  v1::QueryRequest request = Ask("(n $x)");
  request.set_limit(1);
  PathkbClient::QuerySummary summary;
  Answers(request, &summary);
  ASSERT_FALSE(summary.next_page_token.empty());
  v1::QueryRequest other = Ask("($r $x)");
  other.set_page_token(summary.next_page_token);
  EXPECT_EQ(Failure(other).code(), absl::StatusCode::kInvalidArgument);
  other.set_page_token("made up");
  EXPECT_EQ(Failure(other).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(QueriesTest, StructuredTermsInAndOut) {
  v1::Fact fact;
  v1::Expression& expression = *fact.mutable_structured()->mutable_expression();
  expression.add_children()->set_symbol("age");
  expression.add_children()->set_text("Tom \"T\"");
  expression.add_children()->set_integer(42);
  expression.add_children()->set_bytes("\xff\x01");
  const auto inserted = client_->Insert("default", {fact});
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  v1::QueryRequest request = Ask("(age $who 42 $bytes)");
  request.set_structured(true);
  const auto result = client_->Query(request, [&](const v1::Match& match) {
    EXPECT_EQ(match.fact().structured().SerializeAsString(), fact.structured().SerializeAsString());
    EXPECT_EQ(match.bindings(0).structured().text(), "Tom \"T\"");
    EXPECT_EQ(match.bindings(1).structured().bytes(), "\xff\x01");
    return true;
  });
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->matches, 1);
}

TEST_F(QueriesTest, ExplainTellsThePlanAndWhatItTook) {
  std::vector<std::string> facts;
  for (int i = 0; i < 300; ++i) {
    facts.push_back("(edge a" + std::to_string(i) + " b" + std::to_string(i % 7) + ")");
  }
  facts.push_back("(edge b3 c)");
  Insert(facts);
  v1::ExplainRequest request;
  *request.mutable_query() = Ask("(, (edge $x $y) (edge $y c))");
  request.set_analyze(true);
  const auto plan = client_->Explain(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->steps_size(), 2);
  EXPECT_EQ(plan->steps(0).form(), "(edge $y c)");
  EXPECT_EQ(plan->steps(0).rows(), 1);
  EXPECT_EQ(plan->steps(1).form(), "(edge $x $y)");
  EXPECT_THAT(plan->steps(1).access(), HasSubstr("argument 2"));
  EXPECT_EQ(plan->answers(), 43);
  EXPECT_EQ(plan->steps(1).rows(), 43);
  EXPECT_GT(plan->cursor_steps(), 43);
  EXPECT_EQ(plan->pages(), 0);  // All is in memory.
}

TEST_F(QueriesTest, TransformsAreWholeOrNothing) {
  Insert({"(parent Tom Bob)", "(parent Bob Ann)", "(parent Bob Pat)"});
  v1::TransformRequest request;
  request.set_pattern("(parent $x $y)");
  request.set_template_("(child $y $x)");
  request.set_into_space("children");
  request.mutable_entry()->set_source("turned round");
  request.set_dry_run(true);
  auto done = client_->Transform(request);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->facts(), 3);
  EXPECT_EQ(client_->Count("children", "").status().code(), absl::StatusCode::kNotFound);
  request.set_dry_run(false);
  done = client_->Transform(request);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->inserted(), 3);
  v1::QueryRequest ask = Ask("(child $x Bob)");
  ask.set_space("children");
  ask.mutable_filter()->set_source("turned round");
  EXPECT_THAT(Answers(ask), ElementsAre("Ann", "Pat"));
  done = client_->Transform(request);
  EXPECT_EQ(done->unchanged(), 3);
  // More than a batch holds: nothing is written.
  std::vector<std::string> facts;
  for (int i = 0; i < 400; ++i) facts.push_back("(n " + std::to_string(i) + ")");
  Insert(facts);
  request.set_pattern("(, (n $x) (n $y))");
  request.set_template_("(pair $x $y)");
  request.set_into_space("pairs");
  const absl::Status refused = client_->Transform(request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("at most 100000 facts"));
  EXPECT_EQ(client_->Count("pairs", "").status().code(), absl::StatusCode::kNotFound);
  request.set_template_("(pair $x $z)");
  EXPECT_EQ(client_->Transform(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_template_("");
  EXPECT_EQ(client_->Transform(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(QueriesTest, SetAlgebraToAStreamAndIntoASpace) {
  v1::Entry half, most;
  half.set_confidence(0.5);
  most.set_confidence(0.9);
  Insert({"(p 1)", "(p 2)"}, "a", half);
  Insert({"(p 2)", "(p 3)"}, "b", most);
  v1::CombineRequest request;
  request.set_operation(v1::COMBINE_OPERATION_UNION);
  request.add_operands()->set_space("a");
  request.add_operands()->set_space("b");
  const auto ignore = [](const v1::Fact&) { return true; };
  absl::Status refused = client_->Combine(request, ignore).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("(p 2)"));
  request.set_into_space("c");
  EXPECT_FALSE(client_->Combine(request, ignore).ok());
  EXPECT_EQ(client_->Count("c", "").status().code(), absl::StatusCode::kNotFound);
  request.clear_into_space();
  request.set_on_conflict(v1::ON_CONFLICT_MAX_CONFIDENCE);
  std::vector<std::string> facts;
  auto totals = client_->Combine(request, [&](const v1::Fact& fact) {
    facts.push_back(fact.term() + " " + std::to_string(fact.entry().confidence()).substr(0, 3));
    return true;
  });
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_THAT(facts, ElementsAre("(p 1) 0.5", "(p 2) 0.9", "(p 3) 0.9"));
  EXPECT_EQ(totals->facts(), 3);
  EXPECT_EQ(totals->conflicts(), 1);
  request.set_into_space("c");
  request.set_dry_run(true);
  EXPECT_EQ(client_->Combine(request, ignore)->facts(), 3);
  EXPECT_EQ(client_->Count("c", "").status().code(), absl::StatusCode::kNotFound);
  request.set_dry_run(false);
  totals = client_->Combine(request, ignore);
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->inserted(), 3);
  EXPECT_EQ(client_->Count("c", "")->count(), 3);
  // More than one batch holds.
  for (int part = 0; part < 3; ++part) {
    std::vector<std::string> many;
    for (int i = 0; i < 50'000; ++i)
      many.push_back("(m " + std::to_string(part * 50'000 + i) + ")");
    Insert(many, "many");
  }
  request.clear_operands();
  request.add_operands()->set_space("many");
  request.add_operands()->set_space("many");
  request.set_operation(v1::COMBINE_OPERATION_INTERSECTION);
  request.set_into_space("copy");
  totals = client_->Combine(request, ignore);
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->batches(), 2);
  EXPECT_EQ(client_->Count("copy", "")->count(), 150'000);
  // A union into a new space shares with its first operand, and writes what the others add.
  request.set_operation(v1::COMBINE_OPERATION_UNION);
  request.mutable_operands(1)->set_space("a");
  request.set_into_space("shared");
  totals = client_->Combine(request, ignore);
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->batches(), 1);
  EXPECT_EQ(totals->facts(), 150'002);
  EXPECT_EQ(totals->inserted(), 150'002);
  EXPECT_EQ(totals->updated(), 0);
  EXPECT_EQ(client_->Count("shared", "")->count(), 150'002);
  EXPECT_EQ(client_->Count("many", "")->count(), 150'000);
  // What makes no sense.
  request.clear_operands();
  EXPECT_EQ(client_->Combine(request, ignore).status().code(), absl::StatusCode::kInvalidArgument);
  request.add_operands()->set_space("none");
  refused = client_->Combine(request, ignore).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("operand 1"));
}

// A join that would take hours: 27 thousand million rows, none of which is an answer.
constexpr char kEndless[] = "(, (a $x) (b $y) (c $z) (not (or (a $x) (n $x $y $z))))";

class EndlessTest : public QueriesTest {
 protected:
  void SetUp() override {
    QueriesTest::SetUp();
    std::vector<std::string> facts;
    for (int i = 0; i < 3000; ++i) {
      facts.push_back("(a " + std::to_string(i) + ")");
      facts.push_back("(b " + std::to_string(i + 10000) + ")");
      facts.push_back("(c (" + std::to_string(i) + "))");
    }
    Insert(facts);
  }

  static absl::Duration CpuTime() {
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
  }
};

TEST_F(EndlessTest, TheBudgetEndsItAndSaysWhatToBind) {
  v1::QueryRequest request = Ask(kEndless);
  request.set_step_budget(100'000);
  const absl::Status status = Failure(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("100000"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("bind"));
  request.set_step_budget(60'000'000'000);
  EXPECT_EQ(Failure(request).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EndlessTest, AnswersDoNotWaitForThoseThatTakeLong) {
  Insert({"(first 1)", "(first 2)", "(first 3)"});
  const auto stub = v1::QueryService::NewStub(Channel());
  v1::QueryRequest request = Ask(std::string("(or (first $x) ") + kEndless + ")");
  grpc::ClientContext context;
  const auto reader = stub->Query(&context, request);
  v1::QueryResponse early;
  ASSERT_TRUE(reader->Read(&early));
  context.TryCancel();
  EXPECT_EQ(early.matches_size(), 3);
  EXPECT_GT(early.revision(), 0);
  v1::QueryResponse more;
  while (reader->Read(&more)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // Its token is the one that three answers have that were all that was wanted.
  request.set_limit(3);
  grpc::ClientContext other_context;
  const auto limited = stub->Query(&other_context, request);
  ASSERT_TRUE(limited->Read(&more));
  EXPECT_EQ(more.matches_size(), 3);
  EXPECT_EQ(more.next_page_token(), early.next_page_token());
  EXPECT_FALSE(limited->Read(&more));
  EXPECT_TRUE(limited->Finish().ok());
}

TEST_F(EndlessTest, NothingGoesOnBehindACancelOrADeadline) {
  const auto stub = v1::QueryService::NewStub(Channel());
  for (const bool by_deadline : {false, true}) {
    grpc::ClientContext context;
    if (by_deadline) {
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
    }
    const v1::QueryRequest request = Ask(kEndless);
    const auto reader = stub->Query(&context, request);
    if (!by_deadline) {
      // It is at work once it has used some time.
      const absl::Duration before = CpuTime();
      while (CpuTime() - before < absl::Milliseconds(50)) std::this_thread::yield();
      context.TryCancel();
    }
    v1::QueryResponse response;
    while (reader->Read(&response)) {
    }
    EXPECT_EQ(reader->Finish().error_code(),
              by_deadline ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED);
    // A tenth of a second in which the process does next to nothing comes soon.
    const absl::Time begin = absl::Now();
    bool idle = false;
    for (int i = 0; i < 100 && !idle; ++i) {
      const absl::Duration before = CpuTime();
      absl::SleepFor(absl::Milliseconds(100));
      idle = CpuTime() - before < absl::Milliseconds(20);
    }
    EXPECT_TRUE(idle) << "still at work " << absl::FormatDuration(absl::Now() - begin) << " later";
  }
}

}  // namespace
}  // namespace pathkb
