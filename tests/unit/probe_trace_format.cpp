#include "probe/trace_format.h"

#include <gtest/gtest.h>

#include <string>

namespace plumb::probe::trace_format_test {
namespace {

using Form = ContextValue::Form;

const std::string header =
    "name: x\nID: 365\nformat:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
    "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n";

// "TYPE NAME FORM@OFFSET+SIZE", each followed by "; ".
std::string told(const std::string& fields) {
  std::string line;
  for (const ContextField& each : trace_fields(header + fields)) {
    const char* form = each.value.form == Form::here      ? "here"
                       : each.value.form == Form::later   ? "later"
                       : each.value.form == Form::behind  ? "behind"
                       : each.value.form == Form::pointed ? "pointed"
                       : each.value.form == Form::passed  ? "passed"
                                                          : "none";
    line += type_name(each.parameter) + " " + each.parameter.name + " " + form + "@" +
            std::to_string(each.value.offset) + "+" + std::to_string(each.value.size) + "; ";
  }
  return line;
}

std::string field(const std::string& declaration, int offset, int size, int is_signed) {
  return "\tfield:" + declaration + ";\toffset:" + std::to_string(offset) +
         ";\tsize:" + std::to_string(size) + ";\tsigned:" + std::to_string(is_signed) + ";\n";
}

TEST(TraceFormat, NumbersHaveTheSizeAndSignThatAreTold) {
  EXPECT_EQ(told(field("pid_t pid", 12, 4, 1) + field("dev_t dev", 16, 4, 0) +
                 field("u8 kind", 20, 1, 0) + field("long state", 24, 8, 1) +
                 field("bool ok", 32, 1, 0) + field("enum zone_type zone", 36, 4, 0)),
            "s32 pid here@12+4; u32 dev here@16+4; u8 kind here@20+1; s64 state here@24+8; "
            "bool ok here@32+1; u32 zone here@36+4; ");
}

TEST(TraceFormat, ArraysOfCharactersAreText) {
  EXPECT_EQ(
      told(field("char prev_comm[16]", 8, 16, 0) + field("char comm[TASK_COMM_LEN]", 24, 16, 0) +
           field("__data_loc char[] filename", 40, 4, 0) +
           field("__rel_loc char[] name", 44, 4, 0)),
      "str prev_comm here@8+16; str comm here@24+16; str filename later@40+0; "
      "str name behind@44+0; ");
}

TEST(TraceFormat, OtherArraysAreBytes) {
  EXPECT_EQ(told(field("__u8 saddr[4]", 8, 4, 0) + field("unsigned long args[6]", 16, 48, 0) +
                 field("__data_loc u64[] words", 64, 4, 0)),
            "bytes[4] saddr here@8+4; bytes[48] args here@16+48; bytes[4096] words later@64+0; ");
}

TEST(TraceFormat, ArgumentsOfASystemCallAreWhatTheirTypeSays) {
  EXPECT_EQ(told(field("int __syscall_nr", 8, 4, 1) + field("int dfd", 16, 8, 0) +
                 field("const char * filename", 24, 8, 0) + field("umode_t mode", 32, 8, 0) +
                 field("struct stat * statbuf", 40, 8, 0)),
            "s32 dfd here@16+4; str filename passed@24+8; u64 mode here@32+8; "
            "ptr statbuf here@40+8; ");
}

TEST(TraceFormat, TextOfTheKernelIsPointedAt) {
  EXPECT_EQ(told(field("const char * name", 8, 8, 0)), "str name pointed@8+8; ");
}

TEST(TraceFormat, WhatHasALengthBehindItIsABuffer) {
  EXPECT_EQ(told(field("unsigned int fd", 16, 8, 0) + field("const char * buf", 24, 8, 0) +
                 field("size_t count", 32, 8, 0)),
            "u32 fd here@16+4; ptr buf here@24+8; u64 count here@32+8; ");
}

TEST(TraceFormat, WhatIsNoFieldIsPassedOver) {
  EXPECT_EQ(
      told("print fmt: \"field:int x;\", REC->x\nfield\nfield:;\nfield:int a;\noffset:8;size:4;\n" +
           field("int far", 65536, 4, 1) + field("int large", 8, 65536, 1) +
           field("unsigned long stack[]", 16, 0, 0) + field("]", 8, 4, 0) + field("x", 8, 4, 0) +
           "\tfield:int bad;\toffset:-8;\tsize:4;\tsigned:1;\n"),
      "");
}

TEST(TraceFormat, TextOfAnyKindIsReadToItsEnd) {
  std::string many;
  for (int i = 0; i < 1000; i++) many += field("int f" + std::to_string(i), 8, 4, 1);
  EXPECT_EQ(trace_fields(many).size(), 256U);
  EXPECT_TRUE(trace_fields(std::string(1 << 16, '\n') + "field:").empty());
  EXPECT_TRUE(
      trace_fields("field:" + std::string(1 << 16, '[') + ";offset:1;size:1;signed:0;").empty());
}

}  // namespace
}  // namespace plumb::probe::trace_format_test
