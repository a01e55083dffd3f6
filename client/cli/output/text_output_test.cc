// Goal: everything written arrives, a reader that goes away is told from an error. Method: pipes
// and /dev/full.

#include "client/cli/output/text_output.h"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(TextOutputTest, EverythingArrivesInOrder) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    TextOutput out(ends[1]);
    EXPECT_FALSE(out.is_terminal());
    EXPECT_TRUE(out.Write("one "));
    EXPECT_TRUE(out.Write("two\n"));
  }
  close(ends[1]);
  char buffer[100];
  const ssize_t bytes = read(ends[0], buffer, sizeof(buffer));
  ASSERT_GT(bytes, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(bytes)), "one two\n");
  close(ends[0]);
}

TEST(TextOutputTest, AReaderThatGoesAway) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  TextOutput out(ends[1]);
  EXPECT_TRUE(out.Write("buffered"));
  EXPECT_FALSE(out.Flush());
  EXPECT_TRUE(out.closed());
  EXPECT_TRUE(out.status().ok());
  EXPECT_FALSE(out.Write("more"));
  close(ends[1]);
}

TEST(TextOutputTest, AFullDisk) {
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  TextOutput out(fd);
  EXPECT_FALSE(out.Write(std::string(1 << 20, 'x')));
  EXPECT_FALSE(out.closed());
  EXPECT_EQ(out.status().message(), "cannot write the output: No space left on device");
  close(fd);
}

TEST(TextOutputTest, IntoAString) {
  std::string text;
  TextOutput out(&text);
  EXPECT_TRUE(out.Write("a"));
  EXPECT_EQ(text, "a");
}

}  // namespace
}  // namespace pathkb::cli
