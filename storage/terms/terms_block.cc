#include "storage/terms/terms_block.h"

#include <algorithm>

#include "fmt/format.h"
#include <zlib.h>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

// What the densest code of zlib stands for: 258 bytes in two bits.
constexpr uint64_t kRatioMax = 1032;

// On entries with sources and metadata, higher levels saved 2 % more and took twice the time or
// more; lower ones took as long.
constexpr int kLevel = 3;

// zlib reads through a pointer to what is not const.
Bytef* BytesOf(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

}  // namespace

// --- Header --------------------------------------------------------------------------------------

TermsBlockHeader TermsBlockHeader::Load(const char* from) {
  const uint32_t stored = LoadU32(from + 4);
  return {.raw_bytes = LoadU32(from),
          .stored_bytes = stored & ~kTermsBlockCompressedBit,
          .compressed = (stored & kTermsBlockCompressedBit) != 0};
}

void TermsBlockHeader::Append(std::string& out) const {
  AppendU32(static_cast<uint32_t>(raw_bytes), out);
  AppendU32(static_cast<uint32_t>(stored_bytes) | (compressed ? kTermsBlockCompressedBit : 0), out);
}

const char* TermsBlockHeader::BrokenRule() const {
  if (raw_bytes == 0) return "a block is not empty";
  if (raw_bytes > kTermsBlockRawBytesMax) return "a block has at most 64 MiB and an entry's length";
  if (!compressed) {
    return stored_bytes == raw_bytes ? nullptr : "a plain block is stored as it is";
  }
  if (stored_bytes >= raw_bytes) return "a compressed block is smaller than it was";
  if (raw_bytes > stored_bytes * kRatioMax) return "zlib saves at most 1031 bytes of 1032";
  return nullptr;
}

// --- TermsDeflater -------------------------------------------------------------------------------

struct TermsDeflater::State {
  z_stream stream = {};
  std::string piece = std::string(kPieceBytes, '\0');
};

TermsDeflater::TermsDeflater() : state_(std::make_unique<State>()) {
  PATHKB_CHECK(deflateInit(&state_->stream, kLevel) == Z_OK);
}

TermsDeflater::~TermsDeflater() { deflateEnd(&state_->stream); }

bool TermsDeflater::Deflate(std::string_view front, std::string_view rest,
                            const std::function<void(std::string_view)>& sink) {
  z_stream& stream = state_->stream;
  std::string& piece = state_->piece;
  PATHKB_CHECK(deflateReset(&stream) == Z_OK);
  const uint64_t raw_bytes = front.size() + rest.size();
  uint64_t stored_bytes = 0;
  stream.next_in = BytesOf(front);
  stream.avail_in = static_cast<uInt>(front.size());
  bool is_front = true;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (stream.avail_in == 0 && is_front) {
      stream.next_in = BytesOf(rest);
      stream.avail_in = static_cast<uInt>(rest.size());
      is_front = false;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = deflate(&stream, is_front ? Z_NO_FLUSH : Z_FINISH);
    PATHKB_CHECK(result == Z_OK || result == Z_STREAM_END);
    const size_t made = piece.size() - stream.avail_out;
    stored_bytes += made;
    if (stored_bytes >= raw_bytes) return false;
    if (made > 0) sink(std::string_view(piece).substr(0, made));
  }
  return true;
}

// --- TermsInflater -------------------------------------------------------------------------------

struct TermsInflater::State {
  z_stream stream = {};
};

TermsInflater::TermsInflater() : state_(std::make_unique<State>()) {
  PATHKB_CHECK(inflateInit(&state_->stream) == Z_OK);
}

TermsInflater::~TermsInflater() { inflateEnd(&state_->stream); }

absl::Status TermsInflater::Inflate(std::string_view& stored, char* to, size_t room,
                                    size_t& raw_bytes) {
  z_stream& stream = state_->stream;
  stream.next_in = BytesOf(stored);
  stream.avail_in = static_cast<uInt>(stored.size());
  stream.next_out = reinterpret_cast<Bytef*>(to);
  stream.avail_out = static_cast<uInt>(room);
  raw_bytes = 0;
  if (ended_) return absl::OkStatus();
  const int result = inflate(&stream, Z_NO_FLUSH);
  stored.remove_prefix(stored.size() - stream.avail_in);
  raw_bytes = room - stream.avail_out;
  // Z_BUF_ERROR says that there was nothing to do: no bytes in, or no room.
  if (result == Z_STREAM_END) ended_ = true;
  if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) return absl::OkStatus();
  PATHKB_CHECK(result != Z_MEM_ERROR && result != Z_STREAM_ERROR);
  return absl::DataLossError(fmt::format("the compressed bytes are damaged ({})",
                                         stream.msg == nullptr ? "zlib" : stream.msg));
}

absl::Status InflateTermsBlock(std::string_view stored, uint64_t raw_bytes, std::string& raw) {
  TermsInflater inflater;
  raw.clear();
  // Large ones grow as their bytes arrive: what a header declares is not yet there.
  for (size_t made = 0; made < raw_bytes;) {
    raw.resize(std::min<uint64_t>(raw_bytes, std::max<size_t>(2 * made, kPieceBytes)));
    size_t step_bytes = 0;
    PATHKB_RETURN_IF_ERROR(
        inflater.Inflate(stored, raw.data() + made, raw.size() - made, step_bytes));
    made += step_bytes;
    if (step_bytes == 0 || inflater.ended()) {
      raw.resize(made);
      break;
    }
  }
  // The end of the stream may still be to come.
  if (!inflater.ended() && raw.size() == raw_bytes) {
    char more = 0;
    size_t more_bytes = 0;
    PATHKB_RETURN_IF_ERROR(inflater.Inflate(stored, &more, 1, more_bytes));
    if (more_bytes != 0) return absl::DataLossError("a compressed block is longer than it says");
  }
  if (raw.size() != raw_bytes || !inflater.ended()) {
    return absl::DataLossError(
        fmt::format("a compressed block ends after {} bytes of {}", raw.size(), raw_bytes));
  }
  if (!stored.empty()) {
    return absl::DataLossError(fmt::format("{} bytes follow a compressed block", stored.size()));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
