#include "core/query/pattern_search.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "core/query/matcher.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// `term` with the variables called `names` replaced.
Term Replaced(const Term& term, const std::vector<std::string>& names,
              const std::vector<Term>& values) {
  std::vector<Term> done;
  struct Frame {
    const Term* term;
    std::vector<Term> children;
  };
  std::vector<Frame> stack;
  stack.push_back({&term, {}});
  while (true) {
    Frame& top = stack.back();
    const std::vector<Term>& children = top.term->children();
    if (top.children.size() < children.size()) {
      stack.push_back({&children[top.children.size()], {}});
      continue;
    }
    Term result = *top.term;
    if (!children.empty()) result = Term::Expression(std::move(top.children));
    for (size_t i = 0; i < names.size(); ++i) {
      if (result.kind() == Term::Kind::kVariable && result.text() == names[i]) result = values[i];
    }
    stack.pop_back();
    if (stack.empty()) return result;
    stack.back().children.push_back(std::move(result));
  }
}

bool IsGround(const Term& term) {
  std::vector<const Term*> work = {&term};
  while (!work.empty()) {
    const Term& here = *work.back();
    work.pop_back();
    if (here.kind() == Term::Kind::kVariable) return false;
    for (const Term& child : here.children()) work.push_back(&child);
  }
  return true;
}

}  // namespace

// The search, one Matcher for each start.
class PatternSearch::Walk {
 public:
  Walk(const FactSource& source, std::string_view space, Pattern pattern, StepMeter& meter)
      : source_(source), prefix_(TermsPrefix(space)), pattern_(std::move(pattern)), meter_(meter) {}

  absl::Status Start(std::span<const std::string_view> values,
                     std::span<const std::vector<Range>> ranges, std::string_view after,
                     bool at = false) {
    ranges_ = ranges;
    after_ = after;
    at_ = at;
    matcher_.reset();
    std::vector<std::string> names;
    inputs_.assign(pattern_.variable_names().size(), Term());
    std::vector<Term> terms;
    for (size_t i = 0; i < pattern_.variable_names().size(); ++i) {
      if (!pattern_.is_input(i)) continue;
      if (i >= values.size()) return absl::InvalidArgumentError("an input has no value");
      std::string_view bytes = values[i];
      auto term = DecodeTerm(bytes);
      if (!term.ok() || !bytes.empty()) return absl::InvalidArgumentError("a value is no term");
      inputs_[i] = *term;
      names.push_back(pattern_.variable_names()[i]);
      terms.push_back(*std::move(term));
    }
    PATHKB_ASSIGN_OR_RETURN(Pattern filled,
                            Pattern::Compile(Replaced(pattern_.term(), names, terms)));
    filled_ = std::make_unique<Pattern>(std::move(filled));
    std::unique_ptr<Zipper> zipper = source_.NewZipper();
    if (!zipper->Descend(prefix_)) return zipper->status();
    matcher_ = std::make_unique<Matcher>(std::move(zipper), *filled_, [this] {
      return meter_.Step() ? absl::OkStatus() : meter_.status();
    });
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next() {
    if (matcher_ == nullptr) return false;
    while (true) {
      if (!meter_.Step()) return meter_.status();
      PATHKB_ASSIGN_OR_RETURN(const bool found, matcher_->Next());
      if (!found) return false;
      if (!after_.empty() && Position() <= after_ && !(at_ && Position() == after_)) continue;
      PATHKB_ASSIGN_OR_RETURN(const bool accepted, Bind());
      if (accepted) return true;
    }
  }

  absl::StatusOr<std::vector<Term>> Bindings(const std::vector<std::string>& fact_names) const {
    PATHKB_ASSIGN_OR_RETURN(std::vector<Term> found, matcher_->Bindings(fact_names));
    std::vector<Term> all;
    size_t next = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      all.push_back(pattern_.is_input(i) ? inputs_[i] : found[next++]);
    }
    return all;
  }

  std::string Position() const {
    return std::string(matcher_->encoded_term()) + std::string(matcher_->name());
  }

  const Matcher& matcher() const { return *matcher_; }
  const Pattern& pattern() const { return pattern_; }
  bool ground() const { return ground_; }
  std::string_view Binding(size_t variable) const { return encoded_[variable]; }

 private:
  // Encodes the bindings; false if a range refuses them.
  absl::StatusOr<bool> Bind() {
    PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings, Bindings({}));
    ground_ = true;
    encoded_.assign(bindings.size(), "");
    for (size_t i = 0; i < bindings.size(); ++i) {
      const bool has_ranges = i < ranges_.size() && !ranges_[i].empty();
      if (!IsGround(bindings[i])) {
        ground_ = false;
        continue;
      }
      PATHKB_RETURN_IF_ERROR(EncodeTerm(bindings[i], encoded_[i]));
      bool inside = !has_ranges;
      for (size_t k = 0; has_ranges && k < ranges_[i].size(); ++k) {
        inside |= ranges_[i][k].low <= encoded_[i] && encoded_[i] < ranges_[i][k].high;
      }
      if (!inside) return false;
    }
    return true;
  }

  const FactSource& source_;
  const std::string prefix_;
  const Pattern pattern_;
  StepMeter& meter_;
  std::span<const std::vector<Range>> ranges_;
  std::string after_;
  bool at_ = false;  // after_ itself counts.
  std::vector<Term> inputs_;
  std::unique_ptr<Pattern> filled_;
  std::unique_ptr<Matcher> matcher_;
  bool ground_ = false;
  std::vector<std::string> encoded_;
};

PatternSearch::PatternSearch(std::unique_ptr<Walk> walk) : walk_(std::move(walk)) {}
PatternSearch::~PatternSearch() = default;

absl::StatusOr<std::unique_ptr<PatternSearch>> PatternSearch::New(const FactSource& source,
                                                                  std::string_view space,
                                                                  Pattern pattern, int,
                                                                  StepMeter& meter, Order) {
  return std::unique_ptr<PatternSearch>(
      new PatternSearch(std::make_unique<Walk>(source, space, std::move(pattern), meter)));
}

absl::Status PatternSearch::Start(std::span<const std::string_view> values,
                                  std::span<const std::vector<Range>> ranges) {
  return walk_->Start(values, ranges, {});
}

absl::Status PatternSearch::StartAfter(std::span<const std::string_view> values,
                                       std::span<const std::vector<Range>> ranges,
                                       std::string_view position) {
  if (!EncodedTermBytes(position).ok()) return absl::InvalidArgumentError("no position");
  return walk_->Start(values, ranges, position);
}

absl::Status PatternSearch::StartAt(std::span<const std::string_view> values,
                                    std::span<const std::vector<Range>> ranges,
                                    std::string_view position) {
  if (!EncodedTermBytes(position).ok()) return absl::InvalidArgumentError("no position");
  return walk_->Start(values, ranges, position, /*at=*/true);
}

absl::StatusOr<bool> PatternSearch::Next() { return walk_->Next(); }
std::string_view PatternSearch::encoded_term() const { return walk_->matcher().encoded_term(); }
std::string_view PatternSearch::name() const { return walk_->matcher().name(); }
uint64_t PatternSearch::value() const { return walk_->matcher().value(); }
int PatternSearch::value_layer() const { return walk_->matcher().value_layer(); }
bool PatternSearch::ground() const { return walk_->ground(); }
std::string_view PatternSearch::Binding(size_t variable) const { return walk_->Binding(variable); }
absl::StatusOr<std::vector<Term>> PatternSearch::Bindings(
    const std::vector<std::string>& fact_variable_names) const {
  return walk_->Bindings(fact_variable_names);
}
std::string PatternSearch::Position() const { return walk_->Position(); }
const Pattern& PatternSearch::pattern() const { return walk_->pattern(); }

}  // namespace pathkb
