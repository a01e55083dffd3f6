// What writes facts as text in one of the formats; the counterpart of FactReader.

#ifndef PATHKB_CLIENT_CPP_FORMATS_FACT_WRITER_H_
#define PATHKB_CLIENT_CPP_FORMATS_FACT_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cpp/formats/fact_json.h"
#include "pathkb/v1/types.pb.h"

namespace pathkb::client {

// Writes one output. One thread at a time. Keeps nothing but counts.
class FactWriter {
 public:
  virtual ~FactWriter() = default;

  // Appends a fact, with the line end behind it. `bindings` are those of the answer to a query that
  // it is; none if there was no query. False, and `out` is as it was, if the format cannot say such
  // a fact at all; Notes() counts them.
  virtual bool Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) = 0;

  // Appends what stands behind the last fact, if anything does. Once.
  virtual void Finish(std::string& out) { (void)out; }

  // How many facts were left out so far.
  virtual uint64_t left_out() const { return 0; }

  // What was left out so far, or would not come back as it was, as sentences for people; none if
  // reading the output gives the very same facts.
  virtual std::vector<std::string> Notes() const { return {}; }
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_FACT_WRITER_H_
