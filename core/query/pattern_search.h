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
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/fact_source.h"
#include "core/query/pattern.h"
#include "core/query/step_meter.h"
#include "core/term/term.h"

namespace pathkb {

// One thread at a time. Borrows the source and the meter. Memory is bounded by the longest path.
class PatternSearch {
 public:
  // Encoded subterms (core/term/path_encoding) from `low` on that come before `high`.
  struct Range {
    std::string low;
    std::string high;
  };

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
  ~PatternSearch();

  // Begins anew, in front of the first answer. By number of the variable (Pattern's
  // variable_names()), and shorter spans say nothing of the rest:
  //   values   the encoded ground term that an input stands for, one whole term each; copied
  //   ranges   ascending, disjoint ranges; a variable that has some is only ever a ground term in
  //            one of them, or a term with variables, which a join may yet make such a one. Not
  //            for inputs. Borrowed until the next Start()
  //   InvalidArgument   an input without a value, or one that is no encoded ground term
  absl::Status Start(std::span<const std::string_view> values = {},
                     std::span<const std::vector<Range>> ranges = {});

  // The same, in front of the first answer behind `position`, which Position() gave for the same
  // facts, pattern, values and ranges; one that was made up means a place all the same.
  //   InvalidArgument   as Start(); or the bytes cannot be a position
  absl::Status StartAfter(std::span<const std::string_view> values,
                          std::span<const std::vector<Range>> ranges, std::string_view position);

  // As StartAfter(), but the answer at `position` itself, if it is still there, comes first.
  absl::Status StartAt(std::span<const std::string_view> values,
                       std::span<const std::vector<Range>> ranges, std::string_view position);

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

  const Pattern& pattern() const;

 private:
  class Walk;

  explicit PatternSearch(std::unique_ptr<Walk> walk);

  const std::unique_ptr<Walk> walk_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PATTERN_SEARCH_H_
