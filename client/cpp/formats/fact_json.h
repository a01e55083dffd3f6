// One fact as a JSON object, from and to text:
//
//   {"fact":"(parent Tom Bob)","name":"","confidence":1,"source":"","metadata":{}}
//
// Where the term stands elsewhere, `fact` is left out (metta.h).

#ifndef PATHKB_CLIENT_CPP_FORMATS_FACT_JSON_H_
#define PATHKB_CLIENT_CPP_FORMATS_FACT_JSON_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_field.h"

#include "pathkb/v1/types.pb.h"

namespace pathkb::client {

// What a query's variables stand for in one answer.
using Bindings = google::protobuf::RepeatedPtrField<v1::Binding>;

// What is wrong with a text, and where.
struct JsonFault {
  std::string what;   // Empty if nothing is.
  size_t offset = 0;  // Bytes before it.
};

// Whether a text has a member `fact`.
enum class JsonTerm { kExpected, kElsewhere };

// Fills `fact`, which is empty, from one object in UTF-8. Members may come in any order, and all
// but `fact` may be missing or null; `bindings`, which answers to queries have, are passed over. A
// fault is any other member, one that comes twice, and a confidence outside of [0, 1].
JsonFault ParseFactJson(std::string_view json, JsonTerm term, v1::Fact& fact);

// Appends the object, all members in the order above, without a line end.
void AppendFactJson(const v1::Fact& fact, std::string& out);
// The same with a last member `bindings`, in their order.
void AppendFactJson(const v1::Fact& fact, const Bindings& bindings, std::string& out);
// Appends an object of what there is beside the term: only the members that are not the default.
void AppendEntryJson(const v1::Fact& fact, std::string& out);
// True if there is anything beside the term.
bool HasMoreThanItsTerm(const v1::Fact& fact);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_FACT_JSON_H_
