#include "core/facts/batch.h"

#include "fmt/format.h"

#include "core/base/varint.h"

namespace pathkb {
namespace {

// What the bytes of a change of each kind hold behind the kind.
bool HasTerm(Change::Kind kind) {
  return kind == Change::Kind::kSet || kind == Change::Kind::kDeleteTerm ||
         kind == Change::Kind::kIndexFacts || kind == Change::Kind::kDeleteCopies;
}
bool HasName(Change::Kind kind) {
  return kind == Change::Kind::kSet || kind == Change::Kind::kDeleteName ||
         kind == Change::Kind::kDeleteNamesBelow || kind == Change::Kind::kForkSpace;
}
bool HasEntry(Change::Kind kind) {
  return kind == Change::Kind::kSet || kind == Change::Kind::kIndexFacts ||
         kind == Change::Kind::kForkSpace;
}
bool HasIndex(Change::Kind kind) { return kind == Change::Kind::kIndexArguments; }
bool IsKind(uint8_t kind) {
  return kind >= 1 && kind <= static_cast<uint8_t>(Change::Kind::kDeleteCopies);
}

// Where a kind of change could stand: a request follows. No kind has this number.
constexpr char kRequestMark = 0;

// Takes a set of positions from the front of `bytes`; false if there is none.
bool ConsumePositions(std::string_view& bytes, IndexedArguments& positions) {
  uint64_t bits = 0;
  if (!ConsumeVarint(bytes, bits)) return false;
  positions = IndexedArguments::FromBits(bits);
  return positions.bits() == bits;
}

}  // namespace

std::string EncodeBatch(const Batch& batch) {
  std::string out;
  AppendLengthPrefixed(batch.space, out);
  if (!batch.request_id.empty()) {
    out.push_back(kRequestMark);
    AppendLengthPrefixed(batch.request_id, out);
    AppendLengthPrefixed(batch.request_outcome, out);
  }
  for (const Change& change : batch.changes) {
    out.push_back(static_cast<char>(change.kind));
    if (HasTerm(change.kind)) AppendLengthPrefixed(change.encoded_term, out);
    if (HasName(change.kind)) AppendLengthPrefixed(change.name, out);
    if (HasEntry(change.kind)) AppendLengthPrefixed(change.entry, out);
    if (HasIndex(change.kind)) {
      AppendVarint(change.index.begun.bits(), out);
      AppendVarint(change.index.whole.bits(), out);
      AppendVarint(change.index.dropped.bits(), out);
    }
    if (change.kind == Change::Kind::kDuplicates) out.push_back(change.keeps_duplicates ? 1 : 0);
  }
  return out;
}

absl::StatusOr<Batch> DecodeBatch(std::string_view bytes) {
  std::string_view rest = bytes;
  const auto bad = [&](std::string_view what) {
    return absl::DataLossError(fmt::format("batch of {} bytes: {} at byte {}", bytes.size(), what,
                                           bytes.size() - rest.size()));
  };
  const auto consume = [&](std::string& text) {
    std::string_view view;
    if (!ConsumeLengthPrefixed(rest, view)) return false;
    text = view;
    return true;
  };
  Batch batch;
  if (!consume(batch.space)) return bad("no space name");
  if (rest.starts_with(kRequestMark)) {
    rest.remove_prefix(1);
    if (!consume(batch.request_id) || batch.request_id.empty()) return bad("no request id");
    if (!consume(batch.request_outcome)) return bad("no request outcome");
  }
  while (!rest.empty()) {
    Change change;
    const uint8_t kind = static_cast<uint8_t>(rest[0]);
    if (!IsKind(kind)) return bad(fmt::format("unknown kind of change {}", kind));
    change.kind = static_cast<Change::Kind>(kind);
    rest.remove_prefix(1);
    if (HasTerm(change.kind) && !consume(change.encoded_term)) return bad("no term");
    if (HasName(change.kind) && !consume(change.name)) return bad("no name");
    if (HasEntry(change.kind) && !consume(change.entry)) return bad("no entry");
    if (HasIndex(change.kind) && !(ConsumePositions(rest, change.index.begun) &&
                                   ConsumePositions(rest, change.index.whole) &&
                                   ConsumePositions(rest, change.index.dropped))) {
      return bad("no positions of arguments");
    }
    if (change.kind == Change::Kind::kDuplicates) {
      if (rest.empty() || (rest[0] != 0 && rest[0] != 1))
        return bad("neither a set nor a multiset");
      change.keeps_duplicates = rest[0] == 1;
      rest.remove_prefix(1);
    }
    batch.changes.push_back(std::move(change));
  }
  return batch;
}

}  // namespace pathkb
