// One read-only mapping of a whole file, as it was when it was opened.

#ifndef PATHKB_STORAGE_FILE_MAPPED_FILE_H_
#define PATHKB_STORAGE_FILE_MAPPED_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb {

// Files smaller than this are read into memory: a mapping costs more than it saves.
inline constexpr uint64_t kMapBytesMin = uint64_t{1} << 20;

// How the bytes are going to be read; decides how far the kernel reads ahead.
enum class MapAccess {
  kRandom,      // Lookups: a page at a time. What Map() starts with.
  kSequential,  // Once, from the start to the end.
};

// Immutable, so any number of threads may read it; views into bytes() must not outlive it.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  // The whole content; its size never changes, whatever happens to the file.
  virtual std::string_view bytes() const = 0;
  // The name it was opened by, for messages.
  virtual const std::string& path() const = 0;
  // A hint, which may be given at any time and may do nothing.
  virtual void Advise(MapAccess access) const { static_cast<void>(access); }
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_MAPPED_FILE_H_
