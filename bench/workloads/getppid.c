// getppid COUNT [CPU]: calls getppid COUNT times on one processor and prints the ns per call.
//
// The cheapest system call that really enters the kernel: the difference that a tracer makes here
// is its cost per system call, with nothing else in the way. Without CPU it stays where it started.
#define _GNU_SOURCE
#include "workload.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) fail("usage", "getppid COUNT [CPU]");
  long count = parse_number(argv[1], 1);
  pin_to(argc > 2 ? parse_number(argv[2], 0) : sched_getcpu());
  long start = now_ns();
  for (long i = 0; i < count; i++) (void)getppid();
  printf("%.1f ns per call\n", (double)(now_ns() - start) / (double)count);
  return 0;
}
