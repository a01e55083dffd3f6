#include "client/cpp/formats/gzip.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "fmt/format.h"
#include "zlib.h"

namespace pathkb::client {
namespace {

constexpr size_t kInputBytes = 64 << 10;
constexpr size_t kOutputBytes = 64 << 10;
constexpr unsigned char kMagic[] = {0x1F, 0x8B};
// zlib's way of asking for gzip instead of its own header.
constexpr int kGzipWindowBits = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;

unsigned Clamp(size_t bytes) {
  return static_cast<unsigned>(std::min<size_t>(bytes, std::numeric_limits<unsigned>::max()));
}

}  // namespace

GunzipSource::GunzipSource(ChunkSource packed) : packed_(std::move(packed)), input_(kInputBytes) {}

GunzipSource::~GunzipSource() {
  if (stream_) inflateEnd(stream_.get());
}

absl::Status GunzipSource::Damage(std::string_view what) const {
  return absl::DataLossError(fmt::format("at byte {} of the packed input: {}", used_bytes_, what));
}

absl::StatusOr<bool> GunzipSource::ReadMore() {
  if (input_ended_) return false;
  // Only ever called with little or nothing left.
  std::copy(input_.begin() + input_begin_, input_.begin() + input_end_, input_.begin());
  input_end_ -= std::exchange(input_begin_, 0);
  const absl::StatusOr<size_t> bytes =
      packed_(input_.data() + input_end_, input_.size() - input_end_);
  if (!bytes.ok()) return bytes.status();
  input_end_ += *bytes;
  input_ended_ = *bytes == 0;
  return !input_ended_;
}

absl::Status GunzipSource::FindForm() {
  while (input_end_ < sizeof kMagic) {
    const absl::StatusOr<bool> more = ReadMore();
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  const bool packed =
      input_end_ >= sizeof kMagic && std::memcmp(input_.data(), kMagic, sizeof kMagic) == 0;
  form_ = packed ? Form::kPacked : Form::kPlain;
  return absl::OkStatus();
}

absl::StatusOr<bool> GunzipSource::BeginMember() {
  const bool is_first = stream_ == nullptr;
  for (;;) {
    while (!is_first && input_begin_ < input_end_ && input_[input_begin_] == '\0') {
      ++input_begin_;
      ++used_bytes_;
    }
    if (input_begin_ < input_end_) break;
    const absl::StatusOr<bool> more = ReadMore();
    if (!more.ok()) return more.status();
    if (!*more) return false;
  }
  if (static_cast<unsigned char>(input_[input_begin_]) != kMagic[0]) {
    return Damage("something that is not gzip follows");
  }
  if (is_first) {
    stream_ = std::make_unique<z_stream_s>();
    if (inflateInit2(stream_.get(), kGzipWindowBits) != Z_OK) {
      stream_.reset();
      return absl::ResourceExhaustedError("no memory for zlib");
    }
  } else {
    inflateReset(stream_.get());
  }
  return true;
}

absl::StatusOr<size_t> GunzipSource::Read(char* buffer, size_t bytes) {
  if (form_ == Form::kUnknown) {
    if (absl::Status status = FindForm(); !status.ok()) return status;
  }
  if (form_ == Form::kPlain) {
    if (input_begin_ == input_end_) return packed_(buffer, bytes);
    const size_t count = std::min(bytes, input_end_ - input_begin_);
    std::memcpy(buffer, input_.data() + input_begin_, count);
    input_begin_ += count;
    return count;
  }
  for (;;) {
    if (!in_member_) {
      const absl::StatusOr<bool> more = BeginMember();
      if (!more.ok()) return more.status();
      if (!*more) return 0;
      in_member_ = true;
    }
    if (input_begin_ == input_end_) {
      const absl::StatusOr<bool> more = ReadMore();
      if (!more.ok()) return more.status();
      if (!*more) return Damage("the input is cut off in the middle of its gzip stream");
    }
    stream_->next_in = reinterpret_cast<Bytef*>(input_.data() + input_begin_);
    stream_->avail_in = Clamp(input_end_ - input_begin_);
    stream_->next_out = reinterpret_cast<Bytef*>(buffer);
    stream_->avail_out = Clamp(bytes);
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    const size_t used = input_end_ - input_begin_ - stream_->avail_in;
    input_begin_ += used;
    used_bytes_ += used;
    if (result == Z_STREAM_END) in_member_ = false;
    if (result == Z_MEM_ERROR) return absl::ResourceExhaustedError("no memory for zlib");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return Damage(stream_->msg != nullptr ? stream_->msg : "this is no gzip stream");
    }
    const size_t made = Clamp(bytes) - stream_->avail_out;
    if (made > 0) return made;
  }
}

GzipText::GzipText() : stream_(std::make_unique<z_stream_s>()) {}

absl::StatusOr<std::unique_ptr<GzipText>> GzipText::New() {
  auto gzip = std::unique_ptr<GzipText>(new GzipText());
  if (deflateInit2(gzip->stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError("no memory for zlib");
  }
  return gzip;
}

GzipText::~GzipText() { deflateEnd(stream_.get()); }

void GzipText::Deflate(std::string_view text, bool finish, std::string& packed) {
  // Never so much at once that zlib's counters would not hold it.
  do {
    const std::string_view piece = text.substr(0, std::numeric_limits<unsigned>::max());
    text.remove_prefix(piece.size());
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_->avail_in = static_cast<unsigned>(piece.size());
    const int flush = finish && text.empty() ? Z_FINISH : Z_NO_FLUSH;
    do {
      const size_t before = packed.size();
      packed.resize(before + kOutputBytes);
      stream_->next_out = reinterpret_cast<Bytef*>(packed.data() + before);
      stream_->avail_out = kOutputBytes;
      deflate(stream_.get(), flush);
      packed.resize(packed.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  } while (!text.empty());
}

}  // namespace pathkb::client
