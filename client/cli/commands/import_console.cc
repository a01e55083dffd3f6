#include "client/cli/commands/import_console.h"

#include <numeric>

namespace pathkb::cli {

void ImportConsole::Complain(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_.Clear();
  session_.Complain(message);
}

void ImportConsole::Report(const std::string& line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_.Clear();
  session_.out().Write(line + "\n");
}

void ImportConsole::Progress(size_t file, uint64_t facts, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  facts_[file] = facts;
  bytes_[file] = bytes;
  progress_.Update(std::accumulate(facts_.begin(), facts_.end(), uint64_t{0}),
                   std::accumulate(bytes_.begin(), bytes_.end(), uint64_t{0}));
}

void ImportConsole::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_.Clear();
}

}  // namespace pathkb::cli
