// Goal: single keys and whole spaces are gone from a view once a drop has hidden them, though the
// base still has them, and come back with new facts only. Method: views put together by hand.

#include "server/knowledge_base/read_view.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"

namespace pathkb {
namespace {

class ReadViewTest : public ::testing::Test {
 protected:
  ReadViewTest() {
    auto base = std::make_shared<MemoryBase>();
    for (const char* space : {"s", "s-", "t"}) {
      base->Set(TermKey(space, Encoded("(a)"), ""), "");
      base->Set(TermKey(space, Encoded("(b)"), ""), "");
    }
    base_ = std::move(base);
  }

  void Apply(Batch batch) { ASSERT_TRUE(working_.Apply(batch, base_.get()).ok()); }
  void Drop(const std::string& space) { Apply({space, {{Change::Kind::kDropSpace, "", "", ""}}}); }

  ReadView View() const {
    ReadView view;
    view.working = working_.trie();
    view.entries = working_.entries();
    view.base = base_;
    return view;
  }
  bool Has(const std::string& space, const std::string& term) const {
    const auto entry = View().FindKey(TermKey(space, Encoded(term), ""));
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry.ok() && entry->has_value();
  }

  WorkingSet working_;
  std::shared_ptr<const FactBase> base_;
};

TEST_F(ReadViewTest, ADroppedSpaceHidesWhatTheBaseHas) {
  EXPECT_TRUE(Has("s", "(a)"));
  EXPECT_TRUE(View().CheckSpaceExists("s").ok());
  Drop("s");
  EXPECT_FALSE(Has("s", "(a)"));
  EXPECT_EQ(View().CheckSpaceExists("s").code(), absl::StatusCode::kNotFound);
  for (const char* other : {"s-", "t"}) {
    EXPECT_TRUE(Has(other, "(a)"));
    EXPECT_TRUE(View().CheckSpaceExists(other).ok());
  }
  Apply({"s", {Insert("(b)")}});
  EXPECT_FALSE(Has("s", "(a)"));
  EXPECT_TRUE(Has("s", "(b)"));
  EXPECT_TRUE(View().CheckSpaceExists("s").ok());
  Drop("s");
  EXPECT_FALSE(Has("s", "(b)"));
  EXPECT_EQ(View().CheckSpaceExists("s").code(), absl::StatusCode::kNotFound);
}

TEST_F(ReadViewTest, ASpaceWithoutABaseMayBeDroppedToo) {
  base_ = nullptr;
  Apply({"s", {Insert("(a)"), Insert("(c)", "name", 0.5)}});
  EXPECT_TRUE(Has("s", "(a)"));
  Drop("s");
  EXPECT_FALSE(Has("s", "(a)"));
  EXPECT_FALSE(View().FindKey(NameKey("s", "name"))->has_value());
  EXPECT_EQ(View().CheckSpaceExists("s").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace pathkb
