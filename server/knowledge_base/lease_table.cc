#include "server/knowledge_base/lease_table.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/facts/copy_mark.h"
#include "core/facts/keys.h"
#include "server/config/limits.h"

namespace pathkb {
namespace {

constexpr size_t kIdBytes = 16;

std::string NewId() {
  std::array<uint8_t, kIdBytes> bytes;
  PATHKB_CHECK(getentropy(bytes.data(), bytes.size()) == 0);
  std::string id;
  for (const uint8_t byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

absl::Status CheckPart(const LeasePart& part) {
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(part.space));
  // A name may begin with nothing.
  if (!part.name_prefix.has_value() || part.name_prefix->empty()) return absl::OkStatus();
  return CheckFactName(*part.name_prefix);
}

absl::Status CheckHolder(std::string_view holder) {
  const bool controls = std::any_of(holder.begin(), holder.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (!holder.empty() && holder.size() <= kLeaseHolderBytesMax && !controls) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("holder of {} bytes: must be 1 to {} bytes of text in one line, and say who asks",
                  holder.size(), kLeaseHolderBytesMax));
}

absl::Status CheckTtl(absl::Duration ttl) {
  if (ttl >= kLeaseTtlMin && ttl <= kLeaseTtlMax) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "a lease for {} ms: must be {} to {} ms", absl::ToInt64Milliseconds(ttl),
      absl::ToInt64Milliseconds(kLeaseTtlMin), absl::ToInt64Milliseconds(kLeaseTtlMax)));
}

}  // namespace

std::string ToText(const LeasePart& part) {
  if (!part.name_prefix.has_value()) return fmt::format("space \"{}\"", part.space);
  return fmt::format("names of space \"{}\" that begin with \"{}\"", part.space, *part.name_prefix);
}

LeaseTable::Touched LeaseTable::TouchedBy(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kSet:
      if (!FactNameOf(change.name).empty()) return {Touched::Kind::kName, change.name};
      return {Touched::Kind::kUnnamed, ""};
    case Change::Kind::kDeleteTerm:
    case Change::Kind::kDeleteCopies:
      return {Touched::Kind::kUnnamed, ""};
    case Change::Kind::kDeleteName:
      return {Touched::Kind::kName, change.name};
    case Change::Kind::kDeleteNamesBelow:
      return {Touched::Kind::kNamesBelow, change.name};
    case Change::Kind::kIndexFacts:
      return {Touched::Kind::kNothing, ""};
    case Change::Kind::kIndexArguments:
      // That what was begun is whole now is no decision any more.
      if (!change.index.whole.empty() && change.index.begun.empty() &&
          change.index.dropped.empty()) {
        return {Touched::Kind::kNothing, ""};
      }
      return {Touched::Kind::kAll, ""};
    default:
      return {Touched::Kind::kAll, ""};
  }
}

std::string LeaseTable::ToText(const Touched& touched, const std::string& space) {
  switch (touched.kind) {
    case Touched::Kind::kNothing:
      return "nothing";
    case Touched::Kind::kUnnamed:
      return fmt::format("facts without a name of space \"{}\"", space);
    case Touched::Kind::kName:
      return fmt::format("the name \"{}\" of space \"{}\"", touched.name, space);
    case Touched::Kind::kNamesBelow:
      return fmt::format("names of space \"{}\" that begin with \"{}\"", space, touched.name);
    case Touched::Kind::kAll:
      break;
  }
  return fmt::format("all of space \"{}\"", space);
}

bool LeaseTable::Covers(const LeasePart& part, const Touched& touched) {
  if (!part.name_prefix.has_value() || touched.kind == Touched::Kind::kNothing) return true;
  const bool by_name =
      touched.kind == Touched::Kind::kName || touched.kind == Touched::Kind::kNamesBelow;
  return by_name && touched.name.starts_with(*part.name_prefix);
}

LeaseTable::Leases::const_iterator LeaseTable::FindOn(const std::string& space,
                                                      const Touched& touched) const {
  const auto none = leases_.end();
  if (touched.kind == Touched::Kind::kNothing) return none;
  const auto first = leases_.lower_bound(LeasePart{space, std::nullopt});
  if (first == none || first->first.space != space) return none;
  if (!first->first.name_prefix.has_value() || touched.kind == Touched::Kind::kAll) return first;
  if (touched.kind == Touched::Kind::kUnnamed) return none;
  // No prefix that is held begins another one, so the last that is not behind the name is the only
  // one that may begin it.
  const auto behind = leases_.upper_bound(LeasePart{space, std::string(touched.name)});
  if (behind != first) {
    const auto before = std::prev(behind);
    if (touched.name.starts_with(*before->first.name_prefix)) return before;
  }
  if (touched.kind == Touched::Kind::kName || behind == none) return none;
  const bool below =
      behind->first.space == space && behind->first.name_prefix->starts_with(touched.name);
  return below ? behind : none;
}

void LeaseTable::Erase(const LeasePart& part) {
  const auto lease = leases_.find(part);
  parts_by_id_.erase(lease->second.id);
  ends_.erase({lease->second.end, part});
  leases_.erase(lease);
  held_.store(leases_.size(), std::memory_order_release);
}

void LeaseTable::EndDue(absl::Duration now) {
  while (!ends_.empty() && ends_.begin()->first <= now) {
    const LeasePart part = ends_.begin()->second;
    Erase(part);
  }
}

std::string LeaseTable::HeldText(const LeasePart& part, const Lease& lease,
                                 absl::Duration now) const {
  return fmt::format("{}: leased to \"{}\" for {:.1f} s more", pathkb::ToText(part), lease.holder,
                     absl::ToDoubleSeconds(std::min(lease.end - now, lease.ttl)));
}

absl::StatusOr<std::string> LeaseTable::Take(const LeasePart& part, std::string_view holder,
                                             absl::Duration ttl) {
  PATHKB_RETURN_IF_ERROR(CheckPart(part));
  PATHKB_RETURN_IF_ERROR(CheckHolder(holder));
  PATHKB_RETURN_IF_ERROR(CheckTtl(ttl));
  std::string id = NewId();
  const absl::Duration now = clock_.Monotonic();
  std::lock_guard<std::mutex> lock(mutex_);
  EndDue(now);
  const Touched wanted = part.name_prefix.has_value()
                             ? Touched{Touched::Kind::kNamesBelow, *part.name_prefix}
                             : Touched{Touched::Kind::kAll, ""};
  if (const auto other = FindOn(part.space, wanted); other != leases_.end()) {
    return absl::AbortedError(HeldText(other->first, other->second, now));
  }
  if (leases_.size() >= kLeasesMax) {
    return absl::ResourceExhaustedError(
        fmt::format("{} leases are held: no more are given", leases_.size()));
  }
  leases_[part] = Lease{id, std::string(holder), ttl, absl::InfiniteDuration()};
  parts_by_id_[id] = part;
  ends_.insert({absl::InfiniteDuration(), part});
  taken_.fetch_add(1, std::memory_order_acq_rel);
  held_.store(leases_.size(), std::memory_order_release);
  return id;
}

absl::Status LeaseTable::Renew(std::string_view id, absl::Duration ttl) {
  PATHKB_RETURN_IF_ERROR(CheckTtl(ttl));
  const absl::Duration now = clock_.Monotonic();
  std::lock_guard<std::mutex> lock(mutex_);
  EndDue(now);
  const auto found = parts_by_id_.find(id);
  if (found == parts_by_id_.end()) return absl::NotFoundError("the lease has ended");
  Lease& lease = leases_.at(found->second);
  ends_.erase({lease.end, found->second});
  lease.ttl = ttl;
  lease.end = now + ttl;
  ends_.insert({lease.end, found->second});
  return absl::OkStatus();
}

absl::Status LeaseTable::Release(std::string_view id) {
  const absl::Duration now = clock_.Monotonic();
  std::lock_guard<std::mutex> lock(mutex_);
  EndDue(now);
  const auto found = parts_by_id_.find(id);
  if (found == parts_by_id_.end()) return absl::NotFoundError("the lease has ended");
  const LeasePart part = found->second;
  Erase(part);
  return absl::OkStatus();
}

std::vector<LeaseTable::Shown> LeaseTable::List() {
  const absl::Duration now = clock_.Monotonic();
  std::lock_guard<std::mutex> lock(mutex_);
  EndDue(now);
  std::vector<Shown> shown;
  shown.reserve(leases_.size());
  for (const auto& [part, lease] : leases_) {
    shown.push_back({part, lease.holder, std::min(lease.end - now, lease.ttl)});
  }
  return shown;
}

absl::StatusOr<uint64_t> LeaseTable::Check(const Batch& batch, std::string_view id) {
  const absl::Duration now = clock_.Monotonic();
  std::lock_guard<std::mutex> lock(mutex_);
  EndDue(now);
  const LeasePart* own = nullptr;
  if (!id.empty()) {
    const auto found = parts_by_id_.find(id);
    if (found == parts_by_id_.end()) {
      return absl::FailedPreconditionError("the lease of this write has ended; nothing is written");
    }
    own = &found->second;
  }
  for (const Change& change : batch.changes) {
    const Touched touched = TouchedBy(change);
    if (own != nullptr) {
      if (batch.space == own->space && Covers(*own, touched)) continue;
      return absl::FailedPreconditionError(
          fmt::format("the lease of this write is of {}, and it touches {}; nothing is written",
                      pathkb::ToText(*own), ToText(touched, batch.space)));
    }
    if (const auto other = FindOn(batch.space, touched); other != leases_.end()) {
      return absl::FailedPreconditionError(
          fmt::format("{}; nothing is written", HeldText(other->first, other->second, now)));
    }
  }
  return taken();
}

}  // namespace pathkb
