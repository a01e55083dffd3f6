// Goal: FactService.Browse shows the folders of a space in pages of one revision, over what is in
// the base and what is not, and neither the facts beside them nor those in a large folder are
// walked.
// Method: a server in this process; pages are read while their folders are written to; the work is
// seen in the counts, which end at their bound. core/facts/name_folders_test.cc counts moves.

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "pathkb/v1/fact_service.grpc.pb.h"
#include "tests/support/running_server.h"

namespace pathkb {
namespace {

using Lines = std::vector<std::string>;

class BrowseTest : public WithRunningServer {
 protected:
  void SetUp() override {
    WithRunningServer::SetUp();
    stub_ = v1::FactService::NewStub(Channel());
  }

  // Facts named `format`, with the numbers from `first` to before `end` in it.
  void Insert(const std::string& folder, int first, int end) {
    for (int i = first; i < end;) {
      std::vector<v1::Fact> facts;
      for (; i < end && facts.size() < 50'000; ++i) {
        v1::Fact& fact = facts.emplace_back();
        fact.set_name(fmt::format("{}/{:06}", folder, i));
        fact.set_term(fmt::format("(n {})", i));
      }
      const auto done = client_->Insert("s", std::move(facts));
      ASSERT_TRUE(done.ok()) << done.status();
    }
  }

  grpc::Status Page(const v1::BrowseRequest& request, v1::BrowseResponse& response) {
    grpc::ClientContext context;
    return stub_->Browse(&context, request, &response);
  }

  // All pages of a folder, `page_size` entries each; `between` runs behind the first.
  Lines Pages(
      const std::string& folder, uint32_t page_size, const std::function<void()>& between = [] {}) {
    v1::BrowseRequest request;
    request.set_space("s");
    request.set_folder(folder);
    request.set_page_size(page_size);
    Lines lines;
    uint64_t revision = 0;
    for (bool first = true; first || !request.page_token().empty(); first = false) {
      v1::BrowseResponse response;
      const grpc::Status status = Page(request, response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_LE(response.entries_size(), static_cast<int>(page_size));
      if (first) revision = response.revision();
      EXPECT_EQ(response.revision(), revision);
      for (const v1::BrowseEntry& entry : response.entries()) {
        lines.push_back(
            fmt::format("{} {}{}", entry.name(), entry.facts(), entry.counted_to_end() ? "" : "+"));
      }
      request.set_page_token(response.next_page_token());
      if (first) between();
    }
    return lines;
  }

  std::unique_ptr<v1::FactService::Stub> stub_;
};

TEST_F(BrowseTest, ALargeFolderIsCountedToABound) {
  Insert("cache", 0, 300'000);
  Insert("rules", 0, 7);
  ASSERT_TRUE(client_->CreateSnapshot().ok());
  Insert("a/deep/folder", 0, 3);
  Insert("rules", 7, 9);
  const Lines top = {"a/ 3", "cache/ 10000+", "rules/ 9"};
  EXPECT_EQ(Pages("", 100), top);
  EXPECT_EQ(Pages("", 1), top);
  EXPECT_EQ(Pages("a", 100), Lines{"deep/ 3"});
  // The client reads all pages.
  uint64_t facts = 0;
  const auto entries = client_->Browse("s", "cache/", [&](const v1::BrowseEntry& entry) {
    facts += entry.facts();
    return true;
  });
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(*entries, 300'000u);
  EXPECT_EQ(facts, 300'000u);
}

TEST_F(BrowseTest, PagesAreOfOneRevision) {
  Insert("a", 0, 3);
  Insert("b", 0, 3);
  Insert("c", 0, 3);
  const Lines before = {"a/ 3", "b/ 3", "c/ 3"};
  EXPECT_EQ(Pages("", 1,
                  [&] {
                    Insert("b", 3, 5);
                    Insert("bb", 0, 1);
                    ASSERT_TRUE(client_->DeleteNamesBelow("s", "c/").ok());
                    ASSERT_TRUE(client_->CreateSnapshot().ok());
                  }),
            before);
  EXPECT_EQ(Pages("", 1), (Lines{"a/ 3", "b/ 5", "bb/ 1"}));
}

TEST_F(BrowseTest, WhatMakesNoSenseIsRefused) {
  Insert("a", 0, 3);
  v1::BrowseRequest request;
  v1::BrowseResponse response;
  request.set_space("none");
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_space("No");
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_space("s");
  request.set_page_size(10'001);
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_size(1);
  request.set_at_revision(999);
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_at_revision(0);
  request.set_folder("a");
  ASSERT_TRUE(Page(request, response).ok());
  ASSERT_FALSE(response.next_page_token().empty());
  // A token goes with its folder only.
  request.set_page_token(response.next_page_token());
  request.set_folder("b");
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_folder("a/");
  EXPECT_TRUE(Page(request, response).ok());
  request.set_page_token("xyz");
  EXPECT_EQ(Page(request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace pathkb
