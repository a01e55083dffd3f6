// One pattern, asked of the facts of a space: the piece that plans are made of. It walks the terms
// themselves or an index by an argument (core/facts/arg_index), and can be started again and again
// with other values for its inputs, as a join does for each row:
//
//   (hypernym $y $x)  with input $y        New()             once
//                                          Start({y = n1})   Next() Next() Next() ... false
//                                          Start({y = n2})   Next() ... false

#ifndef PATHKB_CORE_QUERY_PATTERN_SEARCH_H_
#define PATHKB_CORE_QUERY_PATTERN_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/fact_source.h"
#include "core/query/pattern.h"
#include "core/query/pattern_walk.h"
#include "core/query/step_meter.h"
#include "core/term/term.h"

namespace pathkb {

// One thread at a time. Borrows the source and the meter. Memory is bounded by the longest path.
class PatternSearch {
 public:
  // See pattern_walk.h.
  using Range = SubtermRange;

  // The order in which the answers come.
  enum class Order : uint8_t {
    kPath,  // That of the paths of terms/, whichever way the facts are found.
    kWalk,  // Any, but always the same one for the same source, pattern and position.
  };

  // Looks in `space` for `pattern`, through the index of argument `position`, which must be whole
  // there, or through the terms if that is 0. A space that does not exist has no facts. Start()
  // must come next.
  //   InvalidArgument   the pattern has no argument of that position
  //   DataLoss          the source contradicts itself
  static absl::StatusOr<std::unique_ptr<PatternSearch>> New(const FactSource& source,
                                                            std::string_view space, Pattern pattern,
                                                            int position, StepMeter& meter,
                                                            Order order = Order::kPath);

  // Begins anew, in front of the first answer. By number of the variable (Pattern's
  // variable_names()), and shorter spans say nothing of the rest:
  //   values   the encoded ground term that an input stands for, one whole term each; copied
  //   ranges   ascending, disjoint ranges of leaves; a variable that has some is only ever a leaf
  //   in
  //            one of them, or a variable, which a join may yet make such a one. Not for inputs.
  //            Borrowed until the next Start()
  //   InvalidArgument   an input without a value, or one that is no encoded ground term
  absl::Status Start(std::span<const std::string_view> values = {}, VariableRanges ranges = {});

  // The same for values that are known to be such, as those that a search has found.
  void StartChecked(std::span<const std::string_view> values, VariableRanges ranges) {
    BeginChecked(values, ranges, std::nullopt, false);
  }

  // The same, in front of the first answer behind `position`, which Position() gave for the same
  // facts, pattern, values and ranges; one that was made up means a place all the same.
  //   InvalidArgument   as Start(); or the bytes cannot be a position
  absl::Status StartAfter(std::span<const std::string_view> values, VariableRanges ranges,
                          std::string_view position);
  // The same, in front of the answer right there, if it is still one.
  absl::Status StartAt(std::span<const std::string_view> values, VariableRanges ranges,
                       std::string_view position);

  // Goes to the next answer; false when there are no more.
  //   DataLoss            the source contradicts itself
  //   ResourceExhausted   a fact whose variables unify to something too large; or the meter's
  //   whatever else the meter says
  absl::StatusOr<bool> Next();

  // --- The present answer; views hold until the next Next() or Start() ---------------------------

  // The fact's encoded term, however it was found.
  std::string_view encoded_term() const;
  // The fact's name; empty if it has none.
  std::string_view name() const;
  // Value at its path, and the layer it is from: see Zipper.
  uint64_t value() const;
  int value_layer() const;

  // True if each variable of the pattern is bound to a term without variables.
  bool ground() const;
  // The encoded term that variable number `variable` is bound to. Only if ground(); inputs have
  // what they were given.
  std::string_view Binding(size_t variable) const;
  // What each of the pattern's variables is bound to, in the order of variable_names(). The fact's
  // own variables are called `fact_variable_names`. Errors as Next().
  absl::StatusOr<std::vector<Term>> Bindings(
      const std::vector<std::string>& fact_variable_names = {}) const;

  // Where this answer is among all, for StartAfter(): bytes that mean something to this class only.
  std::string Position() const;

  const Pattern& pattern() const { return pattern_; }

 private:
  // What follows the term in the fact's key: its name, or what tells copies apart.
  std::string_view behind_term() const;
  // An answer of the kind that is collected: its key as it would be under terms/.
  struct Other {
    std::string key;
    size_t term_bytes = 0;
    uint64_t value = 0;
    int value_layer = 0;
  };

  PatternSearch(const FactSource& source, std::string_view space, Pattern pattern, int position,
                StepMeter& meter, Order order);

  absl::Status Begin(std::span<const std::string_view> values, VariableRanges ranges,
                     std::optional<std::string_view> from, bool inclusive);
  // The same without looking at what is given.
  void BeginChecked(std::span<const std::string_view> values, VariableRanges ranges,
                    std::optional<std::string_view> from, bool inclusive);
  // Starts main_ for a search through an index, from what `from` means there.
  void BeginIndex(std::span<const std::string_view> values, std::optional<std::string_view> from);
  // `from` as bytes of the index's family, so that in the order of main_ the same is behind it;
  // sets `inclusive` if what is right there is, too.
  std::string ArrangedFrom(std::string_view from, bool& inclusive) const;
  // The next match of a walk, as the present answer.
  absl::StatusOr<bool> NextOf(PatternWalk& walk);
  absl::StatusOr<bool> NextThroughIndex();
  absl::StatusOr<bool> NextBare();
  // Collects the facts whose argument is not the pattern's, but matches. False if they are too many
  // for that.
  absl::StatusOr<bool> CollectOthers();
  // Goes on through terms/ from here.
  void LeaveIndex();
  std::unique_ptr<PatternWalk> NewWalk(int position, PatternWalk::Argument argument) const;
  // The values of the present start.
  std::vector<std::string_view> Values() const;

  // True if the present answer, whose fact has variables, is one.
  absl::StatusOr<bool> Accept() const;
  bool FactHasVariable() const { return other_ != nullptr || walk_->fact_has_variable(); }
  bool InRanges(size_t variable, std::string_view encoded) const;
  // Fills in filled_.
  absl::Status FillTerm() const;
  // Fills in bindings_ for an answer whose fact has variables.
  void FindBindings() const;

  const FactSource& source_;
  const std::string space_;
  const Pattern pattern_;
  const int position_;  // Of the index that is used; 0 for none.
  const Order order_;
  StepMeter& meter_;
  const std::unique_ptr<PatternWalk> main_;
  // Made when first needed.
  std::unique_ptr<PatternWalk> others_walk_;
  std::unique_ptr<PatternWalk> bare_;   // Facts that are but a variable are in no index.
  std::unique_ptr<PatternWalk> whole_;  // Over terms/, when there are too many others.

  // Of the present start.
  VariableRanges ranges_;
  bool has_ranges_ = false;
  std::optional<std::string> from_;
  bool inclusive_ = false;
  enum class Stage : uint8_t { kMain, kBare, kWhole } stage_ = Stage::kMain;
  enum class Ready : uint8_t { kNo, kYes, kEnd } main_ready_ = Ready::kNo;
  bool others_collected_ = false;
  std::vector<Other> others_;
  size_t next_other_ = 0;
  std::string last_key_;  // Of the last answer, where others may yet be found to come behind it.

  // The present answer: in walk_, unless it is other_.
  const PatternWalk* walk_ = nullptr;
  const Other* other_ = nullptr;
  mutable std::string term_;  // Its encoded term, if that had to be put together.
  mutable bool has_term_ = false;
  mutable std::optional<Term> filled_;  // The pattern with its inputs replaced.
  enum class Bound : uint8_t { kUnknown, kGround, kNotGround };
  mutable Bound bound_ = Bound::kUnknown;  // Of an answer whose fact has variables.
  mutable std::vector<std::string> bindings_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PATTERN_SEARCH_H_
