#include "storage/act/sibling_table.h"

namespace pathkb {

void AppendSiblingTable(std::span<const uint32_t> positions, bool is_wide, ByteBuffer& out) {
  for (size_t i = positions.size() - 1; i > 1; --i) {
    out.push_back(static_cast<char>(positions[i]));
    if (is_wide) out.push_back(static_cast<char>(positions[i] >> 8));
  }
  out.push_back(static_cast<char>(positions[1] | (is_wide ? kWideTableBit : 0)));
}

}  // namespace pathkb
