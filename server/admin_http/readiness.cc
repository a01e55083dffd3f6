#include "server/admin_http/readiness.h"

namespace pathkb {

void Readiness::Starting(std::string_view doing, uint64_t done, uint64_t total) {
  std::lock_guard<std::mutex> lock(mutex_);
  picture_ = {.ready = false, .doing = std::string(doing), .done = done, .total = total};
}

void Readiness::Ready() {
  std::lock_guard<std::mutex> lock(mutex_);
  picture_ = Picture();
  picture_.ready = true;
  picture_.doing.clear();
}

void Readiness::Stopping() {
  std::lock_guard<std::mutex> lock(mutex_);
  picture_ = Picture();
  picture_.doing = "stopping";
}

Readiness::Picture Readiness::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return picture_;
}

}  // namespace pathkb
