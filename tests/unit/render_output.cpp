// What a file holds when there is no more room for it: whole lines.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "base/fd.h"
#include "render/output.h"

namespace plumb::test {
namespace {

// Of a file that may have `most` bytes, after lines of this length were written through a buffer
// of 64.
std::string kept(size_t most, size_t line, size_t lines) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{most, before.rlim_max};
  const Fd file(memfd_create("limited", 0));
  setrlimit(RLIMIT_FSIZE, &limit);
  {
    render::Output output(file.get(), "limited", 64);
    for (size_t i = 0; i < lines; i++) {
      for (size_t j = 1; j < line; j++) output.append("x");
      output.append("\n");
    }
    EXPECT_FALSE(output.flush());
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::string bytes(static_cast<size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

TEST(Output, EndsAFullFileWithItsLastWholeLine) {
  EXPECT_EQ(kept(100, 30, 10).size(), 90u);
  EXPECT_EQ(kept(90, 30, 10).size(), 90u);
}

// 64 bytes are two lines and a part of the third, which the next write does not get to finish.
TEST(Output, CutsWhatAnEarlierWriteLeftUnfinished) {
  EXPECT_EQ(kept(64, 30, 10).size(), 60u);
  EXPECT_EQ(kept(70, 200, 2).size(), 0u);
}

}  // namespace
}  // namespace plumb::test
