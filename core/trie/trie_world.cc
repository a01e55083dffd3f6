// Which operation comes next and what it works on.

#include "core/trie/trie_world.h"

#include <algorithm>
#include <iterator>

namespace pathkb {

namespace {

PathSource RandomSource(std::mt19937_64& random) {
  const auto kind = static_cast<PathSource::Kind>(random() % PathSource::kKinds);
  size_t bytes_max = 20 + random() % 280;
  // Around the length at which a run's length takes a second byte.
  if (random() % 4 == 0) bytes_max = 250 + random() % 20;
  if (random() % 16 == 0) bytes_max = 70'000;
  return PathSource(kind, bytes_max);
}

}  // namespace

TrieWorld::TrieWorld(uint64_t seed)
    : random_(seed), source_(RandomSource(random_)), pool_(2 + random_() % 6) {
  static constexpr size_t kSizes[] = {4, 12, 12, 40, 40, 100, 300, 800, 800, 5000};
  if (source_.bytes_max() <= 1000) {
    size_max_ = kSizes[Random(std::size(kSizes))];
    path_bytes_max_ = 1000;
    earnings_ = 20;
  } else {  // Few of them, as the maps copy them whole.
    size_max_ = 12;
    path_bytes_max_ = 2 * source_.bytes_max();
    earnings_ = 1;
  }
}

const std::vector<TrieWorld::Operation>& TrieWorld::Operations() {
  static const auto* const operations = new std::vector<Operation>{
      {"Set or Remove", 600, false, &TrieWorld::SetOrRemove},
      {"Set", 60, false, &TrieWorld::Set},
      {"Remove", 60, false, &TrieWorld::Remove},
      {"Find", 60, false, &TrieWorld::Find},
      {"FindBatch", 10, false, &TrieWorld::FindBatch},
      {"edits in vain", 10, false, &TrieWorld::EditInVain},
      {"Swap", 4, false, &TrieWorld::Swap},
      {"WriteZipper looks and values", 20, false, &TrieWorld::WriteZipperLooks},
      {"RemoveBelow", 6, true, &TrieWorld::RemoveBelow},
      {"Clear", 1, true, &TrieWorld::Clear},
      {"CountBelow", 10, true, &TrieWorld::CountBelow},
      {"Subtrie", 8, true, &TrieWorld::Subtrie},
      {"Graft", 8, true, &TrieWorld::Graft},
      {"Set each byte", 2, true, &TrieWorld::SetEachByte},
      {"Remove each byte", 2, true, &TrieWorld::RemoveEachByte},
      {"copy", 10, true, &TrieWorld::Copy},
      {"comparison", 20, true, &TrieWorld::Compare},
      {"comparison backwards", 10, true, &TrieWorld::CompareBackwards},
      {"IsValid", 20, true, &TrieWorld::Validate},
      {"EqualTo", 10, true, &TrieWorld::EqualTo},
      {"Difference", 20, true, &TrieWorld::Differing},
      {"Join", 20, true, &TrieWorld::Joining},
      {"Meet", 20, true, &TrieWorld::Meeting},
      {"Subtract", 20, true, &TrieWorld::Subtracting},
      {"Restrict", 20, true, &TrieWorld::Restricting},
      {"SymmetricDifference", 20, true, &TrieWorld::SymmetricDiffering},
      {"JoinAll", 10, true, &TrieWorld::JoiningAll},
      {"TrieBuilder", 10, true, &TrieWorld::Build},
      {"TrieBuilder in disorder", 10, true, &TrieWorld::BuildInDisorder},
      {"Merkleize", 10, true, &TrieWorld::Merkleizing},
      {"WriteZipper::TakeSubtrie", 4, true, &TrieWorld::WriteZipperTakes},
      {"WriteZipper::InsertPrefix", 4, true, &TrieWorld::WriteZipperInserts},
      {"WriteZipper::RemovePrefix", 4, true, &TrieWorld::WriteZipperRemovesPrefix},
      {"WriteZipper algebra", 20, true, &TrieWorld::WriteZipperAlgebra},
      {"ReadZipper moves", 20, true, &TrieWorld::ReadZipperMoves},
  };
  return *operations;
}

Fault TrieWorld::Step() {
  static const int weights = [] {
    int sum = 0;
    for (const Operation& operation : Operations()) sum += operation.weight;
    return sum;
  }();
  allowance_ = std::min<int64_t>(allowance_ + earnings_, 100'000);
  int at = static_cast<int>(Random(static_cast<uint64_t>(weights)));
  const Operation* chosen = &Operations().front();
  for (const Operation& operation : Operations()) {
    at -= operation.weight;
    if (at >= 0) continue;
    if (!operation.dear || allowance_ > 0) chosen = &operation;
    break;
  }
  if (Random(2000) == 0) growing_ = !growing_;
  operation_ = chosen->name;
  path_.clear();
  return (this->*chosen->run)();
}

Fault TrieWorld::CheckAll() {
  operation_ = "comparison at the end";
  for (const ModelPair& pair : pool_) {
    if (Fault fault = FirstDifference(pair.trie, pair.paths); !fault.empty()) return fault;
    if (absl::Status valid = pair.trie.IsValid(); !valid.ok()) return valid.ToString();
  }
  return "";
}

void TrieWorld::DrawPath() { path_ = source_.Draw(random_); }

void TrieWorld::DrawPrefix() {
  DrawPath();
  if (Random(2) == 0) path_.resize(Random(path_.size() + 1));
}

void TrieWorld::DrawExisting(const ModelPair& pair) {
  DrawPath();
  if (pair.paths.empty()) return;
  const auto at_or_after = pair.paths.lower_bound(path_);
  path_ = at_or_after == pair.paths.end() ? pair.paths.begin()->first : at_or_after->first;
}

bool TrieWorld::FitsBelow(const std::string& prefix, const ModelPaths& part) {
  Pay(part.size());
  size_t longest = 0;
  for (const auto& [path, value] : part) longest = std::max(longest, path.size());
  return prefix.size() + longest <= path_bytes_max_ && part.size() <= 2 * size_max_;
}

void TrieWorld::Keep(PathTrie trie, ModelPaths paths) {
  if (paths.size() > 2 * size_max_) return;
  // Mostly not in the place of the first, which grows and shrinks by single edits.
  pool_[Random(16) == 0 ? 0 : 1 + Random(pool_.size() - 1)] = {std::move(trie), std::move(paths)};
}

}  // namespace pathkb
