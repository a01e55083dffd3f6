#include "storage/delta/zlib_stream.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include <zlib.h>

namespace pathkb {
namespace {

// A window of 32 KiB and a zlib header, no gzip; memory level 8 as PathMap has it.
constexpr int kWindowBits = 15;
constexpr int kMemoryLevel = 8;

constexpr size_t kPieceBytes = 16 << 10;

// zlib counts in 32 bits; longer input goes in several calls.
constexpr size_t kInputBytesMax = size_t{1} << 30;

// zlib does not change its input, but its interface does not say so.
Bytef* ZlibBytes(const char* bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes)); }

absl::Status NoMemory() { return absl::ResourceExhaustedError("no memory for zlib"); }

}  // namespace

// --- Deflater ------------------------------------------------------------------------------------

Deflater::Deflater(ByteSink sink, int level)
    : sink_(std::move(sink)),
      stream_(std::make_unique<z_stream_s>()),
      out_(std::make_unique<char[]>(kPieceBytes)) {
  if (deflateInit2(stream_.get(), level, Z_DEFLATED, kWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    status_ = NoMemory();
  }
}

Deflater::~Deflater() { deflateEnd(stream_.get()); }

absl::Status Deflater::Append(std::string_view bytes) {
  raw_bytes_ += bytes.size();
  while (!bytes.empty() && status_.ok()) {
    const size_t taken = std::min(bytes.size(), kPieceBytes - pending_.size());
    pending_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (pending_.size() == kPieceBytes) Drain(Z_NO_FLUSH);
  }
  return status_;
}

absl::Status Deflater::Finish() {
  if (status_.ok()) Drain(Z_FINISH);
  return status_;
}

void Deflater::Drain(int flush) {
  checksum_.Update(pending_);
  stream_->next_in = ZlibBytes(pending_.data());
  stream_->avail_in = static_cast<uInt>(pending_.size());
  int result = Z_OK;
  do {
    stream_->next_out = ZlibBytes(out_.get());
    stream_->avail_out = kPieceBytes;
    result = deflate(stream_.get(), flush);
    const std::string_view made(out_.get(), kPieceBytes - stream_->avail_out);
    if (made.empty()) continue;
    stored_bytes_ += made.size();
    status_ = sink_(made);
    if (!status_.ok()) return;
  } while (flush == Z_FINISH ? result == Z_OK : stream_->avail_out == 0);
  pending_.clear();
}

// --- Inflater ------------------------------------------------------------------------------------

Inflater::Inflater() : stream_(std::make_unique<z_stream_s>()) {
  if (inflateInit2(stream_.get(), kWindowBits) != Z_OK) status_ = NoMemory();
}

Inflater::~Inflater() { inflateEnd(stream_.get()); }

absl::StatusOr<Inflater::Step> Inflater::Inflate(std::string_view in, char* out, size_t out_bytes) {
  if (!status_.ok()) return status_;
  if (ended_) return Step();
  if (used_bytes_ == 0 && !in.empty()) first_byte_ = static_cast<uint8_t>(in[0]);
  const size_t in_bytes = std::min(in.size(), kInputBytesMax);
  stream_->next_in = ZlibBytes(in.data());
  stream_->avail_in = static_cast<uInt>(in_bytes);
  stream_->next_out = ZlibBytes(out);
  stream_->avail_out = static_cast<uInt>(out_bytes);
  const int result = inflate(stream_.get(), Z_NO_FLUSH);
  const Step step = {in_bytes - stream_->avail_in, out_bytes - stream_->avail_out};
  used_bytes_ += step.used;
  made_bytes_ += step.made;
  checksum_.Update({out, step.made});
  switch (result) {
    case Z_STREAM_END:
      ended_ = true;
      return step;
    case Z_OK:
    case Z_BUF_ERROR:  // Nothing to do without more input.
      return step;
    case Z_NEED_DICT:
      status_ = absl::DataLossError("the zlib stream wants a preset dictionary");
      break;
    case Z_MEM_ERROR:
      status_ = NoMemory();
      break;
    default: {
      const std::string_view found = stream_->msg != nullptr ? stream_->msg : "stream error";
      if (used_bytes_ <= 2) {
        status_ = absl::DataLossError(fmt::format("not a zlib stream: {}{}", found,
                                                  first_byte_ == 0x1f ? ", but perhaps gzip" : ""));
      } else if (found == "incorrect data check") {
        status_ = absl::DataLossError("the Adler-32 at the end does not match the content");
      } else {
        status_ = absl::DataLossError(fmt::format("broken zlib stream: {}", found));
      }
    }
  }
  return status_;
}

}  // namespace pathkb
