#include "client/cli/output/progress_line.h"

#include <algorithm>

#include "fmt/format.h"

#include "client/cli/output/figures.h"

namespace pathkb::cli {
namespace {

constexpr size_t kBarWidth = 20;
constexpr std::chrono::milliseconds kTerminalInterval(100);
constexpr std::chrono::milliseconds kOtherInterval(2000);
// To the start of the line, and empty it.
constexpr std::string_view kClearLine = "\r\x1b[K";

}  // namespace

std::string ProgressText(uint64_t facts, uint64_t bytes, uint64_t bytes_total, double seconds) {
  const uint64_t rate =
      seconds > 0 ? static_cast<uint64_t>(static_cast<double>(facts) / seconds) : 0;
  std::string text = fmt::format("{} facts  {}/s", WithCommas(facts), WithCommas(rate));
  if (bytes_total == 0) return text;
  const double part = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(bytes_total));
  const auto filled = static_cast<size_t>(part * kBarWidth);
  std::string bar(filled, '=');
  if (filled < kBarWidth) bar += '>';
  bar.resize(kBarWidth, ' ');
  text = fmt::format("[{}] {:3.0f}%  {}", bar, part * 100, text);
  if (part > 0 && part < 1)
    text += fmt::format("  {} left", ShowSeconds(seconds * (1 - part) / part));
  return text;
}

ProgressLine::ProgressLine(TextOutput& out, uint64_t bytes_total, bool enabled)
    : out_(out), bytes_total_(bytes_total), enabled_(enabled) {}

void ProgressLine::Update(uint64_t facts, uint64_t bytes) {
  const Clock::time_point now = Clock::now();
  const auto interval = out_.is_terminal() ? kTerminalInterval : kOtherInterval;
  if (!enabled_ || now - shown_at_ < interval) return;
  shown_at_ = now;
  const std::string text = ProgressText(facts, bytes, bytes_total_, seconds());
  if (out_.is_terminal()) {
    out_.Write(std::string(kClearLine) + text);
    visible_ = true;
  } else {
    out_.Write(text + "\n");
  }
  out_.Flush();
}

void ProgressLine::Clear() {
  if (!visible_) return;
  out_.Write(kClearLine);
  out_.Flush();
  visible_ = false;
}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

}  // namespace pathkb::cli
