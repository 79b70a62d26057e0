// Profiles as pprof's and speedscope's files, at their limits. Their contents are read by others in
// tests/profiles/files.
#include <gtest/gtest.h>
#include <zlib.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

#include "base/utf8.h"
#include "render/pprof.h"
#include "render/speedscope.h"
#include "render_profiles.h"

namespace plumb::test {
namespace {

using render::pprof;
using render::speedscope;

std::string unpacked(std::string gzip) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string bytes(64 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(gzip.data());
  stream.avail_in = static_cast<uInt>(gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

// All fields of this number, as bytes.
std::vector<std::string> fields_of(const std::string& message, protozero::pbf_tag_type number) {
  std::vector<std::string> fields;
  for (protozero::pbf_reader reader(message); reader.next();) {
    if (reader.tag() == number)
      fields.push_back(reader.get_string());
    else
      reader.skip();
  }
  return fields;
}

std::vector<int64_t> values_of(const std::string& sample) {
  std::vector<int64_t> values;
  for (protozero::pbf_reader reader(sample); reader.next();) {
    if (reader.tag() != 2) {
      reader.skip();
      continue;
    }
    for (const int64_t value : reader.get_packed_int64()) values.push_back(value);
  }
  return values;
}

constexpr int64_t largest = std::numeric_limits<int64_t>::max();

TEST(RenderPprof, ValuesStopAtTheLargest) {
  const Stack stack = stack_of({native("f", "a")});
  const std::vector<StackGroup> groups = {{stack, {}, UINT64_MAX}, {stack, {}, 3}};
  const auto samples = fields_of(unpacked(pprof({"", "samples", 1ull << 62, groups})), 2);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(values_of(samples[0]), (std::vector<int64_t>{largest, largest}));
  EXPECT_EQ(values_of(samples[1]), (std::vector<int64_t>{3, largest}));
}

TEST(RenderPprof, UnitsHaveTheirTypes) {
  const auto types = [](const std::string& unit, uint64_t interval) {
    return fields_of(unpacked(pprof({"", unit, interval, {}})), 1).size();
  };
  EXPECT_EQ(types("samples", 0), 1u);
  EXPECT_EQ(types("samples", 10), 2u);
  EXPECT_EQ(types("ns", 10), 1u);
  EXPECT_EQ(types("bytes", 10), 1u);
  EXPECT_EQ(fields_of(unpacked(pprof({"", "bytes", 0, {}})), 6),
            (std::vector<std::string>{"", "space", "bytes"}));
}

TEST(RenderPprof, WhatIsInlinedIsALineOfItsCallersLocation) {
  const StackFrame outer = at_line(native("outer", "a"), "a.c", 12);
  const StackFrame inner = inlined(at_line(native("inner", "a"), "a.c", 5));
  const Profile profile{"", "samples", 0, {{stack_of({outer, inner, outer, outer}), {}, 1}}};
  const auto locations = fields_of(unpacked(pprof(profile)), 4);
  ASSERT_EQ(locations.size(), 2u);  // the last two are calls
  EXPECT_EQ(fields_of(locations[0], 4).size(), 2u);
  EXPECT_EQ(fields_of(locations[1], 4).size(), 1u);
  const std::string innermost = fields_of(locations[0], 4)[0];
  protozero::pbf_reader line(innermost);
  ASSERT_TRUE(line.next(2));
  EXPECT_EQ(line.get_int64(), 5);
}

TEST(RenderPprof, TextsAreOnceAndUtf8) {
  const auto texts = fields_of(unpacked(pprof(hostile_profile())), 6);
  ASSERT_EQ(texts[0], "");
  for (size_t i = 0; i < texts.size(); i++) {
    EXPECT_TRUE(is_utf8(texts[i]));
    EXPECT_EQ(std::ranges::count(texts, texts[i]), 1) << texts[i].substr(0, 80);
  }
}

TEST(RenderPprof, WhatIsLargeIsPackedInPieces) {
  Profile profile{"", "samples", 0, {}};
  for (int i = 0; i < 20'000; i++)
    profile.groups.push_back({stack_of({native("f" + std::to_string(i * 7919), "a")}), {}, 1});
  const std::string file = pprof(profile);
  EXPECT_GT(file.size(), 1u << 16);
  EXPECT_EQ(fields_of(unpacked(file), 5).size(), 20'000u);
}

TEST(RenderSpeedscope, IsJsonWhateverNamesAre) {
  for (const Profile& profile : {Profile{}, service_profile(), hostile_profile()}) {
    const auto document = nlohmann::json::parse(speedscope(profile));
    const auto& sampled = document["profiles"][0];
    EXPECT_EQ(sampled["samples"].size(), profile.groups.size());
    EXPECT_EQ(sampled["weights"].size(), profile.groups.size());
  }
}

TEST(RenderSpeedscope, SaysUnitsAndLines) {
  const auto document = nlohmann::json::parse(
      speedscope({"t", "bytes", 0, {{stack_of({python("f", "/a.py", 3)}), {"a 1"}, 7}}}));
  EXPECT_EQ(document["shared"]["frames"],
            nlohmann::json::parse(R"([{"name":"a 1"},{"name":"f","file":"/a.py","line":3}])"));
  EXPECT_EQ(document["profiles"][0]["unit"], "bytes");
  EXPECT_EQ(document["profiles"][0]["samples"], nlohmann::json::parse("[[0,1]]"));
}

}  // namespace
}  // namespace plumb::test
