// An operator learns what was granted of what was asked for, as a warning if something was refused,
// and is not told about what nobody asked for. Method: files that report whatever the test says.

#include "server/background/mapping_log.h"

#include "gtest/gtest.h"

#include "server/background/log_capture.h"

namespace pathkb {
namespace {

class ReportingFile : public MappedFile {
 public:
  explicit ReportingFile(MapReport report) : report_(std::move(report)) {}
  std::string_view bytes() const override { return "twelve bytes"; }
  const std::string& path() const override { return path_; }
  MapReport Report() const override { return report_; }

 private:
  const std::string path_ = "some.tree";
  const MapReport report_;
};

std::string Logged(const MapReport& report, const MapOptions& asked) {
  const LogCapture log;
  LogMapping(ReportingFile(report), asked);
  return log.Text();
}

TEST(MappingLogTest, WhatWasGrantedIsInformation) {
  EXPECT_EQ(Logged({.mapped_bytes = 12, .resident_bytes = 12, .locked_bytes = 12, .note = ""},
                   {.lock = true}),
            "info: some.tree: 12 bytes mapped: 12 in memory, 0 in huge pages, 12 locked\n");
  EXPECT_EQ(Logged({.mapped_bytes = 12, .resident_bytes = 4, .note = ""}, {.huge_pages = true}),
            "info: some.tree: 12 bytes mapped: 4 in memory, 0 in huge pages, 0 locked\n");
}

TEST(MappingLogTest, WhatWasRefusedIsAWarning) {
  EXPECT_EQ(Logged({.mapped_bytes = 12, .note = "lock of 12 bytes refused: limit"}, {.lock = true}),
            "warning: some.tree: 12 bytes mapped: 0 in memory, 0 in huge pages, 0 locked; lock of "
            "12 bytes refused: limit\n");
}

TEST(MappingLogTest, ASmallFileIsNotMapped) {
  EXPECT_EQ(Logged({.resident_bytes = 12, .note = "held in memory, not mapped"}, {.lock = true}),
            "info: some.tree: 12 bytes; held in memory, not mapped\n");
}

TEST(MappingLogTest, NothingAskedNothingSaid) {
  EXPECT_EQ(Logged({.mapped_bytes = 12, .note = "refused"}, {.always_map = true}), "");
}

}  // namespace
}  // namespace pathkb
