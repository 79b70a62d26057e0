#include "probe/spec.h"

#include <gtest/gtest.h>

namespace plumb::probe::spec_test {
namespace {

// What was understood, in one line: SURFACE
// target|provider|function+offset@address(parameters)>result
std::string told(std::string_view text) {
  const auto spec = parse_spec(text);
  if (!spec) return spec.error().what;
  EXPECT_EQ(spec->text, text);
  std::string line = name_of(spec->surface);
  line += " " + spec->target + "|" + spec->provider + "|" + spec->function;
  if (spec->offset != 0) line += "+" + std::to_string(spec->offset);
  if (spec->address) line += "@" + std::to_string(*spec->address);
  if (spec->has_parameters) line += "(";
  for (const Parameter& each : spec->parameters) line += type_name(each) + " " + each.name + ",";
  if (spec->has_parameters) line += ")";
  if (spec->has_return) line += ">";
  if (spec->result) line += type_name(*spec->result) + spec->result->name;
  if (spec->is_pattern()) line += " pattern";
  return line;
}

struct Good {
  const char* text;
  const char* told;
};
class Understood : public testing::TestWithParam<Good> {};

TEST_P(Understood, AsItIsMeant) { EXPECT_EQ(told(GetParam().text), GetParam().told); }

INSTANTIATE_TEST_SUITE_P(
    Surfaces, Understood,
    testing::Values(
        Good{"uprobe:libc:malloc", "uprobe libc||malloc"},
        Good{"uprobe:/path/bin:func+0x10", "uprobe /path/bin||func+16"},
        Good{"uprobe:/path/bin:func+16", "uprobe /path/bin||func+16"},
        Good{"uprobe:./a b (x86)/c:func", "uprobe ./a b (x86)/c||func"},
        Good{"uprobe:/path/bin:0x1f40", "uprobe /path/bin||@8000"},
        Good{"uprobe:/path/bin:8000(u32 id) -> s64", "uprobe /path/bin||@8000(u32 id,)>s64"},
        Good{"uprobe:/b:0xffffffffffffffff", "uprobe /b||@18446744073709551615"},
        Good{"uretprobe:libc:malloc", "uretprobe libc||malloc"},
        Good{"uretprobe:libc:malloc -> ptr", "uretprobe libc||malloc>ptr"},
        Good{"uretprobe:libc:malloc()->ptr", "uretprobe libc||malloc()>ptr"},
        Good{"uretprobe:libc:getenv -> str", "uretprobe libc||getenv>str"},
        Good{"uprobe:./app:handle ->", "uprobe ./app||handle>"},
        Good{"uprobe:./app:handle(u32 id)->  ", "uprobe ./app||handle(u32 id,)>"},
        Good{"usdt:/usr/bin/python3:python:gc__start", "usdt /usr/bin/python3|python|gc__start"},
        Good{"usdt:python:function__entry", "usdt python||function__entry"},
        Good{"usdt:python:function__entry(str file, str function, s32 line)",
             "usdt python||function__entry(str file,str function,s32 line,)"},
        Good{"usdt:node:gc-*", "usdt node||gc-* pattern"},
        Good{"tracepoint:sched:sched_switch", "tracepoint sched||sched_switch"},
        Good{"tracepoint:sched:sched_*", "tracepoint sched||sched_* pattern"},
        Good{"raw_tp:sys_enter", "raw_tp ||sys_enter"},
        Good{"raw_tp:sys_enter(ptr regs, long id)", "raw_tp ||sys_enter(ptr regs,s64 id,)"},
        Good{"kprobe:do_unlinkat", "kprobe ||do_unlinkat"},
        Good{"kprobe:do_unlinkat+0x4", "kprobe ||do_unlinkat+4"},
        Good{"kprobe:do_unlinkat.isra.0(int dfd) -> int",
             "kprobe ||do_unlinkat.isra.0(s32 dfd,)>s32"},
        Good{"kretprobe:do_unlinkat", "kretprobe ||do_unlinkat"},
        Good{"kretprobe:do_unlinkat -> s32", "kretprobe ||do_unlinkat>s32"},
        Good{"kprobe:vfs_read ->", "kprobe ||vfs_read>"},
        Good{"fentry:vfs_read", "fentry ||vfs_read"},
        Good{"fentry:vfs_read ->", "fentry ||vfs_read>"},
        Good{"fentry:vfs_read() -> s64", "fentry ||vfs_read()>s64"},
        Good{"fexit:vfs_read -> s64", "fexit ||vfs_read>s64"}));

INSTANTIATE_TEST_SUITE_P(
    Names, Understood,
    testing::Values(
        Good{"uprobe:./app:ns::Server::handle", "uprobe ./app||ns::Server::handle"},
        Good{"uprobe:./app:ns::T<int>::f(u8 a)", "uprobe ./app||ns::T<int>::f(u8 a,)"},
        Good{"uprobe:./app:ns::T<int, char>::f", "uprobe ./app||ns::T<int, char>::f"},
        Good{"uprobe:./app:ns::T::operator()", "uprobe ./app||ns::T::operator()"},
        Good{"uprobe:./app:ns::T::operator()()", "uprobe ./app||ns::T::operator()()"},
        Good{"uprobe:./app:operator()(ptr at, u32 n) -> bool",
             "uprobe ./app||operator()(ptr at,u32 n,)>bool"},
        Good{"uprobe:./app:operator->", "uprobe ./app||operator->"},
        Good{"uprobe:./app:T::operator->() -> ptr", "uprobe ./app||T::operator->()>ptr"},
        Good{"uprobe:./app:T::operator-> -> ptr", "uprobe ./app||T::operator->>ptr"},
        Good{"uprobe:./app:operator->*(ptr a)", "uprobe ./app||operator->*(ptr a,) pattern"},
        Good{"uprobe:./app:T::operator+", "uprobe ./app||T::operator+"},
        Good{"uprobe:./app:T::operator++(ptr a)", "uprobe ./app||T::operator++(ptr a,)"},
        Good{"uprobe:./app:T::operator+=", "uprobe ./app||T::operator+="},
        Good{"uprobe:./app:T::operator+ +8", "uprobe ./app||T::operator++8"},
        Good{"uprobe:./app:operator new(size_t size)", "uprobe ./app||operator new(u64 size,)"},
        Good{"uprobe:./app:operators(size_t size)", "uprobe ./app||operators(u64 size,)"},
        Good{"uprobe:./app:my_operator()", "uprobe ./app||my_operator()"},
        Good{"uprobe:./app:T::~T", "uprobe ./app||T::~T"},
        Good{"uprobe:./app:ns::name[abi:cxx11](int a) ->",
             "uprobe ./app||ns::name[abi:cxx11](s32 a,)>"},
        Good{"uprobe:./app:ns::T[abi:cxx11]::f[abi:v2]+0x10",
             "uprobe ./app||ns::T[abi:cxx11]::f[abi:v2]+16"},
        Good{"uprobe:./app:(anonymous namespace)::f(int a)",
             "uprobe ./app||(anonymous namespace)::f(s32 a,)"},
        Good{"uprobe:./app:core::fmt::write", "uprobe ./app||core::fmt::write"},
        Good{"uprobe:./app:<T as core::fmt::Write>::write",
             "uprobe ./app||<T as core::fmt::Write>::write"},
        Good{"uprobe:./app:foo.cold", "uprobe ./app||foo.cold"},
        Good{"uprobe:libc:memcpy@@GLIBC_2.14", "uprobe libc||memcpy@@GLIBC_2.14"},
        Good{"uprobe:libc:mem*", "uprobe libc||mem* pattern"},
        Good{"uprobe:libc:mem?py -> ptr", "uprobe libc||mem?py>ptr pattern"}));

INSTANTIATE_TEST_SUITE_P(
    Types, Understood,
    testing::Values(
        Good{"uprobe:./app:handle(u32 id, str path, bytes[32] key) -> s64",
             "uprobe ./app||handle(u32 id,str path,bytes[32] key,)>s64"},
        Good{"uprobe:a:f()", "uprobe a||f()"}, Good{"uprobe:a:f( )", "uprobe a||f()"},
        Good{"uprobe:a:f(u32, str)", "uprobe a||f(u32 arg0,str arg1,)"},
        Good{"uprobe:a:f(u32, str b, ptr)", "uprobe a||f(u32 arg0,str b,ptr arg2,)"},
        Good{"uprobe:a:f(u8 a,u16 b,u32 c,u64 d,s8 e,s16 f,s32 g,s64 h,bool i,ptr j)",
             "uprobe a||f(u8 a,u16 b,u32 c,u64 d,s8 e,s16 f,s32 g,s64 h,bool i,ptr j,)"},
        Good{"uprobe:a:f(int a, unsigned b, unsigned int c, long d, unsigned long e)",
             "uprobe a||f(s32 a,u32 b,u32 c,s64 d,u64 e,)"},
        Good{"uprobe:a:f(unsigned long long a, long long b, short, unsigned char)",
             "uprobe a||f(u64 a,s64 b,s16 arg2,u8 arg3,)"},
        Good{"uprobe:a:f(size_t a, ssize_t b, uint16_t c, int64_t d)",
             "uprobe a||f(u64 a,s64 b,u16 c,s64 d,)"},
        Good{"uprobe:a:f(char* a, char *b, const char *c, const char * const d, char*)",
             "uprobe a||f(str a,str b,str c,str d,str arg4,)"},
        Good{"uprobe:a:f(FILE *a, struct stat *b, void*, u32* c, char **argv, ns::T &t)",
             "uprobe a||f(ptr a,ptr b,ptr arg2,ptr c,ptr argv,ptr t,)"},
        Good{"uprobe:a:f(unsigned char *a, const unsigned b)", "uprobe a||f(ptr a,u32 b,)"},
        Good{"uprobe:a:f(bytes[1] a, bytes [ 4096 ] b, bytes[7])",
             "uprobe a||f(bytes[1] a,bytes[4096] b,bytes[7] arg2,)"},
        Good{"uprobe:a:f(u32 a_15_characters)", "uprobe a||f(u32 a_15_characters,)"},
        Good{"uprobe:a:f(u8,u8,u8,u8,u8,u8,u8,u8,u8,u8,u8,u8)->const char *",
             "uprobe a||f(u8 arg0,u8 arg1,u8 arg2,u8 arg3,u8 arg4,u8 arg5,u8 arg6,u8 arg7,u8 arg8,"
             "u8 arg9,u8 arg10,u8 arg11,)>str"}));

struct Bad {
  const char* text;
  const char* what;
  const char* caret;
  const char* hint;
};
class NotUnderstood : public testing::TestWithParam<Bad> {};

TEST_P(NotUnderstood, IsPointedAt) {
  const Bad& bad = GetParam();
  const auto spec = parse_spec(bad.text);
  ASSERT_FALSE(spec) << bad.text;
  EXPECT_EQ(spec.error().what,
            std::string("probe: ") + bad.what + "\n    " + bad.text + "\n    " + bad.caret);
  EXPECT_EQ(spec.error().hint, bad.hint);
  EXPECT_EQ(spec.error().exit_status, Exit::usage);
}

constexpr const char* types = "types are u8 u16 u32 u64 s8 s16 s32 s64 bool ptr str bytes[N]";
constexpr const char* surfaces =
    "surfaces are uprobe uretprobe usdt tracepoint raw_tp kprobe kretprobe fentry fexit: write "
    "uprobe:libc:malloc";
constexpr const char* form = "write a type and a name: u32 id, str path, bytes[32] key, T *at";
constexpr const char* uprobe = "write uprobe:libc:malloc(size_t size) -> ptr";

INSTANTIATE_TEST_SUITE_P(
    Surfaces, NotUnderstood,
    testing::Values(
        Bad{"", "a surface is expected here", "^", surfaces},
        Bad{"malloc", "unknown surface 'malloc'", "^~~~~~", surfaces},
        Bad{"urobe:libc:malloc", "unknown surface 'urobe'", "^~~~~", "did you mean 'uprobe'?"},
        Bad{"rawtp:sys_enter", "unknown surface 'rawtp'", "^~~~~", "did you mean 'raw_tp'?"},
        Bad{"UPROBE:a:b", "unknown surface 'UPROBE'", "^~~~~~", surfaces},
        Bad{"uprobe", "':' is expected here", "      ^", uprobe},
        Bad{"uprobe:", "a program or library is expected here", "       ^", uprobe},
        Bad{"uprobe::malloc", "a program or library is expected here", "       ^", uprobe},
        Bad{"uprobe:libc", "':' and a name are expected here", "           ^", uprobe},
        Bad{"uprobe:malloc(size_t n)", "':' and a name are expected here",
            "                       ^", uprobe},
        Bad{"uprobe:ns::f", "':' and a name are expected here", "            ^", uprobe},
        Bad{"uprobe:ns::f:g", "a program or library has no ':'", "         ^~", uprobe},
        Bad{"uprobe:libc:", "a name is expected here", "            ^", uprobe},
        Bad{"uprobe:libc:(u32)", "a name is expected here", "            ^", uprobe},
        Bad{"uprobe:/a:b/c:f", "':' is not expected here", "             ^",
            "a program or library has no ':' in its path"},
        Bad{"uprobe:libc:0x12g", "'0x12g' is not an offset", "            ^~~~~",
            "an offset in the file is a number: uprobe:PATH:0x1234"},
        Bad{"uprobe:libc:malloc+", "a number is expected behind '+'", "                   ^",
            "write uprobe:libc:malloc+0x10"},
        Bad{"kprobe:f+x", "a number is expected behind '+'", "         ^",
            "write kprobe:do_unlinkat+0x10"},
        Bad{"uprobe:libc:+8", "a name is expected here", "            ^", uprobe},
        Bad{"kprobe:", "a name is expected here", "       ^",
            "write kprobe:do_unlinkat(int dfd) -> s32"},
        Bad{"kprobe:ext4:f", "unexpected character", "           ^",
            "write kprobe:do_unlinkat(int dfd) -> s32"},
        Bad{"fentry:f+8", "unexpected character", "        ^", "write fentry:do_unlinkat"},
        Bad{"tracepoint:sched_switch", "':' and a name are expected here",
            "                       ^", "write tracepoint:sched:sched_switch"},
        Bad{"tracepoint:a b:c", "unexpected character", "            ^",
            "write tracepoint:sched:sched_switch"},
        Bad{"usdt:python::gc", "':' and a name are expected here", "               ^",
            "write usdt:python:function__entry"},
        Bad{"usdt:a:b:c:d", "unexpected character", "          ^",
            "write usdt:python:function__entry"}));

INSTANTIATE_TEST_SUITE_P(
    Signatures, NotUnderstood,
    testing::Values(
        Bad{"uprobe:a:f(u32", "')' is expected here", "              ^", uprobe},
        Bad{"uprobe:a:f(u32) x", "'->' or nothing is expected here", "                ^", uprobe},
        Bad{"uprobe:a:f(u32))", "'->' or nothing is expected here", "               ^", uprobe},
        Bad{"uprobe:a:f(u32 a b)", "',' or ')' is expected here", "                 ^", form},
        Bad{"uprobe:a:f(u32,)", "a type is expected here", "               ^", form},
        Bad{"uprobe:a:f(,u32)", "a type is expected here", "           ^", form},
        Bad{"uprobe:a:f(*p)", "a type is expected here", "           ^", form},
        Bad{"uprobe:a:f(u33 a)", "unknown type 'u33'", "           ^~~", "did you mean 'u32'?"},
        Bad{"uprobe:a:f(string a)", "unknown type 'string'", "           ^~~~~~", types},
        Bad{"uprobe:a:f(void)", "unknown type 'void'", "           ^~~~", types},
        Bad{"uprobe:a:f(id u32)", "unknown type 'id'", "           ^~", form},
        Bad{"uprobe:a:f(double d)", "unknown type 'double'", "           ^~~~~~",
            "leave it out: no tracing program can read the registers of floating-point numbers, "
            "and the others do not count them"},
        Bad{"uprobe:a:f(T<int> *p)", "unexpected character", "            ^", form},
        Bad{"uprobe:a:f(u32 1a)", "a name is expected here", "               ^~",
            "names have letters, digits and _, and begin with no digit"},
        Bad{"uprobe:a:f(u32 a[4])", "',' or ')' is expected here", "                ^~~", form},
        Bad{"uprobe:a:f(u32 a_16_characters_)", "'a_16_characters_' has more than 15 characters",
            "               ^~~~~~~~~~~~~~~~",
            "choose a shorter name: it becomes the name of a field"},
        Bad{"uprobe:a:f(u32 unused2)", "no name may begin with 'unused'", "               ^~~~~~~",
            "fields of such names are not shown: choose another"},
        Bad{"uprobe:a:f(u32 a, str a)", "two parameters are called 'a'", "                  ^~~~~",
            "give each its own name"},
        Bad{"uprobe:a:f(u32 arg1, str)", "two parameters are called 'arg1'",
            "                     ^~~", "give each its own name"},
        Bad{"uprobe:a:f(u8,u8,u8,u8,u8,u8,u8,u8,u8,u8,u8,u8,u16)", "more than 12 parameters",
            "                                               ^~~",
            "leave out those at the end that you do not need"},
        Bad{"uprobe:a:f(bytes a)", "'bytes' has no size", "           ^~~~~", "write bytes[32]"},
        Bad{"uprobe:a:f(bytes[])", "a number of bytes is expected here", "                 ^",
            "write bytes[32]"},
        Bad{"uprobe:a:f(bytes[)", "a number of bytes is expected here", "                 ^",
            "write bytes[32]"},
        Bad{"uprobe:a:f(bytes[0])", "'0' is not a number of bytes from 1 to 4096",
            "                 ^", "write bytes[32]"},
        Bad{"uprobe:a:f(bytes[4097])", "'4097' is not a number of bytes from 1 to 4096",
            "                 ^~~~", "write bytes[32]"},
        Bad{"uprobe:a:f(bytes[8 a)", "']' is expected here", "                   ^",
            "write bytes[32]"},
        Bad{"uprobe:a:f -> bytes[8]", "a result cannot be bytes", "              ^~~~~~~~",
            "what a register holds is returned: write -> ptr, or -> str of a text"},
        Bad{"uprobe:a:f -> s64 x", "nothing is expected behind the type of the result",
            "                  ^", ""},
        Bad{"uprobe:a:f+8 -> s64", "only where a function begins its return can be paired",
            "             ^~~~~~", "leave out the offset, or the result"},
        Bad{"uretprobe:libc:malloc(size_t n) -> ptr",
            "when a function returns, its parameters are gone", "                      ^~~~~~~~",
            "uprobe with -> pairs both: write uprobe:libc:malloc(size_t size) -> ptr"},
        Bad{"kretprobe:f(int a)", "when a function returns, its parameters are gone",
            "            ^~~~~",
            "kprobe with -> pairs both: write kprobe:do_unlinkat(int dfd) -> s32"},
        Bad{"tracepoint:a:b(u32)", "tracepoint has no signature", "              ^~~~~",
            "the kernel tells its fields: leave it out"},
        Bad{"tracepoint:a:b -> u32", "tracepoint has no result", "               ^~~~~~",
            "leave out -> and what follows"},
        Bad{"raw_tp:f -> u32", "raw_tp has no result", "         ^~~~~~",
            "leave out -> and what follows"},
        Bad{"usdt:a:b() -> u32", "usdt has no result", "           ^~~~~~",
            "leave out -> and what follows"}));

TEST(Spec, WhatATerminalMayNotHaveIsNotEchoed) {
  const auto spec = parse_spec("uprobe:a:\x1b[31m");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().what, "probe: unexpected character\n    uprobe:a: [31m\n             ^");
  EXPECT_EQ(parse_spec(std::string(5000, 'a')).error().what, "probe: more than 4096 characters");
  EXPECT_TRUE(parse_spec("uprobe:/tmp/\xc3\xa4pp:f\xc3\xbcr"));
}

}  // namespace
}  // namespace plumb::probe::spec_test
