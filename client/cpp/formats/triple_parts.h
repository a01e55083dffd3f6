// The parts of a triple as terms, and the other way round; n_triples.h has the table.

#ifndef PATHKB_CLIENT_CPP_FORMATS_TRIPLE_PARTS_H_
#define PATHKB_CLIENT_CPP_FORMATS_TRIPLE_PARTS_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pathkb::client {

// What is wrong with a line, and where.
struct TripleFault {
  std::string what;   // Empty if nothing is.
  size_t offset = 0;  // Bytes before it.
};

// Reads one line in UTF-8 into the terms of subject, predicate and object, whose former content is
// dropped. `empty` is set if the line has none, but blanks and a comment at most.
TripleFault ReadTriple(std::string_view line, std::array<std::string, 3>& terms, bool& empty);

// Each appends a part as N-Triples, from a term as the server prints it; false if the term is no
// such part, or if reading would give another one; `out` may then have been added to.
bool AppendSubject(std::string_view term, std::string& out);
bool AppendPredicate(std::string_view term, std::string& out);
bool AppendObject(std::string_view term, std::string& out);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_TRIPLE_PARTS_H_
