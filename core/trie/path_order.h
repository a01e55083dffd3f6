// The order of paths: that of their bytes, unsigned, a path before those that begin with it.

#ifndef PATHKB_CORE_TRIE_PATH_ORDER_H_
#define PATHKB_CORE_TRIE_PATH_ORDER_H_

#include <string>

namespace pathkb {

// The first path behind all that begin with `path`; empty if there is none.
inline std::string BehindAllBelow(std::string path) {
  while (!path.empty() && path.back() == '\xff') path.pop_back();
  if (!path.empty()) ++path.back();
  return path;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_PATH_ORDER_H_
