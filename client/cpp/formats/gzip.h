// gzip (RFC 1952), in and out, as streams.

#ifndef PATHKB_CLIENT_CPP_FORMATS_GZIP_H_
#define PATHKB_CLIENT_CPP_FORMATS_GZIP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "client/cpp/chunk_source.h"

struct z_stream_s;

namespace pathkb::client {

// Unpacks an input, if it is packed: the first two bytes tell. Members that follow one another are
// one text, as `cat a.gz b.gz` makes them; zeros behind the last one are padding. One thread at a
// time. Memory: 300 KiB.
class GunzipSource {
 public:
  // Reads from `packed`.
  explicit GunzipSource(ChunkSource packed);
  ~GunzipSource();
  GunzipSource(const GunzipSource&) = delete;
  GunzipSource& operator=(const GunzipSource&) = delete;

  // A ChunkSource of the unpacked text; `bytes` is at least 1. What came before an error is good as
  // far as it was handed out, but for the checksum at the end of its member.
  //   DataLoss   the packed text is cut off, damaged, or followed by something else; says at which
  //              byte of the packed input
  //   others     as `packed`
  absl::StatusOr<size_t> Read(char* buffer, size_t bytes);

 private:
  enum class Form { kUnknown, kPlain, kPacked };

  // Reads on, behind what is there; false at the end of the input.
  absl::StatusOr<bool> ReadMore();
  absl::Status FindForm();
  // Begins the next member, if there is one; false if only padding is left.
  absl::StatusOr<bool> BeginMember();
  absl::Status Damage(std::string_view what) const;

  const ChunkSource packed_;
  std::unique_ptr<z_stream_s> stream_;  // Null before the first member.
  Form form_ = Form::kUnknown;
  std::vector<char> input_;
  size_t input_begin_ = 0;  // What is read and not used: input_[input_begin_, input_end_).
  size_t input_end_ = 0;
  bool input_ended_ = false;
  bool in_member_ = false;
  uint64_t used_bytes_ = 0;  // Of the packed input.
};

// Packs a text. One thread at a time.
class GzipText {
 public:
  // ResourceExhausted if zlib gets no memory.
  static absl::StatusOr<std::unique_ptr<GzipText>> New();
  ~GzipText();
  GzipText(const GzipText&) = delete;
  GzipText& operator=(const GzipText&) = delete;

  // Packs `text` and appends to `packed` what is ready of it.
  void Append(std::string_view text, std::string& packed) { Deflate(text, false, packed); }
  // Appends the rest. Once, at the end.
  void Finish(std::string& packed) { Deflate({}, true, packed); }

 private:
  GzipText();
  void Deflate(std::string_view text, bool finish, std::string& packed);

  const std::unique_ptr<z_stream_s> stream_;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_GZIP_H_
