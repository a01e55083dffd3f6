// GoogleTest matchers for tries: EXPECT_THAT(trie, HoldsExactly({{"a", 1}})).

#ifndef PATHKB_CORE_TRIE_TRIE_MATCHERS_H_
#define PATHKB_CORE_TRIE_TRIE_MATCHERS_H_

#include <string>

#include "gmock/gmock.h"

#include "core/trie/path_trie.h"
#include "core/trie/trie_model.h"

namespace pathkb {

// The trie has exactly these paths and values, in order, and its nodes are sound. Says the first
// difference, or which condition fails where.
inline ::testing::Matcher<const PathTrie&> HoldsExactly(ModelPaths paths) {
  class HoldsExactlyMatcher final : public ::testing::MatcherInterface<const PathTrie&> {
   public:
    explicit HoldsExactlyMatcher(ModelPaths paths) : paths_(std::move(paths)) {}

    bool MatchAndExplain(const PathTrie& trie,
                         ::testing::MatchResultListener* listener) const override {
      if (const absl::Status status = trie.IsValid(); !status.ok()) {
        *listener << "which is not valid: " << std::string(status.message());
        return false;
      }
      const std::string difference = FirstDifference(trie, paths_);
      if (!difference.empty()) *listener << "where " << difference;
      return difference.empty();
    }
    void DescribeTo(std::ostream* out) const override {
      *out << "holds exactly " << paths_.size() << " given paths";
    }
    void DescribeNegationTo(std::ostream* out) const override {
      *out << "holds other than " << paths_.size() << " given paths";
    }

   private:
    const ModelPaths paths_;
  };
  return ::testing::MakeMatcher(new HoldsExactlyMatcher(std::move(paths)));
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRIE_MATCHERS_H_
