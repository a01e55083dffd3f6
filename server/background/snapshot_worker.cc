#include "server/background/snapshot_worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "spdlog/spdlog.h"

#include "core/base/string_views.h"
#include "server/background/background_thread.h"
#include "server/background/stoppable_wait.h"

namespace pathkb {
namespace {

// How often the thread looks whether something is due.
constexpr absl::Duration kLookEvery = absl::Milliseconds(200);

std::string_view NameOf(SnapshotKind kind) {
  return kind == SnapshotKind::kPair ? "snapshot" : "delta";
}

}  // namespace

SnapshotWorker::SnapshotWorker(Options options, FileSystem& files, const Clock& clock,
                               KnowledgeBase& knowledge_base, CommitQueue& commits,
                               Manifest manifest, PathTrie mark)
    : options_(std::move(options)),
      clock_(clock),
      knowledge_base_(knowledge_base),
      report_("snapshots", clock),
      maker_(options_, files, clock, commits, std::move(manifest), std::move(mark)),
      last_written_(clock.Monotonic()),
      not_before_(last_written_),
      thread_([this] { Run(); }) {}

SnapshotWorker::~SnapshotWorker() { Stop(); }

void SnapshotWorker::Ask(Waiting waiting) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      waiting_.requests.push_back(std::move(waiting));
      changed_.notify_one();
      return;
    }
  }
  waiting.done(ShuttingDown());
}

void SnapshotWorker::Request(std::optional<bool> deduplicate, Done done) {
  Ask({{SnapshotKind::kPair, deduplicate}, std::move(done)});
}

void SnapshotWorker::RequestDelta(Done done) {
  Ask({{SnapshotKind::kDelta, std::nullopt}, std::move(done)});
}

void SnapshotWorker::RequestPin(std::string id, bool pinned, PinDone done) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      waiting_.pins.push_back({std::move(id), pinned, std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  done(ShuttingDown());
}

void SnapshotWorker::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  Work left;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    std::swap(left, waiting_);
  }
  for (Waiting& waiting : left.requests) waiting.done(ShuttingDown());
  for (WaitingPin& pin : left.pins) pin.done(ShuttingDown());
}

bool SnapshotWorker::stopping() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

std::optional<SnapshotWorker::Wish> SnapshotWorker::Due() const {
  const absl::Duration now = clock_.Monotonic();
  if (now < not_before_) return std::nullopt;
  const std::optional<SnapshotKind> kind =
      DueNow(options_, maker_.Figures(knowledge_base_.View()), now - last_written_);
  if (!kind.has_value()) return std::nullopt;
  return Wish{*kind, std::nullopt};
}

bool SnapshotWorker::NextWork(Work& work) {
  work = Work();
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(kLookEvery), [this] {
    return stopping_ || !waiting_.requests.empty() || !waiting_.pins.empty();
  });
  if (stopping_) return false;
  std::swap(work.pins, waiting_.pins);
  std::vector<Waiting>& requests = waiting_.requests;
  if (requests.empty()) return true;
  const Wish wish = requests.front().wish;
  const auto others =
      std::stable_partition(requests.begin(), requests.end(),
                            [&](const Waiting& waiting) { return waiting.wish == wish; });
  work.requests.assign(std::move_iterator(requests.begin()), std::move_iterator(others));
  requests.erase(requests.begin(), others);
  return true;
}

void SnapshotWorker::Run() {
  BecomeBackgroundThread("snapshots");
  Work work;
  while (NextWork(work)) {
    for (WaitingPin& pin : work.pins) pin.done(maker_.SetPinned(pin.id, pin.pinned));
    const std::optional<Wish> wish =
        work.requests.empty() ? Due() : std::optional<Wish>(work.requests.front().wish);
    if (!wish.has_value()) continue;
    const absl::StatusOr<Result> result = Make(*wish);
    for (Waiting& waiting : work.requests) waiting.done(result);
    if (options_.finished != nullptr) options_.finished(result);
  }
}

absl::StatusOr<SnapshotWorker::Result> SnapshotWorker::Make(const Wish& wish) {
  SnapshotMaker::Care care;
  care.interrupt = [this] { return stopping() ? ShuttingDown() : absl::OkStatus(); };
  care.wait = [this](absl::Duration duration) { return Wait(duration); };
  care.progress = [this](uint64_t done, uint64_t total) { report_.Progress(done, total); };
  const absl::Duration start = clock_.Monotonic();
  report_.Begin(NameOf(wish.kind));
  absl::StatusOr<Result> result = wish.kind == SnapshotKind::kPair
                                      ? maker_.MakePair(wish.deduplicate, &care)
                                      : maker_.MakeDelta(&care);
  report_.End(result.status());
  if (result.ok()) {
    backoff_.Succeeded();
    not_before_ = start;
    last_written_ = start;
  } else if (absl::IsAborted(result.status())) {
    spdlog::info("{} given up: {}", NameOf(wish.kind), ToStd(result.status().message()));
  } else {
    const absl::Duration wait = backoff_.Failed();
    not_before_ = clock_.Monotonic() + wait;
    spdlog::error("{} failed, the log holds everything; next attempt in {} s: {}",
                  NameOf(wish.kind), absl::ToInt64Seconds(wait), ToStd(result.status().message()));
  }
  return result;
}

absl::Status SnapshotWorker::Wait(absl::Duration duration) {
  return WaitUnlessStopped(clock_, mutex_, changed_, stopping_, duration);
}

absl::StatusOr<SnapshotWorker::Result> SnapshotWorker::SnapshotAfterStop() {
  const SnapshotKind kind = KindToWrite(options_, maker_.Figures(knowledge_base_.View()));
  return kind == SnapshotKind::kPair ? maker_.MakePair(std::nullopt, nullptr)
                                     : maker_.MakeDelta(nullptr);
}

}  // namespace pathkb
