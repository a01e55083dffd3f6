#include "server/rpc/proto_conversion.h"

#include <cmath>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "server/config/limits.h"

namespace pathkb {
namespace {

// Errors begin with `name`.
absl::StatusOr<Term> ParseNamed(std::string_view name, const std::string& text) {
  absl::StatusOr<Term> term = ParseTerm(text, kTermLimits);
  if (term.ok()) return term;
  return absl::Status(term.status().code(),
                      fmt::format("{}{}", name, ToStd(term.status().message())));
}

}  // namespace

absl::StatusOr<std::string> SpaceOf(const std::string& space) {
  if (space.empty()) return std::string("default");
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(space));
  return space;
}

absl::StatusOr<Entry> ToEntry(const v1::Entry& message) {
  Entry entry;
  if (message.has_confidence()) {
    entry.confidence = message.confidence();
    if (!(entry.confidence >= 0 && entry.confidence <= 1)) {
      return absl::InvalidArgumentError(
          fmt::format("confidence {}: must be between 0 and 1", entry.confidence));
    }
  }
  if (message.source().size() > kSourceBytesMax) {
    return absl::ResourceExhaustedError(fmt::format("source of {} bytes: at most {} are allowed",
                                                    message.source().size(), kSourceBytesMax));
  }
  entry.source = message.source();
  size_t metadata_bytes = 0;
  for (const auto& [key, value] : message.metadata()) {
    metadata_bytes += key.size() + value.size();
    entry.metadata.emplace(key, value);
  }
  if (entry.metadata.size() > kMetadataPairsMax || metadata_bytes > kMetadataBytesMax) {
    return absl::ResourceExhaustedError(
        fmt::format("metadata of {} pairs and {} bytes: at most {} pairs and {} bytes are allowed",
                    entry.metadata.size(), metadata_bytes, kMetadataPairsMax, kMetadataBytesMax));
  }
  if (!message.encoded_term().empty() || message.variable_names_size() != 0) {
    return absl::InvalidArgumentError(
        "entry: encoded_term and variable_names are filled by the server and must be empty");
  }
  return entry;
}

absl::StatusOr<Change> ToSet(const v1::Fact& fact) {
  Change change;
  PATHKB_ASSIGN_OR_RETURN(Entry entry, ToEntry(fact.entry()));
  PATHKB_ASSIGN_OR_RETURN(const Term term, fact.has_structured()
                                               ? ToTerm(fact.structured())
                                               : ParseTerm(fact.term(), kTermLimits));
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, change.encoded_term, &entry.variable_names));
  if (!fact.name().empty()) {
    PATHKB_RETURN_IF_ERROR(CheckFactName(fact.name()));
    change.name = fact.name();
    entry.encoded_term = change.encoded_term;
  }
  change.entry = EncodeEntry(entry);
  return change;
}

absl::StatusOr<std::string> ToEncodedTerm(const std::string& text) {
  PATHKB_ASSIGN_OR_RETURN(const Term term, ParseTerm(text, kTermLimits));
  std::string encoded;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, encoded));
  return encoded;
}

absl::StatusOr<Change> ToDeleteTerm(const std::string& term) {
  Change change;
  change.kind = Change::Kind::kDeleteTerm;
  PATHKB_ASSIGN_OR_RETURN(change.encoded_term, ToEncodedTerm(term));
  return change;
}

absl::StatusOr<Change> ToDeleteName(const std::string& name) {
  PATHKB_RETURN_IF_ERROR(CheckFactName(name));
  Change change;
  change.kind = Change::Kind::kDeleteName;
  change.name = name;
  return change;
}

absl::StatusOr<Change> ToDeleteNamesBelow(const std::string& name_prefix) {
  if (!name_prefix.empty()) PATHKB_RETURN_IF_ERROR(CheckFactName(name_prefix));
  Change change;
  change.kind = Change::Kind::kDeleteNamesBelow;
  change.name = name_prefix;
  return change;
}

absl::StatusOr<Term> ToPatternTerm(const std::string& text) {
  return ParseNamed("pattern: ", text);
}

absl::StatusOr<Term> ToTemplateTerm(const std::string& text) {
  return ParseNamed("template: ", text);
}

absl::Status FillFact(std::string_view encoded_term, std::string_view name, const Entry& entry,
                      v1::Fact& fact, TermForm form) {
  PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(encoded_term, entry.variable_names));
  FillForm(term, form, fact);
  fact.set_name(std::string(name));
  if (entry.confidence != 1) fact.mutable_entry()->set_confidence(entry.confidence);
  if (!entry.source.empty()) fact.mutable_entry()->set_source(entry.source);
  for (const auto& [key, value] : entry.metadata) {
    (*fact.mutable_entry()->mutable_metadata())[key] = value;
  }
  return absl::OkStatus();
}

v1::Snapshot ToProto(const SnapshotRecord& record, uint32_t format_version, bool base) {
  v1::Snapshot message;
  message.set_id(record.id);
  message.set_revision(record.revision);
  message.set_created_unix_ms(record.created_unix_ms);
  message.set_facts(record.facts);
  message.set_paths(record.paths);
  message.set_entries(record.entries);
  message.set_tree_bytes(record.tree_bytes);
  message.set_terms_bytes(record.terms_bytes);
  message.set_base(base);
  message.set_format_version(format_version);
  message.set_parent_id(record.parent_id);
  message.set_deduplicated(record.deduplicated);
  message.set_server_version(record.server_version);
  message.set_pinned(record.pinned);
  return message;
}

}  // namespace pathkb
