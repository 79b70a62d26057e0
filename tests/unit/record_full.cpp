// A disk that is full, and other files that take no more.
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "record_fixture.h"

namespace plumb::test {
namespace {

// Records what does not compress until the writer reports an error; returns it.
std::string fill(record::Writer& writer) {
  FixedNames names;
  std::mt19937 random(3);
  writer.tracer(small_part());
  for (uint64_t tick = 1; tick < 100; tick++) {
    std::string noise(8000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    RecordMaker maker(small_schema().event);
    writer.add(3, maker.tail("args", noise).record(), names);
    if (auto written = writer.tick(tick * 2'000'000'000); !written) return written.error().what;
  }
  return "";
}

// What is left is whole blocks: it reads until its end, which merely lacks the account.
void expect_whole(const std::string& path, size_t least_items) {
  const Told told = tell(Fd(open(path.c_str(), O_RDONLY)));
  EXPECT_EQ(told.damage, "ends without its closing account");
  EXPECT_GE(told.items.size(), least_items);
}

class RecordFull : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  const std::string path_ =
      std::filesystem::temp_directory_path() / ("plumb-full-" + std::to_string(getpid()));
};

TEST_F(RecordFull, AtTheFileSizeLimit) {
  // In a child, since the limit holds for whole processes.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto writer = record::Writer::create(path_, fixed_origin());
    const std::string error = fill(*writer);
    const bool sticky = !writer->finish("{}") && writer->bytes_written() <= 100'000;
    _exit(error.find("File too large") != std::string::npos && sticky ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_whole(path_, 10);
  EXPECT_EQ(std::filesystem::status(path_).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(RecordFull, OnAFullDisk) {
  auto start = record::Writer::start(Fd(open("/dev/full", O_WRONLY)), "/dev/full", fixed_origin());
  ASSERT_FALSE(start);
  EXPECT_NE(start.error().what.find("No space left on device"), std::string::npos);
  EXPECT_FALSE(start.error().hint.empty());
}

TEST_F(RecordFull, WhereNothingCanBeCreated) {
  auto writer = record::Writer::create("/nonexistent/f.plumb", fixed_origin());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().what, "record to /nonexistent/f.plumb: No such file or directory");
}

}  // namespace
}  // namespace plumb::test
