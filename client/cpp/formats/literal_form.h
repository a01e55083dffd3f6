// What a typed literal of RDF becomes as a term; n_triples.h has the table.

#ifndef PATHKB_CLIENT_CPP_FORMATS_LITERAL_FORM_H_
#define PATHKB_CLIENT_CPP_FORMATS_LITERAL_FORM_H_

#include <string>
#include <string_view>

namespace pathkb::client {

// What the IRIs of the types of XML Schema begin with.
inline constexpr std::string_view kXsdPrefix = "http://www.w3.org/2001/XMLSchema#";

// The form in which a literal becomes a term.
enum class LiteralForm {
  kString,        // "text"
  kInteger,       // 42
  kFloat,         // 2.5
  kNumberInside,  // (^^ 2.5 <type>)
  kTextInside,    // (^^ "text" <type>)
};

// The form of a literal spelled `lexical` with the IRI `type`; `number` is set to the term of the
// number, where there is one in it. A number is one only if it is spelled as it will be printed.
LiteralForm LiteralFormOf(std::string_view lexical, std::string_view type, std::string& number);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_LITERAL_FORM_H_
