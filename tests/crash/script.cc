#include "tests/crash/script.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/entry.h"

namespace pathkb {
namespace {

constexpr size_t kChangesMax = 4;
constexpr uint64_t kTerms = 60;
constexpr uint64_t kNames = 25;
constexpr const char* kSpaces[] = {"a", "b-2", "default"};
// A process that is killed dies at most so many calls into its operation.
constexpr uint64_t kKillCallsMax = 40;

// One of kTerms terms, as path bytes: a symbol, or an expression.
std::string RandomTerm(std::mt19937_64& random) {
  const uint64_t number = random() % kTerms;
  if (number % 3 == 0) return fmt::format("\xC4t{:03}", number);
  if (number % 3 == 1) return fmt::format("\x03\xC2is\xC4t{:03}\xC4u{:03}", number % 7, number);
  return fmt::format("\x02\xC2is\xC4t{:03}", number);
}

Entry RandomEntry(std::mt19937_64& random) {
  Entry entry;
  switch (random() % 4) {
    case 0:
      break;
    case 1:
      entry.confidence = static_cast<double>(random() % 100) / 100;
      break;
    case 2:
      entry.source = fmt::format("source {}", random() % 1000);
      break;
    default:
      entry.metadata["text"] = std::string(random() % 700, static_cast<char>('a' + random() % 26));
  }
  return entry;
}

Change RandomChange(std::mt19937_64& random) {
  Change change;
  const uint64_t choice = random() % 10;
  const bool named = random() % 3 == 0;
  const std::string name = fmt::format("n/{}/{}", random() % 4, random() % kNames);
  if (random() % 100 == 0) {
    change.kind = Change::Kind::kDropSpace;
    return change;
  }
  if (random() % 25 == 0) {
    change.kind = Change::Kind::kDeleteNamesBelow;
    change.name = random() % 8 == 0 ? "" : name.substr(0, 2 + random() % 2);
    return change;
  }
  if (choice >= 6) {
    change.kind = named ? Change::Kind::kDeleteName : Change::Kind::kDeleteTerm;
    if (named) {
      change.name = name;
    } else {
      change.encoded_term = RandomTerm(random);
    }
    return change;
  }
  change.encoded_term = RandomTerm(random);
  Entry entry = RandomEntry(random);
  if (named) {
    change.name = name;
    entry.encoded_term = change.encoded_term;
  }
  change.entry = EncodeEntry(entry);
  return change;
}

}  // namespace

Batch RandomBatch(std::mt19937_64& random) {
  Batch batch;
  batch.space = kSpaces[random() % std::size(kSpaces)];
  const size_t changes = random() % 20 == 0 ? 0 : 1 + random() % kChangesMax;
  for (size_t i = 0; i < changes; ++i) batch.changes.push_back(RandomChange(random));
  return batch;
}

Batch RandomIndexBatch(std::mt19937_64& random) {
  Batch batch;
  batch.space = kSpaces[random() % std::size(kSpaces)];
  Change& change = batch.changes.emplace_back();
  change.kind = Change::Kind::kIndexArguments;
  const IndexedArguments second = *IndexedArguments::FromText("2");
  switch (random() % 8) {
    case 0:
      change.index.dropped = second;
      break;
    case 6:
      change.kind = Change::Kind::kDuplicates;
      change.keeps_duplicates = true;
      break;
    case 7:
      change.kind = Change::Kind::kDeleteCopies;
      change.encoded_term = RandomTerm(random);
      break;
    case 1:
    case 2:
      change.index.begun = second;
      break;
    case 3:
      change.index.whole = second;
      break;
    default:
      change.kind = Change::Kind::kIndexFacts;
      if (random() % 4 == 0) change.encoded_term = RandomTerm(random);
      if (random() % 4 == 0) change.entry = RandomTerm(random);
  }
  return batch;
}

Batch RandomForkBatch(std::mt19937_64& random) {
  constexpr const char* kForks[] = {"a", "b-2", "default", "fork", "fork2"};
  Batch batch;
  batch.space = kForks[random() % std::size(kForks)];
  Change& change = batch.changes.emplace_back();
  // A fork needs a name that is free.
  change.kind = random() % 4 == 0 ? Change::Kind::kDropSpace : Change::Kind::kForkSpace;
  if (change.kind == Change::Kind::kForkSpace) {
    change.name = kForks[random() % std::size(kForks)];
    if (random() % 2 == 0) batch.changes.push_back(RandomChange(random));
  }
  return batch;
}

std::vector<Operation> MakeScript(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::mt19937_64 index_random(seed + 1);
  std::mt19937_64 fork_random(seed + 2);
  std::vector<Operation> script;
  std::vector<Batch> named;
  while (script.size() < count) {
    Operation& operation = script.emplace_back();
    if (index_random() % 11 == 0) {
      operation.batch = RandomIndexBatch(index_random);
      if (index_random() % 15 == 0) operation.kill_after_calls = 1 + index_random() % 6;
      continue;
    }
    if (fork_random() % 9 == 0) {
      operation.batch = RandomForkBatch(fork_random);
      if (fork_random() % 15 == 0) operation.kill_after_calls = 1 + fork_random() % 6;
      continue;
    }
    const uint64_t choice = random() % 100;
    if (choice < 6) {
      operation.kind = Operation::Kind::kSnapshot;
    } else if (choice < 13) {
      operation.kind = Operation::Kind::kDelta;
    } else if (choice < 19) {
      operation.kind = Operation::Kind::kRestart;
    } else {
      operation.batch = RandomBatch(random);
      // Some are named by their callers, and some of these are sent again.
      if (random() % 8 == 0) {
        operation.batch.request_id = fmt::format("request {}", script.size());
        named.push_back(operation.batch);
      } else if (!named.empty() && random() % 16 == 0) {
        operation.batch = named[random() % named.size()];
      }
    }
    if (random() % 15 == 0) {
      // The second call of a commit is most often its sync.
      const bool commit = operation.kind == Operation::Kind::kCommit;
      operation.kill_after_calls =
          commit && random() % 2 == 0 ? 2 : 1 + random() % (commit ? 6 : kKillCallsMax);
    }
  }
  return script;
}

const Model* Expected::Find(const ReadView& view, std::string& wrong) const {
  wrong = Differences(view, acknowledged);
  if (wrong.empty()) return &acknowledged;
  for (const Model& model : instead) {
    if (model.revision() != view.revision) continue;
    wrong = Differences(view, model);
    if (wrong.empty()) return &model;
  }
  return nullptr;
}

absl::Status ScriptRunner::Start() {
  engine_.reset();
  PATHKB_ASSIGN_OR_RETURN(engine_, Engine::Open(files_, kScriptDir, clock_));
  std::string wrong;
  // Where it is none of them, Compare() says so.
  if (const Model* found = expected_.Find(engine_->View(), wrong)) {
    expected_ = Expected{Model(*found), {}};
  }
  return absl::OkStatus();
}

absl::Status ScriptRunner::Commit(const Batch& batch) {
  const bool is_index =
      !batch.changes.empty() && (batch.changes[0].kind == Change::Kind::kIndexArguments ||
                                 batch.changes[0].kind == Change::Kind::kIndexFacts);
  // Nobody asks for that where there is no space.
  if (is_index && !expected_.acknowledged.HasIndex(batch.space)) return absl::OkStatus();
  if (!batch.changes.empty() && batch.changes[0].kind == Change::Kind::kForkSpace &&
      expected_.acknowledged.HasFacts(batch.space)) {
    const absl::Status refused = engine_->Commit(batch).status();
    return absl::IsAlreadyExists(refused) ? absl::OkStatus() : refused;
  }
  Model after = expected_.acknowledged;
  const bool changes = after.Apply(batch);
  if (changes) expected_.instead.push_back(after);
  PATHKB_ASSIGN_OR_RETURN(const pathkb::Commit commit, engine_->Commit(batch));
  // Sent again, it is answered as at first.
  const uint64_t revision =
      batch.request_id.empty() ? after.revision() : after.RevisionOf(batch.request_id);
  if (commit.revision != revision) {
    return absl::InternalError(
        fmt::format("answered revision {}, expected {}", commit.revision, revision));
  }
  if (changes) expected_ = Expected{std::move(after), {}};
  return absl::OkStatus();
}

absl::Status ScriptRunner::Try(const Operation& operation) {
  clock_.Advance(absl::Seconds(1));
  if (engine_ == nullptr || operation.kind == Operation::Kind::kRestart) {
    PATHKB_RETURN_IF_ERROR(Start());
  }
  switch (operation.kind) {
    case Operation::Kind::kCommit:
      return Commit(operation.batch);
    case Operation::Kind::kSnapshot:
      return engine_->Snapshot().status();
    case Operation::Kind::kDelta:
      return engine_->Delta().status();
    case Operation::Kind::kRestart:
      break;
  }
  return absl::OkStatus();
}

std::string ScriptRunner::Compare() const {
  return Differences(engine_->View(), expected_.acknowledged);
}

std::string ScriptRunner::Do(const Operation& operation) {
  const bool kill = operation.kill_after_calls != 0;
  if (kill) disk_.KillAt(disk_.calls() + operation.kill_after_calls);
  absl::Status status = Try(operation);
  if (kill) {
    engine_.reset();
    disk_.KillAt(0);
    status = Start();
  }
  return status.ok() ? Compare() : status.ToString();
}

std::string ScriptRunner::Run(const std::vector<Operation>& script) {
  if (absl::Status started = Start(); !started.ok()) return started.ToString();
  for (size_t i = 0; i < script.size(); ++i) {
    const std::string wrong = Do(script[i]);
    if (!wrong.empty()) return fmt::format("operation {}: {}", i, wrong);
  }
  return "";
}

}  // namespace pathkb
