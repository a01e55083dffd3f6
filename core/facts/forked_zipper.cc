#include "core/facts/forked_zipper.h"

#include <utility>

#include "core/facts/keys.h"
#include "core/trie/path_order.h"

namespace pathkb {
ForkedZipper::ForkedZipper(std::unique_ptr<Zipper> base, SpaceForks forks)
    : forks_(std::move(forks)), base_(std::move(base)), names_(forks_.paths()) {
  base_->Reset();
}

ForkedZipper::ForkedZipper(const ForkedZipper& other)
    : forks_(other.forks_),
      base_(other.base_->Fork()),
      names_(other.names_),
      upper_(other.upper_),
      in_space_(other.in_space_),
      base_bytes_(other.base_bytes_),
      names_bytes_(other.names_bytes_),
      base_prefix_bytes_(other.base_prefix_bytes_),
      translated_(other.translated_) {}

std::unique_ptr<Zipper> ForkedZipper::Fork() const {
  return std::unique_ptr<Zipper>(new ForkedZipper(*this));
}

std::string_view ForkedZipper::path() const {
  if (!in_space_) return upper_;
  if (!translated_) return base_->path();
  path_ = upper_;
  path_.append(base_->path().substr(base_prefix_bytes_));
  return path_;
}

std::optional<uint64_t> ForkedZipper::value() const {
  return in_space_ || BaseHere() ? base_->value() : std::nullopt;
}

ByteMask ForkedZipper::child_mask() const {
  if (in_space_) return base_->child_mask();
  ByteMask mask;
  if (BaseHere()) mask = base_->child_mask();
  if (NamesHere()) mask = mask | names_.child_mask();
  return mask;
}

bool ForkedZipper::HasChildBetween(uint8_t first, uint8_t last) const {
  return in_space_ ? base_->HasChildBetween(first, last) : Zipper::HasChildBetween(first, last);
}

void ForkedZipper::GoAbove(std::string path) {
  upper_ = std::move(path);
  in_space_ = false;
  base_->Reset();
  base_bytes_ = base_->DescendExisting(upper_);
  names_.Reset();
  names_bytes_ = names_.DescendExisting(upper_);
}

bool ForkedZipper::GoToSpace(std::string_view prefix) {
  upper_ = prefix;
  names_.Reset();
  translated_ = names_.Descend(upper_) && names_.NextValueWithin(upper_.size());
  base_->Reset();
  if (translated_) {
    const std::string in_base = SpacePrefix(names_.path().substr(upper_.size()));
    in_space_ = base_->Descend(in_base);
    base_prefix_bytes_ = in_base.size();
  } else {
    in_space_ = base_->Descend(upper_);
    base_prefix_bytes_ = upper_.size();
  }
  return in_space_;
}

void ForkedZipper::Reset() { GoAbove(std::string()); }

bool ForkedZipper::DescendByte(uint8_t byte) {
  if (in_space_) return base_->DescendByte(byte);
  std::string path = upper_;
  path.push_back(static_cast<char>(byte));
  if (SpacePrefixOf(path).size() == path.size()) {
    const std::string before = upper_;
    if (GoToSpace(path)) return true;
    GoAbove(before);
    return false;
  }
  const bool in_base = BaseHere() && base_->DescendByte(byte);
  const bool in_names = NamesHere() && names_.DescendByte(byte);
  if (!in_base && !in_names) return false;
  upper_ = std::move(path);
  if (in_base) ++base_bytes_;
  if (in_names) ++names_bytes_;
  return true;
}

size_t ForkedZipper::DescendExisting(std::string_view bytes) {
  size_t found = 0;
  while (!in_space_ && found < bytes.size()) {
    if (!DescendByte(static_cast<uint8_t>(bytes[found]))) return found;
    ++found;
  }
  return in_space_ ? found + base_->DescendExisting(bytes.substr(found)) : found;
}

size_t ForkedZipper::DescendRun() { return in_space_ ? base_->DescendRun() : Zipper::DescendRun(); }

bool ForkedZipper::Ascend(size_t count) {
  size_t above = count;
  if (in_space_) {
    const size_t below = base_->path().size() - base_prefix_bytes_;
    if (count <= below) return base_->Ascend(count);
    above -= below;
  }
  if (above > upper_.size()) return false;
  if (above > 0) GoAbove(upper_.substr(0, upper_.size() - above));
  return true;
}

bool ForkedZipper::NextSibling() {
  return in_space_ && !AtSpacePrefix() ? base_->NextSibling() : Zipper::NextSibling();
}

bool ForkedZipper::PreviousSibling() {
  return in_space_ && !AtSpacePrefix() ? base_->PreviousSibling() : Zipper::PreviousSibling();
}

void ForkedZipper::Return(const std::string& path) {
  GoAbove(std::string());
  DescendExisting(path);
}

bool ForkedZipper::SeekValue(std::string_view target) {
  const std::string before(path());
  std::string from(target);
  for (;;) {
    if (const std::string prefix(SpacePrefixOf(from)); !prefix.empty()) {
      if (GoToSpace(prefix)) {
        const std::string in_base(base_->path());
        if (base_->SeekValue(in_base + from.substr(prefix.size())) &&
            base_->path().starts_with(in_base)) {
          return true;
        }
      }
      from = BehindAllBelow(prefix);
      continue;
    }
    const bool has_base = base_->SeekValue(from);
    const bool has_name = names_.SeekValue(from);
    const std::string_view fork = has_name ? SpacePrefixOf(names_.path()) : std::string_view();
    if (has_name && (!has_base || fork <= base_->path())) {
      from = fork;
      continue;
    }
    if (!has_base) {
      Return(before);
      return false;
    }
    // In front of the next forked space, so in none.
    const std::string found(base_->path());
    if (const std::string_view prefix = SpacePrefixOf(found); !prefix.empty()) {
      upper_ = prefix;
      in_space_ = true;
      translated_ = false;
      base_prefix_bytes_ = upper_.size();
    } else {
      GoAbove(found);
    }
    return true;
  }
}

bool ForkedZipper::SeekWithin(const std::string& target, size_t prefix_bytes) {
  if (target.empty()) return false;
  const std::string before(path());
  if (!SeekValue(target)) return false;
  if (path().substr(0, prefix_bytes) == before.substr(0, prefix_bytes)) return true;
  Return(before);
  return false;
}

bool ForkedZipper::NextValue() { return NextValueWithin(0); }

bool ForkedZipper::NextValueWithin(size_t prefix_bytes) {
  if (!in_space_) return SeekWithin(upper_ + '\0', prefix_bytes);
  if (prefix_bytes >= upper_.size()) {
    return base_->NextValueWithin(prefix_bytes - upper_.size() + base_prefix_bytes_);
  }
  if (base_->NextValueWithin(base_prefix_bytes_)) return true;
  return SeekWithin(BehindAllBelow(upper_), prefix_bytes);
}

bool ForkedZipper::NextValueBehind(size_t prefix_bytes) {
  if (in_space_ && prefix_bytes >= upper_.size()) {
    return base_->NextValueBehind(prefix_bytes - upper_.size() + base_prefix_bytes_);
  }
  return SeekWithin(BehindAllBelow(std::string(path())), prefix_bytes);
}

uint64_t ForkedZipper::CountValues(uint64_t limit) const {
  return in_space_ ? base_->CountValues(limit) : Zipper::CountValues(limit);
}

}  // namespace pathkb
