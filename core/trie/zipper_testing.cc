#include "core/trie/zipper_testing.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "gtest/gtest.h"

namespace pathkb {

uint64_t TestSeed() {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : uint64_t{std::random_device()()};
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

std::string RandomPath(std::mt19937_64& random) {
  static constexpr std::string_view kPieces[] = {"a",    "b",  std::string_view("\0", 1), "\xFF",
                                                 "\x80", "ab", "longer-run-of-bytes/",    "z"};
  std::string path;
  for (uint64_t pieces = random() % 6; pieces > 0; --pieces) {
    path += kPieces[random() % std::size(kPieces)];
  }
  return path;
}

// --- NaiveZipper ---------------------------------------------------------------------------------

std::optional<uint64_t> NaiveZipper::value() const {
  const auto found = paths_->find(path_);
  return found == paths_->end() ? std::nullopt : found->second.value;
}

int NaiveZipper::value_layer() const {
  const auto found = paths_->find(path_);
  return found == paths_->end() ? 0 : found->second.layer;
}

ByteMask NaiveZipper::ChildrenOf(const std::string& path) const {
  ByteMask mask;
  for (const auto& [key, entry] : *paths_) {
    if (key.size() > path.size() && key.starts_with(path)) {
      mask.Set(static_cast<uint8_t>(key[path.size()]));
    }
  }
  return mask;
}

bool NaiveZipper::Exists(const std::string& path) const {
  const auto found = paths_->lower_bound(path);
  return path.empty() || (found != paths_->end() && found->first.starts_with(path));
}

bool NaiveZipper::DescendByte(uint8_t byte) {
  const std::string to = path_ + static_cast<char>(byte);
  if (!Exists(to)) return false;
  path_ = to;
  return true;
}

bool NaiveZipper::Descend(std::string_view bytes) {
  const std::string to = path_ + std::string(bytes);
  if (!Exists(to)) return false;
  path_ = to;
  return true;
}

size_t NaiveZipper::DescendExisting(std::string_view bytes) {
  size_t found = 0;
  while (found < bytes.size() && DescendByte(static_cast<uint8_t>(bytes[found]))) ++found;
  return found;
}

bool NaiveZipper::DescendFirst() {
  const auto byte = child_mask().first();
  return byte.has_value() && DescendByte(*byte);
}

bool NaiveZipper::DescendLast() {
  const auto byte = child_mask().last();
  return byte.has_value() && DescendByte(*byte);
}

size_t NaiveZipper::DescendRun() {
  size_t bytes = 0;
  while (child_mask().count() == 1) {
    DescendFirst();
    ++bytes;
    if (value().has_value()) break;
  }
  return bytes;
}

bool NaiveZipper::Ascend(size_t count) {
  if (count > path_.size()) return false;
  path_.resize(path_.size() - count);
  return true;
}

bool NaiveZipper::NextSibling() {
  if (path_.empty()) return false;
  const std::string parent = path_.substr(0, path_.size() - 1);
  const auto byte = ChildrenOf(parent).NextFrom(static_cast<uint8_t>(path_.back()) + 1u);
  if (!byte.has_value()) return false;
  path_ = parent + static_cast<char>(*byte);
  return true;
}

bool NaiveZipper::PreviousSibling() {
  if (path_.empty()) return false;
  const std::string parent = path_.substr(0, path_.size() - 1);
  const auto byte = ChildrenOf(parent).LastBelow(static_cast<uint8_t>(path_.back()));
  if (!byte.has_value()) return false;
  path_ = parent + static_cast<char>(*byte);
  return true;
}

bool NaiveZipper::NextValueWithin(size_t prefix_bytes) {
  const std::string prefix = path_.substr(0, prefix_bytes);
  for (const auto& [key, entry] : *paths_) {
    if (key <= path_ || !entry.value.has_value()) continue;
    if (!key.starts_with(prefix)) continue;
    path_ = key;
    return true;
  }
  return false;
}

bool NaiveZipper::NextValueBehind(size_t prefix_bytes) {
  const std::string prefix = path_.substr(0, prefix_bytes);
  for (const auto& [key, entry] : *paths_) {
    if (key <= path_ || !entry.value.has_value()) continue;
    if (key.starts_with(path_) || !key.starts_with(prefix)) continue;
    path_ = key;
    return true;
  }
  return false;
}

bool NaiveZipper::SeekValue(std::string_view target) {
  for (const auto& [key, entry] : *paths_) {
    if (key < target || !entry.value.has_value()) continue;
    path_ = key;
    return true;
  }
  return false;
}

bool NaiveZipper::PreviousValue() {
  std::optional<std::string> last;
  for (const auto& [key, entry] : *paths_) {
    if (key < path_ && entry.value.has_value()) last = key;
  }
  if (last.has_value()) path_ = *last;
  return last.has_value();
}

bool NaiveZipper::DescendFirstKPath(size_t count) {
  if (count == 0) return true;
  for (const auto& [key, entry] : *paths_) {
    if (!key.starts_with(path_) || key.size() - path_.size() < count) continue;
    path_ = key.substr(0, path_.size() + count);
    return true;
  }
  return false;
}

bool NaiveZipper::NextKPath(size_t count) {
  if (count > path_.size()) return false;
  const std::string prefix = path_.substr(0, path_.size() - count);
  for (const auto& [key, entry] : *paths_) {
    if (!key.starts_with(prefix) || key.size() < path_.size()) continue;
    const std::string to = key.substr(0, path_.size());
    if (to <= path_) continue;
    path_ = to;
    return true;
  }
  return false;
}

size_t NaiveZipper::AscendToFork() {
  const size_t before = path_.size();
  for (size_t bytes = before; bytes > 0; --bytes) {
    path_.pop_back();
    if (value().has_value() || ChildrenOf(path_).count() > 1) break;
  }
  return before - path_.size();
}

uint64_t NaiveZipper::CountValues(uint64_t limit) const {
  uint64_t count = 0;
  for (const auto& [key, entry] : *paths_) {
    if (count < limit && entry.value.has_value() && key.starts_with(path_)) ++count;
  }
  return count;
}

// --- Walks ---------------------------------------------------------------------------------------

namespace {

// Where a move may want to go: mostly some path that exists, now and then changed or cut.
std::string RandomTarget(const NaivePaths& paths, std::mt19937_64& random) {
  if (paths.empty() || random() % 4 == 0) return RandomPath(random);
  auto chosen = paths.begin();
  std::advance(chosen, random() % paths.size());
  std::string target = chosen->first;
  if (!target.empty() && random() % 2 == 0) target.resize(random() % target.size());
  if (random() % 4 == 0) target.push_back(static_cast<char>(random()));
  return target;
}

// NaiveZipper has Zipper's own RestorePosition(), which is not to be compared with itself.
bool RestoreNaively(Zipper& naive, const std::string& path) {
  const std::string here(naive.path());
  naive.Reset();
  if (naive.Descend(path)) return true;
  naive.Descend(here);
  return false;
}

// Makes one of the moves that NextValue() and its like do not cover.
std::string MoveBothFurther(Zipper& real, Zipper& naive, const std::string& target,
                            std::mt19937_64& random) {
  const size_t here_bytes = naive.path().size();
  switch (random() % 6) {
    case 0:
      EXPECT_EQ(real.AscendToFork(), naive.AscendToFork());
      return "AscendToFork";
    case 1: {
      const size_t count = random() % 32 == 0 ? ~size_t{0} - random() % 2 : random() % 6;
      EXPECT_EQ(real.DescendFirstKPath(count), naive.DescendFirstKPath(count));
      return "DescendFirstKPath " + std::to_string(count);
    }
    case 2: {
      // One too many is more than there is to change.
      const size_t count = random() % (here_bytes + 2);
      EXPECT_EQ(real.NextKPath(count), naive.NextKPath(count));
      return "NextKPath " + std::to_string(count);
    }
    case 3:
      EXPECT_EQ(real.RestorePosition({target}), RestoreNaively(naive, target));
      return "RestorePosition";
    default:
      EXPECT_EQ(real.PreviousValue(), naive.PreviousValue());
      return "PreviousValue";
  }
}

// Makes the same random move with both and returns its name, for messages.
std::string MoveBoth(Zipper& real, Zipper& naive, const NaivePaths& paths,
                     std::mt19937_64& random) {
  const std::string here(naive.path());
  const std::string target = RandomTarget(paths, random);
  const std::string below = target.starts_with(here) ? target.substr(here.size()) : target;
  const size_t prefix = random() % (here.size() + 1);
  const uint8_t byte = below.empty() ? static_cast<uint8_t>(random()) : below[0];
  switch (random() % 26) {
    case 0:
      if (random() % 4 != 0) return "nothing";
      real.Reset();
      naive.Reset();
      return "Reset";
    case 1:
      EXPECT_EQ(real.DescendByte(byte), naive.DescendByte(byte));
      return "DescendByte";
    case 2:
      EXPECT_EQ(real.Descend(below), naive.Descend(below));
      return "Descend";
    case 3:
      EXPECT_EQ(real.DescendExisting(below), naive.DescendExisting(below));
      return "DescendExisting";
    case 4:
      EXPECT_EQ(real.DescendFirst(), naive.DescendFirst());
      return "DescendFirst";
    case 5:
      EXPECT_EQ(real.DescendLast(), naive.DescendLast());
      return "DescendLast";
    case 6:
      EXPECT_EQ(real.DescendRun(), naive.DescendRun());
      return "DescendRun";
    case 7: {
      const size_t count = random() % (here.size() + 2);
      EXPECT_EQ(real.Ascend(count), naive.Ascend(count));
      return "Ascend " + std::to_string(count);
    }
    case 8:
      EXPECT_EQ(real.Ascend(1), naive.Ascend(1));
      return "Ascend 1";
    case 9:
      EXPECT_EQ(real.NextSibling(), naive.NextSibling());
      return "NextSibling";
    case 10:
      EXPECT_EQ(real.PreviousSibling(), naive.PreviousSibling());
      return "PreviousSibling";
    case 11:
    case 12:
      EXPECT_EQ(real.NextValue(), naive.NextValue());
      return "NextValue";
    case 13:
    case 14:
    case 15:
      EXPECT_EQ(real.NextValueWithin(prefix), naive.NextValueWithin(prefix));
      return "NextValueWithin " + std::to_string(prefix);
    case 16:
      EXPECT_EQ(real.NextValueBehind(prefix), naive.NextValueBehind(prefix));
      return "NextValueBehind " + std::to_string(prefix);
    case 17:
      EXPECT_EQ(real.SeekValue(target), naive.SeekValue(target));
      return "SeekValue";
    case 18: {
      const uint64_t limit = random() % 2 == 0 ? ~uint64_t{0} : random() % 4;
      EXPECT_EQ(real.CountValues(limit), naive.CountValues(limit));
      return "CountValues";
    }
    default:
      return MoveBothFurther(real, naive, target, random);
  }
}

}  // namespace

void WalkTogether(std::unique_ptr<Zipper> real, std::unique_ptr<Zipper> naive,
                  const NaivePaths& paths, int steps, std::mt19937_64& random) {
  std::string moves;
  std::unique_ptr<Zipper> fork_real;
  std::unique_ptr<Zipper> fork_naive;
  for (int step = 0; step < steps; ++step) {
    moves += MoveBoth(*real, *naive, paths, random) + ", ";
    EXPECT_EQ(real->path(), naive->path());
    EXPECT_EQ(real->value(), naive->value());
    if (naive->value().has_value()) EXPECT_EQ(real->value_layer(), naive->value_layer());
    // Not each time: a look at the children may put right what the moves left wrong.
    if (random() % 3 == 0) EXPECT_EQ(real->child_mask(), naive->child_mask());
    if (random() % 3 == 0) {
      const uint8_t first = static_cast<uint8_t>(random()), last = static_cast<uint8_t>(random());
      const auto next = naive->child_mask().NextFrom(first);
      EXPECT_EQ(real->HasChildBetween(first, last), next.has_value() && *next <= last);
    }
    if (random() % 8 == 0) EXPECT_EQ(real->child_count(), naive->child_mask().count());
    if (random() % 8 == 0) EXPECT_EQ(real->SavePosition().path, naive->path());
    if (random() % 32 == 0) {
      // The fork that was put aside must not have noticed what happened since.
      if (fork_real != nullptr) {
        std::swap(real, fork_real);
        std::swap(naive, fork_naive);
        moves += "older fork, ";
      }
      fork_real = real->Fork();
      fork_naive = naive->Fork();
    }
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "after " << moves;
      return;
    }
  }
}

void ExpectScan(Zipper& real, const NaivePaths& paths) {
  real.Reset();
  bool found = real.value().has_value() || real.NextValue();
  for (const auto& [path, entry] : paths) {
    if (!entry.value.has_value()) continue;
    ASSERT_TRUE(found);
    ASSERT_EQ(real.path(), path);
    ASSERT_EQ(real.value(), entry.value);
    ASSERT_EQ(real.value_layer(), entry.layer);
    found = real.NextValue();
  }
  ASSERT_FALSE(found);
}

void ExpectScanBack(Zipper& real, const NaivePaths& paths) {
  real.Reset();
  while (real.DescendLast()) continue;
  bool found = real.value().has_value() || real.PreviousValue();
  for (auto entry = paths.rbegin(); entry != paths.rend(); ++entry) {
    if (!entry->second.value.has_value()) continue;
    ASSERT_TRUE(found);
    ASSERT_EQ(real.path(), entry->first);
    ASSERT_EQ(real.value(), entry->second.value);
    ASSERT_EQ(real.value_layer(), entry->second.layer);
    found = real.PreviousValue();
  }
  ASSERT_FALSE(found);
}

}  // namespace pathkb
