// File names with their directories, put together and taken apart. Plain text work; asks no disk.

#ifndef PATHKB_STORAGE_FILE_PATH_PARTS_H_
#define PATHKB_STORAGE_FILE_PATH_PARTS_H_

#include <string>
#include <string_view>

namespace pathkb {

// `directory`/`name`, with one slash between them; `name` alone if `directory` is empty.
inline std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string joined(directory);
  if (!joined.empty() && joined.back() != '/') joined.push_back('/');
  joined.append(name);
  return joined;
}

// What SyncDirectory() needs after `path` was made: "a/b" for "a/b/c" and "a/b/c/", "." for "c",
// "/" for "/c" and "/".
inline std::string DirectoryPart(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  path = path.substr(0, slash);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path.empty() ? "/" : std::string(path);
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_PATH_PARTS_H_
