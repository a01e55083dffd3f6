// What reads facts out of a text in one of the formats: chunks in, facts with their places out.
//
//   chunks of a file -> FactReader -> (fact, place) or (what is wrong, place)
//
//   metta        (parent Tom Bob)                    metta.h
//   json lines   {"fact":"(parent Tom Bob)"}         json_lines.h
//   csv, tsv     Tom,Bob                             csv.h
//   n-triples    <tom> <parent> <bob> .              n_triples.h

#ifndef PATHKB_CLIENT_CPP_FORMATS_FACT_READER_H_
#define PATHKB_CLIENT_CPP_FORMATS_FACT_READER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "client/cpp/text_position.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb::client {

// One row of an input: what became a fact, or failed to.
struct InputRow {
  // Of the row's first character; with an error, of the character that the error is about.
  TextPosition position;
  // Empty if the row is a fact; else what is wrong with it.
  std::string error;
  // The row as it stands in the input, without the line end behind it. Only if the reader was told
  // to keep it, and of a row too long to be kept only its start, or nothing.
  std::string text;
  // True if the fact's term is the row's own text, so that a place in the one is a place in the
  // other.
  bool term_is_text = false;
  // With an error: nothing behind it can be read either.
  bool is_last = false;
};

// Where a reader stands between two rows.
struct InputPlace {
  uint64_t offset = 0;    // Bytes of the (unpacked) input before it; of a list, its members.
  TextPosition position;  // Of the next character.

  friend bool operator==(const InputPlace&, const InputPlace&) = default;
};

// Reads one input. One thread at a time. Memory is bounded by the longest row that is allowed,
// whatever the length of the input.
//
// Usage: Feed(chunk), then Next() until it is false; again for every chunk; at last Finish(), then
// Next() until it is false.
class FactReader {
 public:
  virtual ~FactReader() = default;

  // Hands in the next piece of the input, cut anywhere, even inside a character. Borrows it until
  // Next() is false; the piece before must have been used up in that sense.
  virtual void Feed(std::string_view chunk) = 0;

  // Says that there is no more input.
  virtual void Finish() = 0;

  // Takes the next row: true, and either `fact` is filled, which must be empty before, or
  // `row.error` says what is wrong, and `fact` is unspecified. After an error it goes on with the
  // row behind it. False when the chunk is used up.
  virtual bool Next(v1::Fact& fact, InputRow& row) = 0;

  // Behind the row that was taken last.
  virtual InputPlace place() const = 0;

  // The row that names the columns, once it was read, of formats that have one; else empty.
  virtual std::string header() const { return ""; }

  // Before the first Feed(): what will be fed begins at `place`, which a reader of the same format
  // and options was at, in the same input, and had this header.
  virtual void GoOnFrom(const InputPlace& place, const std::string& header) = 0;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_FACT_READER_H_
