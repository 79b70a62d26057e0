// Where a uprobe goes: functions as the assembler and gcc make them, and those of libc.
#include "probe/placement.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <memory>

#include "probe/elf.h"
#include "probe/open_file.h"
#include "probe/x86_code.h"
#include "probe_assembled.h"

namespace plumb::probe::placement_test {
namespace {

constexpr uint32_t rdi = 1 << 7;

struct Case {
  const char* name;
  std::string assembly;
  uint64_t offset;
  std::string reason;
  int64_t stack_moved = 0;
};

const std::string nothing = "entry: nothing cheaper is proven";

const std::vector<Case> cases = {
    {"a push", "push %rbp; mov %rsp,%rbp; pop %rbp; ret", 0, "entry: push %rbp is emulated"},
    {"a tail call", "jmp elsewhere", 0, "entry: jmp is emulated"},
    {"behind endbr64", "endbr64; push %r12; call elsewhere; pop %r12; ret", 4,
     "past endbr64: push %r12 is emulated"},
    {"behind endbr64, with a table", "endbr64; push %rbx; jmp *(%rdi); pop %rbx; ret", 4,
     "past endbr64: push %rbx is emulated"},
    {"a loop back to what is behind endbr64", "endbr64; 1: push %rbx; jmp 1b", 0, nothing},
    {"free", "test %rdi,%rdi; je 1f; push %rbx; call elsewhere; pop %rbx; 1: ret", 3,
     "at +3: je is emulated; the arguments are still there"},
    {"a long jump", "cmpl $5,(%rdi); ja 1f; ret; .nops 200; 1: ret", 3,
     "at +3: ja is emulated; the arguments are still there"},
    {"a tail call behind", "test %rdi,%rdi; je 1f; jmp elsewhere; 1: ret", 3,
     "at +3: je is emulated; the arguments are still there"},
    {"a switch", "cmp $5,%edi; ja 1f; jmp *t(,%rdi,8); 1: ret", 3,
     "at +3: ja is emulated; the arguments are still there"},
    {"two tests", "test %rsi,%rsi; test %rdi,%rdi; jne 1f; ret; 1: ret", 6,
     "at +6: jne is emulated; the arguments are still there"},
    {"two tests, and a way out that may lead back",
     "test %rsi,%rsi; test %rdi,%rdi; jne 1f; jmp elsewhere; 1: ret", 0, nothing},
    {"two tests and a switch", "cmpl $0,(%rdi); cmp $5,%edi; ja 1f; jmp *t(,%rdi,8); 1: ret", 0,
     nothing},
    {"endbr64, a test and a way out", "endbr64; test %rdi,%rdi; je elsewhere; ret", 0, nothing},
    {"endbr64 and a test", "endbr64; test %rdi,%rdi; je 1f; ret; 1: ret", 7,
     "at +7: je is emulated; the arguments are still there"},
    {"a loop whose head is the place", "test %rdi,%rdi; 1: je 2f; dec %rdi; jmp 1b; 2: ret", 0,
     nothing},
    {"a loop whose head is before it",
     "endbr64; 1: cmpb $0,(%rdi); je 2f; inc %rdi; jmp 1b; 2: ret", 0, nothing},
    {"a loop back to the entry", "1: cmpb $0,(%rdi); je 2f; inc %rdi; jmp 1b; 2: ret", 3,
     "at +3: je is emulated; the arguments are still there"},
    {"an argument changed", "add $8,%rdi; test %rdi,%rdi; je 1f; ret; 1: ret", 0, nothing},
    {"rax changed", "mov (%rdi),%rax; test %rax,%rax; je 1f; ret; 1: ret", 0, nothing},
    {"memory changed", "movl $0,(%rdi); test %rsi,%rsi; je 1f; ret; 1: ret", 0, nothing},
    {"a frame", "sub $24,%rsp; test %rdi,%rdi; je 1f; add $24,%rsp; ret; 1: add $24,%rsp; ret", 7,
     "at +7: je is emulated; the arguments are still there", -24},
    {"a frame of calls",
     "sub $24,%rsp; test %rdi,%rdi; je 1f; call elsewhere; 1: add $24,%rsp; ret", 0, nothing},
    {"an aligned frame", "and $-32,%rsp; test %rdi,%rdi; je 1f; ret; 1: ret", 0, nothing},
    {"an indirect call", "test %rsi,%rsi; call *%rdi; push %rbx; pop %rbx; ret", 0, nothing},
    {"jrcxz", "jrcxz 1f; test %rdi,%rdi; je 1f; ret; 1: ret", 0, nothing},
    {"only a return", "ret", 0, nothing},
    {"a short one", "test %rdi,%rdi", 0, nothing},
    {"one that runs on", "endbr64; test %rdi,%rdi; je 1f; ret; 1: nop", 0, nothing},
    {"one that ends in a call", "endbr64; test %rdi,%rdi; je 1f; ret; 1: call elsewhere", 7,
     "at +7: je is emulated; the arguments are still there"},
    {"too many before it", ".rept 9; test %edi,%edi; .endr; je 1f; ret; 1: ret", 0, nothing},
    {"too far", ".rept 4; cmpl $0x11111,0x1000(%rdi); .endr; je 1f; ret; 1: ret", 0, nothing},
    {"what the kernel refuses", "lock incl (%rdi); ret", 0,
     "entry: the kernel takes no uprobe there"},
    {"no instruction behind", "test %rdi,%rdi; je 1f; ret; 1: ret; .byte 6", 0, nothing},
    {"a jump into an instruction", "test %rdi,%rdi; je 1f + 1; ret; 1: mov $1,%eax; ret", 0,
     nothing},
};

TEST(Placement, OfAssembledFunctions) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const std::string code = assembled(each.assembly + "\n.set elsewhere, . + 0x10000\n.set t, 0");
    ASSERT_FALSE(code.empty());
    const Placement place = place_entry(code, true);
    EXPECT_EQ(place.offset, each.offset);
    EXPECT_EQ(place.reason, each.reason);
    EXPECT_EQ(place.stack_moved, each.stack_moved);
    EXPECT_EQ(place.emulated, each.reason.ends_with("emulated") || each.offset != 0);
    const Placement of_part = place_entry(code, false);
    EXPECT_EQ(of_part.offset, 0u);
    EXPECT_EQ(of_part.emulated, place.emulated && each.offset == 0);
  }
}

TEST(Placement, KeepsTheRegistersThatAreAskedFor) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  const std::string code =
      assembled("endbr64; mov (%rdi),%rax; mov %edx,%esi; test %rax,%rax; je 1f; ret; 1: ret");
  EXPECT_EQ(place_entry(code, true, rdi).offset, 12u);
  EXPECT_EQ(place_entry(code, true, 1 << 6).offset, 0u);
  const std::string frame = assembled("mov %rdi,%rbp; test %rax,%rax; je 1f; ret; 1: ret");
  EXPECT_EQ(place_entry(frame, true, rdi).offset, 0u);
}

TEST(Placement, OfNothingAndOfWhatIsTooLarge) {
  EXPECT_EQ(place_entry("", true).offset, 0u);
  EXPECT_FALSE(place_entry("", true).emulated);
  const std::string jump = "\x48\x85\xff\x74\x01\xc3\xc3";  // test; je; ret; ret
  EXPECT_EQ(place_entry(jump + std::string((64 << 10) - 7, '\x90') + "", true).offset, 3u);
  EXPECT_EQ(place_entry(jump + std::string(64 << 10, '\x90'), true).offset, 0u);
}

TEST(Placement, KnowsWhereInstructionsBegin) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  const std::string code = assembled("endbr64; test %rdi,%rdi; je 1f; mov $1,%eax; 1: ret");
  std::vector<uint64_t> begins;
  for (uint64_t at = 0; at < code.size() + 20; at++)
    if (begins_instruction(code, at)) begins.push_back(at);
  EXPECT_EQ(begins, (std::vector<uint64_t>{0, 4, 7, 9, 14}));
  // of code that is cut, or ends in data, what is before
  EXPECT_TRUE(begins_instruction(code.substr(0, 12), 7));
  EXPECT_FALSE(begins_instruction(code.substr(0, 12), 9));
  EXPECT_TRUE(begins_instruction(code + "\x06", 9));
  const std::string astray = assembled("je 1f + 1; ret; 1: mov $1,%eax; ret");
  EXPECT_FALSE(begins_instruction(astray, 3));
}

TEST(Placement, KnowsWhereFunctionsReturn) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  const auto returns = returns_of(
      assembled("test %rdi,%rdi; je 1f; mov $0xc3c3c3c3,%eax; ret; 1: repz ret; ud2; ret $8"));
  ASSERT_TRUE(returns);
  EXPECT_EQ(*returns, (std::vector<uint64_t>{10, 11, 15}));
  EXPECT_TRUE(returns_of(assembled("1: jmp 1b"))->empty());
  EXPECT_FALSE(returns_of(""));
  EXPECT_FALSE(returns_of("\xc3\x06"));
  EXPECT_FALSE(returns_of("\xc3\xe9"));
}

// The code of a function by its symbol, as nm tells it; empty where there is none.
std::string function_of(const std::string& path, const std::string& name) {
  const std::string command =
      "nm -D -S --defined-only '" + path + "' | grep -E ' " + name + "(@|$)'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  unsigned long address = 0, size = 0;
  if (fscanf(pipe.get(), "%lx %lx", &address, &size) != 2) return {};
  auto open = open_file(path);
  const FileBytes bytes(std::move(open->file), open->size);
  const auto elf = Elf::of(bytes);
  std::string code;
  if (!elf || !elf->offset_of(address) || !bytes.read(*elf->offset_of(address), code, size))
    return {};
  return code;
}

TEST(Placement, OfLibcsFree) {
  const std::string libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";
  if (access(libc.c_str(), R_OK) != 0 || !has_tools("nm"))
    GTEST_SKIP() << "no libc there, or no nm";
  const std::string code = function_of(libc, "free");
  if (!code.starts_with("\x48\x85\xff")) GTEST_SKIP() << "free does not begin with a test";
  const Placement place = place_entry(code, true);
  EXPECT_EQ(place.offset, 3u);
  EXPECT_EQ(place.reason, "at +3: je is emulated; the arguments are still there");
  const std::string other = function_of(libc, "malloc");
  const bool pushes = other.starts_with('\x55') || other.starts_with('\x53');
  EXPECT_TRUE(!pushes || place_entry(other, true).reason.starts_with("entry: push"));
}

constexpr const char* c_source = R"(
long outside(long);
long twice(long a, long b) { long r = outside(a); return outside(r + b) + b; }
void release(void *p) { if (p) outside((long)p); }
long wait_for(volatile int *p) { while (*p) ; return 1; }
long depth(long a) { return a ? 1 + depth(outside(a)) : 0; }
)";

class Library {
 public:
  explicit Library(const std::string& protection) {
    std::ofstream(place_.path() + "/a.c") << c_source;
    EXPECT_TRUE(place_.run("gcc -O2 -fPIC -shared -nostdlib -fcf-protection=" + protection +
                           " -o a.so a.c"));
  }
  std::string code(const std::string& name) const {
    return function_of(place_.path() + "/a.so", name);
  }

 private:
  Workplace place_;
};

TEST(Placement, OfWhatGccMakes) {
  if (!has_tools("gcc nm")) GTEST_SKIP() << "no gcc, nm";
  const Library plain("none"), guarded("full");
  const std::string twice = guarded.code("twice");
  ASSERT_TRUE(twice.starts_with("\xf3\x0f\x1e\xfa")) << "no endbr64";
  EXPECT_EQ(place_entry(twice, true).offset, 4u);
  EXPECT_TRUE(place_entry(twice, true).emulated);
  EXPECT_EQ(place_entry(plain.code("twice"), true).offset, 0u);
  EXPECT_TRUE(place_entry(plain.code("twice"), true).emulated);
  // test, je, and a tail call
  EXPECT_EQ(place_entry(plain.code("release"), true).offset, 3u);
  EXPECT_EQ(place_entry(guarded.code("release"), true).offset, 0u);
  // a loop behind endbr64: only its branch is emulated
  EXPECT_EQ(place_entry(guarded.code("wait_for"), true, rdi).offset, 0u);
  for (const Library* each : {&plain, &guarded})
    EXPECT_EQ(returns_of(each->code("wait_for"))->size(), 1u);
}

}  // namespace
}  // namespace plumb::probe::placement_test
