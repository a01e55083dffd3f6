#include "core/query/step_meter.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace pathkb {

StepMeter::StepMeter(uint64_t budget, Interrupt interrupt)
    : budget_(budget), interrupt_(std::move(interrupt)) {
  Restart();
}

void StepMeter::Restart() {
  steps_ = 0;
  next_look_ = budget_ == 0 ? kStepsPerInterrupt : std::min(kStepsPerInterrupt, budget_ + 1);
  status_ = absl::OkStatus();
}

bool StepMeter::Look() {
  if (status_.ok() && budget_ != 0 && steps_ > budget_) {
    status_ = absl::ResourceExhaustedError(
        fmt::format("the query has made {} steps, which is all that it may", budget_));
  }
  if (status_.ok() && interrupt_ != nullptr && steps_ % kStepsPerInterrupt == 0) {
    status_ = interrupt_();
  }
  if (!status_.ok()) {
    --steps_;  // Not made.
    next_look_ = 0;
    return false;
  }
  next_look_ = (steps_ / kStepsPerInterrupt + 1) * kStepsPerInterrupt;
  if (budget_ != 0) next_look_ = std::min(next_look_, budget_ + 1);
  return true;
}

}  // namespace pathkb
