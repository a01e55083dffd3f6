// What is said about a file: names and values in the order in which people want to read them. The
// caller prints them as a table or as JSON.

#ifndef PATHKB_STORAGE_TOOL_FIGURE_LIST_H_
#define PATHKB_STORAGE_TOOL_FIGURE_LIST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pathkb {

// One line of such a list. Names are words with `_` between them, fit for a key in JSON.
struct Figure {
  std::string name;
  std::variant<uint64_t, double, bool, std::string> value;
};

// A value type.
class FigureList {
 public:
  // Each adds one figure behind those before.
  void Number(std::string_view name, uint64_t value) { Add(name, value); }
  void Real(std::string_view name, double value) { Add(name, value); }
  void Bool(std::string_view name, bool value) { Add(name, value); }
  void Text(std::string_view name, std::string_view value) { Add(name, std::string(value)); }

  const std::vector<Figure>& figures() const { return figures_; }

 private:
  template <typename Value>
  void Add(std::string_view name, Value value) {
    figures_.push_back({std::string(name), std::move(value)});
  }

  std::vector<Figure> figures_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FIGURE_LIST_H_
