// Lines of Python code. The tables are those that CPython itself made of the text in each test:
// co_lnotab or co_linetable in hexadecimal, with what dis.findlinestarts() says of them.
#include "python/lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "python/text.h"

namespace plumb::python {
namespace {

std::string bytes(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

TEST(PythonLines, of_3_8) {
  const std::string table = bytes("0002020102ff040308010201040102ff080214011804");
  const std::vector<std::pair<uint32_t, uint32_t>> begins = {{0, 5},   {2, 6},   {4, 5},   {8, 8},
                                                             {16, 9},  {18, 10}, {22, 11}, {24, 10},
                                                             {32, 12}, {52, 13}, {76, 17}};
  for (size_t i = 0; i < begins.size(); i++) {
    const uint32_t end = i + 1 < begins.size() ? begins[i + 1].first : begins[i].first + 1;
    for (uint32_t at = begins[i].first; at < end; at++)
      EXPECT_EQ(line_at(LineForm::offsets, table, 3, at), begins[i].second) << at;
  }
}

TEST(PythonLines, of_3_10) {
  const std::string table = bytes("0202020104ff080302010401020108ff12020401088002ff0e05");
  const std::vector<std::pair<uint32_t, uint32_t>> begins = {
      {0, 5},   {1, 6},   {2, 5},   {4, 8},  {8, 9},   {9, 10}, {11, 11},
      {12, 10}, {16, 12}, {25, 13}, {27, 0}, {31, 12}, {32, 17}};
  for (size_t i = 0; i < begins.size(); i++) {
    const uint32_t end = i + 1 < begins.size() ? begins[i + 1].first : begins[i].first + 1;
    for (uint32_t at = begins[i].first; at < end; at++)
      EXPECT_EQ(line_at(LineForm::ranges, table, 3, at), begins[i].second) << at;
  }
}

TEST(PythonLines, of_3_12) {
  const std::string table = bytes(
      "8000e00809d80809f10301090a8041f006000e0ff2000505148801f002040914dc0c0d8861d80e0ff503010d11f0"
      "05050514f0120018198e3e90218a418a3ed00419f8f40b0011199c2ad00f25f200010914d812138847fbf0030109"
      "14fcf20a000c1a");
  const std::vector<std::pair<uint32_t, uint32_t>> begins = {
      {0, 3},  {1, 5},   {2, 6},  {3, 5},   {6, 8},   {11, 9}, {12, 10}, {18, 11}, {19, 10},
      {25, 8}, {26, 17}, {42, 0}, {43, 12}, {57, 13}, {59, 0}, {63, 12}, {64, 0},  {69, 17}};
  for (size_t i = 0; i < begins.size(); i++) {
    const uint32_t end = i + 1 < begins.size() ? begins[i + 1].first : begins[i].first + 1;
    for (uint32_t at = begins[i].first; at < end; at++)
      EXPECT_EQ(line_at(LineForm::locations, table, 3, at), begins[i].second) << at;
  }
}

TEST(PythonLines, none_where_the_table_ends_before) {
  EXPECT_EQ(line_at(LineForm::ranges, bytes("0401"), 7, 2), 0U);
  EXPECT_EQ(line_at(LineForm::locations, bytes("80"), 7, 1), 0U);
  EXPECT_EQ(line_at(LineForm::ranges, "", 7, 0), 0U);
  EXPECT_EQ(line_at(LineForm::locations, "", 7, 0), 0U);
  EXPECT_EQ(line_at(LineForm::offsets, "", 7, 900), 7U);
}

TEST(PythonLines, instructions_of_no_line) {
  EXPECT_EQ(line_at(LineForm::ranges, bytes("0280"), 7, 0), 0U);
  EXPECT_EQ(line_at(LineForm::locations, bytes("f8"), 7, 0), 0U);
}

TEST(PythonLines, numbers_that_go_on_for_ever_end) {
  const std::string long_number = "\xf0" + std::string(1 << 16, '\x7f');
  EXPECT_EQ(line_at(LineForm::locations, long_number, 7, 900), 0U);
  line_at(LineForm::locations, long_number, 7, 0);
}

TEST(PythonText, characters_of_each_width) {
  EXPECT_EQ(utf8_of("caf\xe9", 1), "café");
  EXPECT_EQ(utf8_of(std::string("\x2d\x4e\x87\x65", 4), 2), "中文");
  EXPECT_EQ(utf8_of(std::string("\x00\xf6\x01\x00", 4), 4), "😀");
  EXPECT_EQ(utf8_of(std::string("\x00\xd8", 2), 2), "\xef\xbf\xbd");
  EXPECT_EQ(utf8_of(std::string("\x00\x00\x11\x00", 4), 4), "\xef\xbf\xbd");
  EXPECT_EQ(utf8_of("abc", 2).size(), 3U);
  EXPECT_EQ(utf8_of("abc", 3), "");
}

}  // namespace
}  // namespace plumb::python
