// What the tests of cursors share: a model cursor that is too simple to be wrong, and a random walk
// that moves it and a real one together.

#ifndef PATHKB_CORE_TRIE_ZIPPER_TESTING_H_
#define PATHKB_CORE_TRIE_ZIPPER_TESTING_H_

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "core/trie/zipper.h"

namespace pathkb {

// The seed of a random test: PATHKB_TEST_SEED if that is set, else a new one; printed either way.
uint64_t TestSeed();

// A path of few and short pieces, so that paths often share beginnings, extend each other and are
// drawn again; sometimes the empty one, sometimes one with a long run.
std::string RandomPath(std::mt19937_64& random);

// What a cursor should show: each path that exists for its own sake, and what it holds. A path
// without a value is a dead end, or leads on to others.
struct NaiveEntry {
  std::optional<uint64_t> value;
  int layer = 0;
};
using NaivePaths = std::map<std::string, NaiveEntry>;

// Answers everything by looking through all of a NaivePaths. Immutable paths, shared by the forks.
class NaiveZipper final : public Zipper {
 public:
  explicit NaiveZipper(NaivePaths paths)
      : paths_(std::make_shared<const NaivePaths>(std::move(paths))) {}

  std::unique_ptr<Zipper> Fork() const override { return std::make_unique<NaiveZipper>(*this); }
  std::string_view path() const override { return path_; }
  std::optional<uint64_t> value() const override;
  int value_layer() const override;
  ByteMask child_mask() const override { return ChildrenOf(path_); }

  void Reset() override { path_.clear(); }
  bool DescendByte(uint8_t byte) override;
  bool Descend(std::string_view bytes) override;
  size_t DescendExisting(std::string_view bytes) override;
  bool DescendFirst() override;
  bool DescendLast() override;
  size_t DescendRun() override;
  bool Ascend(size_t count) override;
  bool NextSibling() override;
  bool PreviousSibling() override;
  bool NextValue() override { return NextValueWithin(0); }
  bool NextValueWithin(size_t prefix_bytes) override;
  bool NextValueBehind(size_t prefix_bytes) override;
  bool SeekValue(std::string_view target) override;
  bool PreviousValue() override;
  bool DescendFirstKPath(size_t count) override;
  bool NextKPath(size_t count) override;
  size_t AscendToFork() override;
  uint64_t CountValues(uint64_t limit = ~uint64_t{0}) const override;

 private:
  ByteMask ChildrenOf(const std::string& path) const;
  bool Exists(const std::string& path) const;

  std::shared_ptr<const NaivePaths> paths_;
  std::string path_;
};

// Passes on only what a cursor must have, so that the rest is Zipper's own.
class BareZipper final : public Zipper {
 public:
  explicit BareZipper(std::unique_ptr<Zipper> zipper) : zipper_(std::move(zipper)) {}

  std::unique_ptr<Zipper> Fork() const override {
    return std::make_unique<BareZipper>(zipper_->Fork());
  }
  std::string_view path() const override { return zipper_->path(); }
  std::optional<uint64_t> value() const override { return zipper_->value(); }
  int value_layer() const override { return zipper_->value_layer(); }
  ByteMask child_mask() const override { return zipper_->child_mask(); }
  absl::Status status() const override { return zipper_->status(); }
  void Reset() override { zipper_->Reset(); }
  bool DescendByte(uint8_t byte) override { return zipper_->DescendByte(byte); }
  bool Ascend(size_t count) override { return zipper_->Ascend(count); }

 private:
  std::unique_ptr<Zipper> zipper_;
};

// Makes `steps` random moves of all kinds with both cursors, and expects the same answers and the
// same place after each, whether the move failed or not. Both go on as forks of themselves now and
// then. Stops at the first difference.
void WalkTogether(std::unique_ptr<Zipper> real, std::unique_ptr<Zipper> naive,
                  const NaivePaths& paths, int steps, std::mt19937_64& random);

// Expects a walk by NextValue() to give exactly the values of `paths`.
void ExpectScan(Zipper& real, const NaivePaths& paths);

// The same backwards, from the last path by PreviousValue().
void ExpectScanBack(Zipper& real, const NaivePaths& paths);

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_ZIPPER_TESTING_H_
