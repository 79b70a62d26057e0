// burst COUNT CPU: calls getpgid(0) COUNT times on one processor and prints the ns per call.
//
// A call that nothing else makes often, so that a tracer may answer each one with many records and
// all of them are due to this loop: how fast records travel, and how many are lost.
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "workload.h"

int main(int argc, char** argv) {
  if (argc != 3) fail("usage", "burst COUNT CPU");
  long count = parse_number(argv[1], 1);
  pin_to(parse_number(argv[2], 0));
  long start = now_ns();
  for (long i = 0; i < count; i++) syscall(SYS_getpgid, 0);
  printf("%.1f ns per call\n", (double)(now_ns() - start) / (double)count);
  return 0;
}
