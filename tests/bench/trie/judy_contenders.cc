#include "tests/bench/trie/judy_contenders.h"

#include <cstring>

#include "core/base/check.h"

// Lint reads this file where Judy is not installed, too; the build needs it.
#if __has_include(<Judy.h>)
#include <Judy.h>

namespace pathkb::bench {

namespace {

constexpr size_t kTextBytesMax = 1000;

const uint8_t* Text(std::string_view key) { return reinterpret_cast<const uint8_t*>(key.data()); }

Word_t Integer(std::string_view key) {
  uint64_t number;
  std::memcpy(&number, key.data(), sizeof(number));
  return __builtin_bswap64(number);
}

class JudyTextContender final : public Contender {
 public:
  ~JudyTextContender() override { JudySLFreeArray(&array_, PJE0); }

  std::string_view name() const override { return "judy"; }
  std::unique_ptr<Contender> Empty() const override {
    return std::make_unique<JudyTextContender>();
  }

  void Insert(const KeyList& keys) override {
    for (size_t i = 0; i < keys.size(); ++i) {
      PPvoid_t slot = JudySLIns(&array_, Text(keys.key(i)), PJE0);
      *reinterpret_cast<Word_t*>(slot) = keys.value(i);
    }
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      PPvoid_t slot = JudySLGet(array_, Text(keys.key(i)), PJE0);
      if (slot != nullptr) sum += Value(slot) + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    uint8_t key[kTextBytesMax + 1] = {};
    for (PPvoid_t slot = JudySLFirst(array_, key, PJE0); slot != nullptr;
         slot = JudySLNext(array_, key, PJE0)) {
      const size_t key_bytes = std::strlen(reinterpret_cast<const char*>(key));
      sum += Value(slot) + 1 + key_bytes + key[key_bytes - 1];
    }
    return sum;
  }

  uint64_t ScanFrom(const KeyList& starts, size_t count) const override {
    uint64_t sum = 0;
    uint8_t key[kTextBytesMax + 1];
    for (size_t i = 0; i < starts.size(); ++i) {
      const std::string_view start = starts.key(i);
      PATHKB_CHECK(start.size() <= kTextBytesMax);
      std::memcpy(key, start.data(), start.size() + 1);
      PPvoid_t slot = JudySLFirst(array_, key, PJE0);
      for (size_t n = 0; n < count && slot != nullptr; ++n) {
        sum += Value(slot) + 1;
        slot = JudySLNext(array_, key, PJE0);
      }
    }
    return sum;
  }

 private:
  static uint64_t Value(PPvoid_t slot) { return *reinterpret_cast<const Word_t*>(slot); }

  Pvoid_t array_ = nullptr;
};

class JudyIntegerContender final : public Contender {
 public:
  ~JudyIntegerContender() override { JudyLFreeArray(&array_, PJE0); }

  std::string_view name() const override { return "judy"; }
  std::unique_ptr<Contender> Empty() const override {
    return std::make_unique<JudyIntegerContender>();
  }

  void Insert(const KeyList& keys) override {
    for (size_t i = 0; i < keys.size(); ++i) {
      PPvoid_t slot = JudyLIns(&array_, Integer(keys.key(i)), PJE0);
      *reinterpret_cast<Word_t*>(slot) = keys.value(i);
    }
  }

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      PPvoid_t slot = JudyLGet(array_, Integer(keys.key(i)), PJE0);
      if (slot != nullptr) sum += Value(slot) + 1;
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    Word_t key = 0;
    for (PPvoid_t slot = JudyLFirst(array_, &key, PJE0); slot != nullptr;
         slot = JudyLNext(array_, &key, PJE0)) {
      sum += Value(slot) + 1 + sizeof(key) + (key & 0xFF);
    }
    return sum;
  }

  uint64_t ScanFrom(const KeyList& starts, size_t count) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < starts.size(); ++i) {
      Word_t key = Integer(starts.key(i));
      PPvoid_t slot = JudyLFirst(array_, &key, PJE0);
      for (size_t n = 0; n < count && slot != nullptr; ++n) {
        sum += Value(slot) + 1;
        slot = JudyLNext(array_, &key, PJE0);
      }
    }
    return sum;
  }

 private:
  static uint64_t Value(PPvoid_t slot) { return *reinterpret_cast<const Word_t*>(slot); }

  Pvoid_t array_ = nullptr;
};

}  // namespace

std::unique_ptr<Contender> MakeJudyTextContender() { return std::make_unique<JudyTextContender>(); }

std::unique_ptr<Contender> MakeJudyIntegerContender() {
  return std::make_unique<JudyIntegerContender>();
}

}  // namespace pathkb::bench

#endif
