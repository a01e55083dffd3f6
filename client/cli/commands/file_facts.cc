#include "client/cli/commands/file_facts.h"

#include <utility>

#include "fmt/format.h"

#include "storage/tool/key_facts.h"
#include "storage/tool/tool_files.h"

namespace pathkb::cli {
namespace {

// The bounds of an entry, as proto/pathkb/v1/types.proto has them.
constexpr size_t kSourceBytesMax = 64 << 10;
constexpr int kMetadataPairsMax = 1'000;
constexpr size_t kMetadataBytesMax = 64 << 10;

class KeyFileInput final : public client::FactInput {
 public:
  explicit KeyFileInput(std::unique_ptr<KeyFactReader> reader) : reader_(std::move(reader)) {}

  absl::StatusOr<bool> Next(v1::Fact& fact, client::InputRow& row) override {
    row = {};
    absl::StatusOr<bool> more = reader_->Next(key_fact_, row.error);
    if (!more.ok() || !*more) return more;
    row.position = {.line = reader_->keys(), .column = 0};
    if (!row.error.empty()) {
      row.text = "; key " + reader_->KeyInHex();
      return true;
    }
    fact.set_term(std::move(key_fact_.term));
    fact.set_name(std::move(key_fact_.name));
    if (key_fact_.confidence != 1) fact.mutable_entry()->set_confidence(key_fact_.confidence);
    if (!key_fact_.source.empty()) fact.mutable_entry()->set_source(std::move(key_fact_.source));
    for (auto& [key, value] : key_fact_.metadata) {
      (*fact.mutable_entry()->mutable_metadata())[key] = std::move(value);
    }
    return true;
  }

  client::InputPlace place() const override {
    return {.offset = reader_->keys(), .position = {.line = reader_->keys(), .column = 0}};
  }

 private:
  const std::unique_ptr<KeyFactReader> reader_;
  KeyFact key_fact_;
};

class RawKeyFileWriter final : public KeyFileWriter {
 public:
  explicit RawKeyFileWriter(std::unique_ptr<RawKeyWriter> writer) : writer_(std::move(writer)) {}

  absl::StatusOr<bool> Add(const v1::Fact& fact) override { return writer_->Add(fact.term()); }
  absl::Status Commit() override { return writer_->Commit(); }

 private:
  const std::unique_ptr<RawKeyWriter> writer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<client::FactInput>> OpenKeyFile(const std::string& path,
                                                               const std::string& space,
                                                               uint64_t skip_keys) {
  absl::StatusOr<std::unique_ptr<KeyFactReader>> reader =
      KeyFactReader::Open(ToolFiles(), path, space);
  if (!reader.ok()) return reader.status();
  if (absl::Status status = (*reader)->Skip(skip_keys); !status.ok()) return status;
  return std::make_unique<KeyFileInput>(*std::move(reader));
}

absl::StatusOr<std::unique_ptr<KeyFileWriter>> KeyFileWriter::Create(const std::string& path,
                                                                     bool tree) {
  absl::StatusOr<std::unique_ptr<RawKeyWriter>> writer =
      RawKeyWriter::Create(ToolFiles(), path, tree);
  if (!writer.ok()) return writer.status();
  return std::make_unique<RawKeyFileWriter>(*std::move(writer));
}

absl::Status CheckFact(const v1::Fact& fact) {
  if (absl::Status status = CheckFactText(fact.term(), fact.name()); !status.ok()) return status;
  const v1::Entry& entry = fact.entry();
  if (entry.has_confidence() && !(entry.confidence() >= 0 && entry.confidence() <= 1)) {
    return absl::InvalidArgumentError(
        fmt::format("confidence {}: must be between 0 and 1", entry.confidence()));
  }
  size_t metadata_bytes = 0;
  for (const auto& [key, value] : entry.metadata()) metadata_bytes += key.size() + value.size();
  if (entry.source().size() > kSourceBytesMax || entry.metadata_size() > kMetadataPairsMax ||
      metadata_bytes > kMetadataBytesMax) {
    return absl::ResourceExhaustedError(
        fmt::format("a source of {} bytes and metadata of {} pairs and {} bytes: at most {}, {} "
                    "and {} are allowed",
                    entry.source().size(), entry.metadata_size(), metadata_bytes, kSourceBytesMax,
                    kMetadataPairsMax, kMetadataBytesMax));
  }
  return absl::OkStatus();
}

}  // namespace pathkb::cli
