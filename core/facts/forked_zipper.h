// The cursor over a base as forks of its spaces show it.
//
//            (root)                    above the spaces: the base's paths, but for those of forked
//              |                       spaces, and the names of forked spaces
//          spaces/
//         /       \                    from spaces/<space>/ on: the base's own cursor, for a forked
//      a/          b/                  space at the place of the space it stands on
//     (base: a/)  (base: a/)

#ifndef PATHKB_CORE_FACTS_FORKED_ZIPPER_H_
#define PATHKB_CORE_FACTS_FORKED_ZIPPER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_mask.h"
#include "core/facts/space_forks.h"
#include "core/trie/read_zipper.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Inside of a space each move is one of the base's cursor; path() also copies the path there, if
// the space is a forked one. To go from one space to another takes a descent from the root.
class ForkedZipper final : public Zipper {
 public:
  // Takes the base's cursor to its root.
  ForkedZipper(std::unique_ptr<Zipper> base, SpaceForks forks);

  std::unique_ptr<Zipper> Fork() const override;

  std::string_view path() const override;
  std::optional<uint64_t> value() const override;
  ByteMask child_mask() const override;
  bool HasChildBetween(uint8_t first, uint8_t last) const override;
  absl::Status status() const override { return base_->status(); }
  void SetPatience(std::function<bool()> go_on) override { base_->SetPatience(std::move(go_on)); }

  void Reset() override;
  bool DescendByte(uint8_t byte) override;
  size_t DescendExisting(std::string_view bytes) override;
  size_t DescendRun() override;
  bool Ascend(size_t count) override;
  bool NextSibling() override;
  bool PreviousSibling() override;
  bool NextValue() override;
  bool NextValueWithin(size_t prefix_bytes) override;
  bool NextValueBehind(size_t prefix_bytes) override;
  bool SeekValue(std::string_view target) override;
  uint64_t CountValues(uint64_t limit = ~uint64_t{0}) const override;

 private:
  ForkedZipper(const ForkedZipper& other);

  // Not in a space: both cursors go along as far as they have the path.
  bool BaseHere() const { return base_bytes_ == upper_.size(); }
  bool NamesHere() const { return names_bytes_ == upper_.size(); }
  // In a space, at its prefix and nothing more.
  bool AtSpacePrefix() const { return base_->path().size() == base_prefix_bytes_; }

  // Goes to `path`, which is above the spaces and exists.
  void GoAbove(std::string path);
  // Goes to the place of a space, from wherever this is; false if there is nothing of it in the
  // base, and then this is nowhere and must go on to another place.
  bool GoToSpace(std::string_view prefix);
  // Goes back to where path() was `path`.
  void Return(const std::string& path);
  // NextValue() and others, from behind the present place: false, and the cursor stays, if what
  // SeekValue(target) finds does not share the first `prefix_bytes` bytes of the path.
  bool SeekWithin(const std::string& target, size_t prefix_bytes);

  const SpaceForks forks_;
  std::unique_ptr<Zipper> base_;
  ReadZipper names_;  // Over forks_.paths().

  // The path, or, in a space, the `spaces/<space>/` that it begins with.
  std::string upper_;
  bool in_space_ = false;
  // Not in a space: how many bytes of upper_ the cursors stand at.
  size_t base_bytes_ = 0;
  size_t names_bytes_ = 0;
  // In a space: bytes of the base's path that stand for upper_, and whether they are others.
  size_t base_prefix_bytes_ = 0;
  bool translated_ = false;
  mutable std::string path_;  // What path() gave, in a space that is forked.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_FORKED_ZIPPER_H_
