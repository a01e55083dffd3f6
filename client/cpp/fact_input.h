// Facts one after another, whatever they are read from: what an import takes.

#ifndef PATHKB_CLIENT_CPP_FACT_INPUT_H_
#define PATHKB_CLIENT_CPP_FACT_INPUT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cpp/chunk_source.h"
#include "client/cpp/formats/fact_reader.h"

namespace pathkb::client {

// One thread at a time, but for Cancel().
class FactInput {
 public:
  virtual ~FactInput() = default;

  // Takes the next row: true, and `fact`, which is empty before, or `row.error` is filled. False at
  // the end. An error is one of the input as a whole, and its end.
  virtual absl::StatusOr<bool> Next(v1::Fact& fact, InputRow& row) = 0;

  // Behind the row taken last; at the end, behind everything.
  virtual InputPlace place() const = 0;

  // As FactReader::header().
  virtual std::string header() const { return ""; }

  // Makes a Next() on another thread that waits for its input return an error soon. Thread-safe.
  virtual void Cancel() {}
};

// A text in one of the formats. Memory: one chunk, and what the reader holds.
class TextInput final : public FactInput {
 public:
  // `cancel` makes a call of `source` that waits return an error; it may be null.
  TextInput(ChunkSource source, std::unique_ptr<FactReader> reader,
            std::function<void()> cancel = nullptr);

  absl::StatusOr<bool> Next(v1::Fact& fact, InputRow& row) override;
  InputPlace place() const override;
  std::string header() const override { return reader_->header(); }
  void Cancel() override {
    if (cancel_) cancel_();
  }

  // Before the first Next(): goes on from a place where another one was. The source begins there.
  void GoOnFrom(const InputPlace& place, const std::string& header);

 private:
  const ChunkSource source_;
  const std::unique_ptr<FactReader> reader_;
  const std::function<void()> cancel_;
  std::vector<char> chunk_;
  uint64_t fed_bytes_ = 0;
  bool ended_ = false;  // The source has; the reader may still have rows.
  bool drained_ = false;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FACT_INPUT_H_
