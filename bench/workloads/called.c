// called FUNCTION COUNT [CPU]: calls a function COUNT times on one processor and prints the ns per
// call.
//
// pushed  begins with a push, which the kernel does itself where a uprobe replaces it
// marked  begins with endbr64, over which it has to step, and then has a push
// passed  passes a static probe of one argument
#define _GNU_SOURCE
#include <sys/sdt.h>

#include "workload.h"

long pushed(long x);
long marked(long x);

#define BODY(name, first)                                                                       \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n" first              \
          "push %rbx\nmov %rdi,%rbx\nlea 1(%rbx),%rax\npop %rbx\nret\n.size " #name ",.-" #name \
          "\n")
BODY(pushed, "");
BODY(marked, "endbr64\n");

__attribute__((noinline)) static long passed(long x) {
  STAP_PROBE1(bench, passed, x);
  return x + 1;
}

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) fail("usage", "called FUNCTION COUNT [CPU]");
  long (*function)(long) = strcmp(argv[1], "pushed") == 0   ? pushed
                           : strcmp(argv[1], "marked") == 0 ? marked
                           : strcmp(argv[1], "passed") == 0 ? passed
                                                            : NULL;
  if (!function) fail(argv[1], "one of pushed, marked, passed");
  long count = parse_number(argv[2], 1);
  pin_to(argc > 3 ? parse_number(argv[3], 0) : sched_getcpu());
  long start = now_ns(), x = 0;
  for (long i = 0; i < count; i++) x = function(x);
  printf("%.1f ns per call\n", (double)(now_ns() - start) / (double)count);
  return x == count ? 0 : 1;
}
