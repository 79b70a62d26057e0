#include <filesystem>

#include "record_fixture.h"
#include "render_stopwatch.h"

namespace plumb::test {
namespace {

TEST(DISABLED_RecordSpeed, WriterAndReader) {
  const std::string path = std::filesystem::temp_directory_path() / "plumb-speed";
  const Event event = small_schema().event;
  auto writer = record::Writer::create(path, fixed_origin());
  ASSERT_TRUE(writer);
  writer->tracer(small_part());
  FixedNames names;
  RecordMaker maker(event);
  maker.number("pid", 4242).number("uid", 1000).tail("args", std::string(40, 'x'));
  std::string body(maker.record().body);
  ASSERT_EQ(body.size(), 64);
  measure("recording, 64 bytes", 1'000'000, [&](size_t i) {
    const uint64_t noise = i * 0x9e3779b97f4a7c15;
    std::memcpy(body.data() + 8, &noise, sizeof(noise));
    std::memcpy(body.data() + 30, &noise, sizeof(noise));
    writer->add(3, {&event, i * 1'000, 1, body}, names);
  });
  ASSERT_TRUE(writer->finish("{}"));
  printf("  %.1f bytes in the file for each\n",
         static_cast<double>(writer->bytes_written()) / static_cast<double>(writer->records()));
  auto reader = record::Reader::open(path);
  ASSERT_TRUE(reader);
  measure("reading it", 1'000'000, [&](size_t) { (void)reader->next(); });
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace plumb::test
