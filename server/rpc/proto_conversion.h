// Messages to core types and back; the only file that knows both.

#ifndef PATHKB_SERVER_RPC_PROTO_CONVERSION_H_
#define PATHKB_SERVER_RPC_PROTO_CONVERSION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "core/term/sexpr.h"
#include "core/term/term.h"
#include "pathkb/v1/fact_service.pb.h"
#include "pathkb/v1/query_service.pb.h"
#include "pathkb/v1/snapshot_service.pb.h"
#include "pathkb/v1/types.pb.h"
#include "server/rpc/term_conversion.h"
#include "storage/directory/manifest.h"

namespace pathkb {

// The space of a request: `default` if empty. InvalidArgument for a bad name.
absl::StatusOr<std::string> SpaceOf(const std::string& space);

// A fact to insert. InvalidArgument or ResourceExhausted says what is wrong with it, with line and
// column for its term.
absl::StatusOr<Change> ToSet(const v1::Fact& fact);

// A delete by term, or by name. Errors as ToSet().
absl::StatusOr<Change> ToDeleteTerm(const std::string& term);
absl::StatusOr<Change> ToDeleteName(const std::string& name);

// A delete of all facts whose names begin with `name_prefix`. InvalidArgument if no name can.
absl::StatusOr<Change> ToDeleteNamesBelow(const std::string& name_prefix);

// The encoded term of a text. Errors as ToSet().
absl::StatusOr<std::string> ToEncodedTerm(const std::string& text);

// A pattern's text. Errors as ToSet(), beginning with "pattern: ".
absl::StatusOr<Term> ToPatternTerm(const std::string& text);

// A template's text. Errors as ToSet(), beginning with "template: ".
absl::StatusOr<Term> ToTemplateTerm(const std::string& text);

// What a request says of the facts that it makes. InvalidArgument or ResourceExhausted for a part
// that is out of bounds.
absl::StatusOr<Entry> ToEntry(const v1::Entry& message);

// How terms are written into messages.
enum class TermForm : uint8_t { kText, kStructured };

// A term as that part of a Fact, Binding or Match that holds one.
template <typename Message>
void FillForm(const Term& term, TermForm form, Message& message) {
  if (form == TermForm::kText) {
    message.set_term(PrintTerm(term));
  } else {
    FillTerm(term, *message.mutable_structured());
  }
}

// A stored fact as a message. DataLoss if `encoded_term` is none.
absl::Status FillFact(std::string_view encoded_term, std::string_view name, const Entry& entry,
                      v1::Fact& fact, TermForm form = TermForm::kText);

// A snapshot as a message; `base` says whether it answers queries now.
v1::Snapshot ToProto(const SnapshotRecord& record, uint32_t format_version, bool base);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_PROTO_CONVERSION_H_
