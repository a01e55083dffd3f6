// Random keys of all operands, each with the number of keys that it stands for (random_descent), in
// order: where the numbers have added up to a part's share, a new part begins.

#include "core/query/combine_split.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/facts/keys.h"
#include "core/trie/random_descent.h"
#include "core/trie/zipper.h"

namespace pathkb {
namespace {

// Of each operand, to see how large it is; and of all, for each part.
constexpr uint64_t kFirstSamples = 16;
constexpr uint64_t kSamplesOfPart = 4;

struct Sample {
  std::string key;  // Behind the prefix of the space's terms.
  double facts = 0;
};

// Appends `count` random keys of an operand, whose weights add up to about its facts.
void TakeSamples(const CombineOperand& operand, uint64_t count, std::vector<Sample>& samples) {
  const std::string prefix = TermsPrefix(operand.space);
  const std::unique_ptr<Zipper> zipper = operand.source->NewZipper();
  RandomDescent descent(*zipper);
  for (uint64_t i = 0; i < count; ++i) {
    zipper->Reset();
    descent.Begin();
    if (!zipper->Descend(prefix)) return;
    if (!descent.GoDownToValue([] { return true; })) continue;
    samples.push_back({std::string(zipper->path().substr(prefix.size())),
                       descent.weight() / static_cast<double>(count)});
  }
}

double FactsOf(const std::vector<Sample>& samples) {
  double facts = 0;
  for (const Sample& sample : samples) facts += sample.facts;
  return facts;
}

}  // namespace

std::vector<CombineRange> SplitCombination(const std::vector<CombineOperand>& operands,
                                           uint64_t facts, uint64_t parts_max) {
  std::vector<Sample> samples;
  for (const CombineOperand& operand : operands) TakeSamples(operand, kFirstSamples, samples);
  const double whole = FactsOf(samples);
  std::vector<CombineRange> ranges(1);
  if (parts_max < 2 || whole < 2 * static_cast<double>(facts)) return ranges;
  const double parts = std::min(whole / static_cast<double>(facts), static_cast<double>(parts_max));
  samples.clear();
  const uint64_t count =
      std::max(static_cast<uint64_t>(parts) * kSamplesOfPart / operands.size() + 1, kFirstSamples);
  for (const CombineOperand& operand : operands) TakeSamples(operand, count, samples);
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.key < b.key; });

  const double share = FactsOf(samples) / parts;
  double gathered = 0;
  for (Sample& sample : samples) {
    // A key that is there again belongs to one part.
    if (gathered >= share && sample.key > ranges.back().from) {
      ranges.back().until = sample.key;
      ranges.push_back({std::move(sample.key)});
      gathered = 0;
    }
    gathered += sample.facts;
  }
  return ranges;
}

}  // namespace pathkb
