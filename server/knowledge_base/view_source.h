// A read view as what queries read.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_SOURCE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_SOURCE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/query/fact_source.h"
#include "server/knowledge_base/read_view.h"

namespace pathkb {

// Keeps the view, and so what it shows. Any thread.
class ViewSource final : public FactSource {
 public:
  explicit ViewSource(ReadView view) : view_(std::move(view)) {}

  std::unique_ptr<Zipper> NewZipper() const override { return view_.NewZipper(); }
  std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const override {
    return view_.NewZipper(&pages);
  }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const override {
    return view_.EntryBytes(value, layer, scratch);
  }

  const ReadView& view() const { return view_; }

 private:
  const ReadView view_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_VIEW_SOURCE_H_
