#include "tests/support/queue_under_test.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "server/knowledge_base/first_view.h"

namespace pathkb {
namespace {

// f and the number, in four digits or more, as path bytes: a symbol.
std::string TermOf(int number) {
  const std::string symbol = fmt::format("f{:04}", number);
  return static_cast<char>(0xC0 + symbol.size()) + symbol;
}

Batch BatchOf(Change::Kind kind, const std::vector<int>& numbers, const std::string& id) {
  Batch batch;
  batch.space = "s";
  batch.request_id = id;
  for (int number : numbers) {
    Change& change = batch.changes.emplace_back();
    change.kind = kind;
    change.encoded_term = TermOf(number);
  }
  return batch;
}

}  // namespace

Batch InsertOf(const std::vector<int>& numbers, const std::string& id) {
  return BatchOf(Change::Kind::kSet, numbers, id);
}

Batch DeleteOf(const std::vector<int>& numbers, const std::string& id) {
  return BatchOf(Change::Kind::kDeleteTerm, numbers, id);
}

std::set<int> FactsOf(const ReadView& view) {
  std::set<int> facts;
  const std::string prefix = TermsPrefix("s");
  const auto zipper = view.NewZipper();
  while (zipper->NextValue()) {
    if (!zipper->path().starts_with(prefix)) continue;
    facts.insert(std::stoi(std::string(zipper->path().substr(prefix.size() + 2))));
  }
  return facts;
}

QueueUnderTest::QueueUnderTest(CrashFileSystem& files, CommitQueue::Options options)
    : files_(files), status_(Open(std::move(options))) {}

QueueUnderTest::~QueueUnderTest() {
  if (queue_ != nullptr) queue_->Stop();
}

absl::Status QueueUnderTest::Open(CommitQueue::Options options) {
  PATHKB_RETURN_IF_ERROR(files_.CreateDirectory("/"));
  PATHKB_ASSIGN_OR_RETURN(directory_, DataDirectory::CreateOrOpen(files_, kDir));
  PATHKB_ASSIGN_OR_RETURN(recovered_, Recover(files_, kDir));
  PATHKB_RETURN_IF_ERROR(PrepareForWriting(files_, kDir, recovered_));
  knowledge_base_ = std::make_unique<KnowledgeBase>(FirstView(recovered_));
  options.data_dir = kDir;
  options.database_id = recovered_.manifest.database_id;
  queue_ = std::make_unique<CommitQueue>(options, files_, *knowledge_base_, recovered_.working,
                                         recovered_.requests);
  return absl::OkStatus();
}

std::future<absl::StatusOr<Commit>> QueueUnderTest::Start(Batch batch, SyncWish wish) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Commit>>>();
  auto answer = promise->get_future();
  queue_->Submit(
      std::move(batch),
      [promise](absl::StatusOr<Commit> commit) { promise->set_value(std::move(commit)); },
      {.sync = wish});
  return answer;
}

absl::StatusOr<Commit> QueueUnderTest::Insert(const std::vector<int>& numbers,
                                              const std::string& id, SyncWish wish) {
  return Start(InsertOf(numbers, id), wish).get();
}

absl::StatusOr<Commit> QueueUnderTest::Delete(const std::vector<int>& numbers,
                                              const std::string& id) {
  return Start(DeleteOf(numbers, id)).get();
}

std::set<int> QueueUnderTest::Visible() const { return FactsOf(knowledge_base_->View()); }

Found FindAfterRestart(CrashFileSystem& files) {
  Found found;
  const auto state = Recover(files, QueueUnderTest::kDir);
  found.status = state.status();
  if (!state.ok()) return found;
  found.revision = state->revision;
  found.facts = FactsOf(FirstView(*state));
  found.requests = state->requests;
  return found;
}

}  // namespace pathkb
