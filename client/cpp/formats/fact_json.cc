#include "client/cpp/formats/fact_json.h"

#include <map>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/json_text.h"

namespace pathkb::client {
namespace {

// Members as bits, to see one that comes twice.
enum Member : unsigned {
  kFact = 1,
  kName = 2,
  kConfidence = 4,
  kSource = 8,
  kMetadata = 16,
  kBindings = 32,
  kUnknown = 0
};

Member MemberOf(std::string_view key) {
  if (key == "fact") return kFact;
  if (key == "name") return kName;
  if (key == "confidence") return kConfidence;
  if (key == "source") return kSource;
  if (key == "metadata") return kMetadata;
  if (key == "bindings") return kBindings;
  return kUnknown;
}

bool TakeMetadata(JsonCursor& json, v1::Entry& entry) {
  bool first = true;
  bool more = false;
  std::string key;
  std::string value;
  for (;;) {
    const size_t at = json.offset();
    if (!json.NextMember(first, more, key)) return false;
    if (!more) return true;
    if (!json.TakeString(value)) return false;
    if (!entry.mutable_metadata()->insert({key, value}).second) {
      return json.Wrong(fmt::format("metadata has \"{}\" twice", key), at);
    }
  }
}

bool TakeMember(JsonCursor& json, Member member, v1::Fact& fact) {
  switch (member) {
    case kFact:
      return json.TakeString(*fact.mutable_term());
    case kName:
      return json.TakeNull() || json.TakeString(*fact.mutable_name());
    case kSource: {
      std::string source;
      if (json.TakeNull()) return true;
      if (!json.TakeString(source)) return false;
      if (!source.empty()) fact.mutable_entry()->set_source(std::move(source));
      return true;
    }
    case kConfidence: {
      if (json.TakeNull()) return true;
      const size_t at = json.offset();
      double confidence = 0;
      if (!json.TakeNumber(confidence)) return false;
      if (!(confidence >= 0 && confidence <= 1)) {
        return json.Wrong(fmt::format("confidence {}: must be between 0 and 1", confidence), at);
      }
      if (confidence != 1) fact.mutable_entry()->set_confidence(confidence);
      return true;
    }
    case kMetadata: {
      if (json.TakeNull()) return true;
      v1::Entry entry;
      if (!TakeMetadata(json, entry)) return false;
      if (entry.metadata_size() > 0)
        fact.mutable_entry()->mutable_metadata()->swap(*entry.mutable_metadata());
      return true;
    }
    case kBindings:
      return json.SkipValue();
    case kUnknown:
      break;
  }
  return false;
}

bool Parse(JsonCursor& json, JsonTerm term, v1::Fact& fact) {
  unsigned seen = 0;
  bool first = true;
  bool more = false;
  std::string key;
  for (;;) {
    if (!json.NextMember(first, more, key)) return false;
    if (!more) break;
    const Member member = MemberOf(key);
    if (member == kUnknown || (member == kFact && term == JsonTerm::kElsewhere)) {
      return json.Wrong(fmt::format("a member \"{}\" is not known; there are {}name, confidence, "
                                    "source and metadata",
                                    key, term == JsonTerm::kExpected ? "fact, " : ""),
                        json.offset());
    }
    if ((seen & member) != 0) {
      return json.Wrong(fmt::format("\"{}\" is there twice", key), json.offset());
    }
    seen |= member;
    if (!TakeMember(json, member, fact)) return false;
  }
  if (!json.Finish()) return false;
  if (term == JsonTerm::kExpected && (seen & kFact) == 0) {
    return json.Wrong("there is no member \"fact\"", 0);
  }
  return true;
}

double ConfidenceOf(const v1::Fact& fact) {
  return fact.entry().has_confidence() ? fact.entry().confidence() : 1;
}

void AppendMetadata(const v1::Fact& fact, std::string& out) {
  // By key: the message's own order is any.
  const std::map<std::string_view, std::string_view> metadata(fact.entry().metadata().begin(),
                                                              fact.entry().metadata().end());
  char separator = '{';
  for (const auto& [key, value] : metadata) {
    out.push_back(std::exchange(separator, ','));
    AppendJsonString(key, out);
    out.push_back(':');
    AppendJsonString(value, out);
  }
  out += metadata.empty() ? "{}" : "}";
}

void AppendMembers(const v1::Fact& fact, std::string& out) {
  out += "{\"fact\":";
  AppendJsonString(fact.term(), out);
  out += ",\"name\":";
  AppendJsonString(fact.name(), out);
  out += ",\"confidence\":";
  AppendJsonNumber(ConfidenceOf(fact), out);
  out += ",\"source\":";
  AppendJsonString(fact.entry().source(), out);
  out += ",\"metadata\":";
  AppendMetadata(fact, out);
}

}  // namespace

JsonFault ParseFactJson(std::string_view json, JsonTerm term, v1::Fact& fact) {
  JsonCursor cursor(json);
  if (Parse(cursor, term, fact)) return {};
  return {.what = cursor.error(), .offset = cursor.error_offset()};
}

void AppendFactJson(const v1::Fact& fact, std::string& out) {
  AppendMembers(fact, out);
  out.push_back('}');
}

void AppendFactJson(const v1::Fact& fact, const Bindings& bindings, std::string& out) {
  AppendMembers(fact, out);
  out += ",\"bindings\":";
  char separator = '{';
  for (const v1::Binding& binding : bindings) {
    out.push_back(std::exchange(separator, ','));
    AppendJsonString(binding.variable(), out);
    out.push_back(':');
    AppendJsonString(binding.term(), out);
  }
  out += bindings.empty() ? "{}}" : "}}";
}

void AppendEntryJson(const v1::Fact& fact, std::string& out) {
  char separator = '{';
  const auto key = [&](std::string_view name) {
    out.push_back(std::exchange(separator, ','));
    AppendJsonString(name, out);
    out.push_back(':');
  };
  if (!fact.name().empty()) {
    key("name");
    AppendJsonString(fact.name(), out);
  }
  if (ConfidenceOf(fact) != 1) {
    key("confidence");
    AppendJsonNumber(ConfidenceOf(fact), out);
  }
  if (!fact.entry().source().empty()) {
    key("source");
    AppendJsonString(fact.entry().source(), out);
  }
  if (!fact.entry().metadata().empty()) {
    key("metadata");
    AppendMetadata(fact, out);
  }
  out += separator == '{' ? "{}" : "}";
}

bool HasMoreThanItsTerm(const v1::Fact& fact) {
  return !fact.name().empty() || ConfidenceOf(fact) != 1 || !fact.entry().source().empty() ||
         !fact.entry().metadata().empty();
}

}  // namespace pathkb::client
