// N-Triples (W3C, RDF 1.1): one triple a line.
//
//   <http://a/Tom> <http://a/parent> _:b1 .        (<http://a/parent> <http://a/Tom> _:b1)
//   <http://a/Tom> <http://a/age> "42"^^<xsd:integer> .    (<http://a/age> <http://a/Tom> 42)
//
// A triple becomes ($p $s $o) unless another template is given: the predicate is the relation, so
// that a query for it, or for it and a subject, walks to its facts directly, and one for it and an
// object goes through the index of argument 2.
//
//   IRI              the symbol <iri>, escapes resolved
//   blank node       the symbol _:name
//   "text"           the string "text"; also with ^^xsd:string
//   "text"@lang      (@ "text" lang)
//   xsd:integer      an integer, if it is written as we print it
//   xsd:double       a float, likewise; INF, -INF and NaN too
//   other numbers    (^^ 2.5 <type>), if it is written as we print it: xsd:decimal, xsd:int, ...
//   other types      (^^ "text" <type>)
//
// xsd: is short here for http://www.w3.org/2001/XMLSchema#. So that what was read is written as it
// was, no literal is rewritten: "042"^^xsd:integer stays (^^ "042" <xsd:integer>).

#ifndef PATHKB_CLIENT_CPP_FORMATS_N_TRIPLES_H_
#define PATHKB_CLIENT_CPP_FORMATS_N_TRIPLES_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cpp/formats/fact_reader.h"
#include "client/cpp/formats/fact_writer.h"
#include "client/cpp/formats/line_splitter.h"
#include "client/cpp/formats/template_text.h"

namespace pathkb::client {

// What a triple becomes if nothing else is said.
inline constexpr std::string_view kTripleTemplate = "($p $s $o)";

// Reads triples. A line that is wrong costs only itself.
class NTriplesReader final : public FactReader {
 public:
  // InvalidArgument for a template that is none, or has other variables than $s, $p and $o.
  // `keep_text`: as InputRow::text says.
  static absl::StatusOr<std::unique_ptr<NTriplesReader>> New(std::string_view template_text,
                                                             bool keep_text);

  void Feed(std::string_view chunk) override { lines_.Feed(chunk); }
  void Finish() override { lines_.Finish(); }
  bool Next(v1::Fact& fact, InputRow& row) override;
  InputPlace place() const override;
  void GoOnFrom(const InputPlace& place, const std::string& header) override;

 private:
  NTriplesReader(TemplateText term, std::vector<size_t> parts, bool keep_text)
      : template_(std::move(term)), parts_(std::move(parts)), keep_text_(keep_text) {}

  const TemplateText template_;
  const std::vector<size_t>
      parts_;  // By variable of the template: 0 subject, 1 predicate, 2 object.
  const bool keep_text_;
  LineSplitter lines_;
  std::array<std::string, 3> terms_;  // Of the present line.
};

// Writes triples. A fact that no line says, so that reading gives it back, is left out and counted.
class NTriplesWriter final : public FactWriter {
 public:
  // The triple is what $s, $p and $o stand for, if there are such bindings; else the three parts of
  // the fact, predicate first.
  bool Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) override;
  uint64_t left_out() const override { return left_out_; }
  std::vector<std::string> Notes() const override;

 private:
  uint64_t left_out_ = 0;
  uint64_t entries_left_out_ = 0;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_N_TRIPLES_H_
