#include "storage/delta/paths_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = 32 << 10;

}  // namespace

PathsReader::PathsReader(std::string name, const PathsReaderOptions& options)
    : name_(std::move(name)), options_(options), piece_(std::make_unique<char[]>(kPieceBytes)) {}

void PathsReader::Feed(std::string_view bytes) {
  PATHKB_CHECK(is_drained_);
  if (bytes.empty()) return;
  input_ = bytes;
  is_drained_ = false;
}

absl::StatusOr<std::optional<std::string_view>> PathsReader::Next() {
  if (!status_.ok()) return status_;
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> path, NextInPiece());
    if (path.has_value()) return path;
    PATHKB_ASSIGN_OR_RETURN(const bool has_piece, InflatePiece());
    if (!has_piece) break;
  }
  if (inflater_.ended()) {
    if (length_digit_count_ == sizeof(length_digits_)) {
      return Fail(absl::StatusCode::kDataLoss, record_offset_,
                  fmt::format("the stream ends after {} of the {} bytes of its last path",
                              carried_.size(), length_));
    }
    if (length_digit_count_ > 0) {
      return Fail(
          absl::StatusCode::kDataLoss, record_offset_,
          fmt::format("the stream ends after {} of the 4 bytes of a length", length_digit_count_));
    }
    if (!input_.empty() && !options_.embedded) {
      return Fail(absl::StatusCode::kDataLoss, record_offset_,
                  fmt::format("at least {} bytes follow the stream", input_.size()));
    }
  }
  is_drained_ = true;
  return std::nullopt;
}

absl::Status PathsReader::Finish() {
  PATHKB_RETURN_IF_ERROR(status_);
  if (!is_drained_) {
    return absl::FailedPreconditionError(fmt::format("{}: there are paths left to read", name_));
  }
  if (inflater_.ended()) return absl::OkStatus();
  if (inflater_.used_bytes() > 0) {
    return Fail(absl::StatusCode::kDataLoss, inflater_.made_bytes(),
                "the stream is cut off: its end is missing");
  }
  if (options_.accept_no_bytes) return absl::OkStatus();
  return Fail(absl::StatusCode::kDataLoss, 0, "no bytes at all, but an empty list has eight");
}

absl::StatusOr<std::optional<std::string_view>> PathsReader::NextInPiece() {
  if (length_digit_count_ < sizeof(length_digits_)) {
    if (unparsed_.empty()) return std::nullopt;
    const size_t taken = std::min(unparsed_.size(), sizeof(length_digits_) - length_digit_count_);
    std::memcpy(length_digits_ + length_digit_count_, unparsed_.data(), taken);
    length_digit_count_ += taken;
    unparsed_.remove_prefix(taken);
    if (length_digit_count_ < sizeof(length_digits_)) return std::nullopt;
    length_ = LoadU32(length_digits_);
    carried_.clear();
    PATHKB_RETURN_IF_ERROR(CheckLength());
  }
  std::string_view path;
  if (carried_.empty() && unparsed_.size() >= length_) {
    path = unparsed_.substr(0, length_);
    unparsed_.remove_prefix(length_);
  } else {
    const size_t taken = std::min<uint64_t>(unparsed_.size(), length_ - carried_.size());
    carried_.append(unparsed_.substr(0, taken));
    unparsed_.remove_prefix(taken);
    if (carried_.size() < length_) return std::nullopt;
    path = carried_;
  }
  PATHKB_RETURN_IF_ERROR(CheckOrder(path));
  length_digit_count_ = 0;
  record_offset_ += sizeof(length_digits_) + path.size();
  path_bytes_ += path.size();
  ++record_count_;
  return path;
}

absl::Status PathsReader::CheckLength() {
  if (length_ > options_.record_bytes_max) {
    return Fail(options_.over_bound, record_offset_,
                fmt::format("path {} is {} bytes long, the bound is {}", record_count_, length_,
                            options_.record_bytes_max));
  }
  if (record_count_ >= options_.record_count_max) {
    return Fail(options_.over_bound, record_offset_,
                fmt::format("more than {} paths", options_.record_count_max));
  }
  return absl::OkStatus();
}

absl::Status PathsReader::CheckOrder(std::string_view path) {
  if (!strictly_ascending_) return absl::OkStatus();
  if (record_count_ > 0 && path <= last_path_) {
    strictly_ascending_ = false;
    if (!options_.must_ascend) return absl::OkStatus();
    return Fail(absl::StatusCode::kDataLoss, record_offset_,
                fmt::format("path {} is not above the path before it", record_count_));
  }
  last_path_ = path;
  return absl::OkStatus();
}

absl::StatusOr<bool> PathsReader::InflatePiece() {
  // A step may leave bytes inside that did not fit, with no input left. They come with the next
  // input, which there must be: the end of the stream is not taken before its content is out.
  while (!inflater_.ended() && !input_.empty()) {
    const absl::StatusOr<Inflater::Step> step =
        inflater_.Inflate(input_, piece_.get(), kPieceBytes);
    if (!step.ok()) {
      return Fail(step.status().code(), inflater_.made_bytes(), ToStd(step.status().message()));
    }
    input_.remove_prefix(step->used);
    if (inflater_.made_bytes() > options_.inflated_bytes_max) {
      return Fail(options_.over_bound, inflater_.made_bytes(),
                  fmt::format("more than {} inflated bytes", options_.inflated_bytes_max));
    }
    if (options_.ratio_max > 0 && inflater_.made_bytes() > options_.ratio_free_bytes &&
        inflater_.made_bytes() / options_.ratio_max > inflater_.used_bytes()) {
      return Fail(
          options_.over_bound, inflater_.made_bytes(),
          fmt::format("more than {} inflated bytes for each compressed one", options_.ratio_max));
    }
    if (step->made > 0) {
      unparsed_ = {piece_.get(), step->made};
      return true;
    }
    if (step->used == 0) {
      return Fail(absl::StatusCode::kInternal, inflater_.made_bytes(), "zlib takes no more input");
    }
  }
  return false;
}

absl::Status PathsReader::Fail(absl::StatusCode code, uint64_t inflated_offset,
                               std::string_view rule) {
  status_ = absl::Status(
      code, fmt::format("{}: at byte {} (inflated byte {}): {}", name_,
                        options_.start_offset + inflater_.used_bytes(), inflated_offset, rule));
  return status_;
}

absl::StatusOr<PathsRead> ReadPaths(
    std::string_view bytes, std::string name, const PathsReaderOptions& options,
    const std::function<absl::Status(std::string_view path)>& on_path) {
  PathsReader reader(std::move(name), options);
  reader.Feed(bytes);
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> path, reader.Next());
    if (!path.has_value()) break;
    PATHKB_RETURN_IF_ERROR(on_path(*path));
  }
  PATHKB_RETURN_IF_ERROR(reader.Finish());
  return PathsRead{.records = reader.record_count(),
                   .path_bytes = reader.path_bytes(),
                   .inflated_bytes = reader.inflated_bytes(),
                   .bytes_used = reader.bytes_used(),
                   .strictly_ascending = reader.strictly_ascending()};
}

}  // namespace pathkb
