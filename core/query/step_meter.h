// Counts what a query does, so that it can be stopped in time: when its budget is spent, or when
// nobody waits for the answer any more.

#ifndef PATHKB_CORE_QUERY_STEP_METER_H_
#define PATHKB_CORE_QUERY_STEP_METER_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"

namespace pathkb {

// One for each query, shared by all its cursors. One thread at a time.
class StepMeter {
 public:
  // An error ends the query.
  using Interrupt = std::function<absl::Status()>;

  // How often the interrupt is asked: at 0.1 to 1 us a step, several times each millisecond.
  static constexpr uint64_t kStepsPerInterrupt = 1024;

  // `budget`: steps in all; 0 for no bound. `interrupt` may be null.
  explicit StepMeter(uint64_t budget = 0, Interrupt interrupt = nullptr);
  StepMeter(const StepMeter&) = delete;
  StepMeter& operator=(const StepMeter&) = delete;

  // Counts one move of a cursor. False: stop, status() says why; that stays so.
  bool Step() {
    if (++steps_ < next_look_) [[likely]] {
      return true;
    }
    return Look();
  }

  // Begins anew, as if no step had been made.
  void Restart();

  // Steps counted so far; never more than the budget.
  uint64_t steps() const { return steps_; }

  // OK while Step() says true. Else
  //   ResourceExhausted   the budget is spent
  //   whatever the interrupt said
  const absl::Status& status() const { return status_; }

 private:
  // Step() when there is something to be looked at.
  bool Look();

  const uint64_t budget_;
  const Interrupt interrupt_;
  uint64_t steps_ = 0;
  uint64_t next_look_ = 0;
  absl::Status status_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_STEP_METER_H_
