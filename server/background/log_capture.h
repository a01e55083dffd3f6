// For tests: what is logged while this lives, as text.

#ifndef PATHKB_SERVER_BACKGROUND_LOG_CAPTURE_H_
#define PATHKB_SERVER_BACKGROUND_LOG_CAPTURE_H_

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"

namespace pathkb {

// Stands in for the default logger, which is back afterwards. The threads that log must have ended
// before Text() is called and before this ends.
class LogCapture {
 public:
  LogCapture() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(text_);
    sink->set_pattern("%l: %v");
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", std::move(sink)));
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() { spdlog::set_default_logger(before_); }

  // Lines such as "warning: text".
  std::string Text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  const std::shared_ptr<spdlog::logger> before_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_LOG_CAPTURE_H_
