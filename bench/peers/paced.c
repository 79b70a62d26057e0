// paced SECONDS CPU CALLS_PER_SECOND: calls getpgid(0) at a steady rate on one processor.
//
// Finds the rate at which a reader still keeps up with bench/tracers/burst.bpf.c: workloads/burst
// is always as fast as it can be, and so is 0 here. Prints "calls N seconds S".
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "../workloads/workload.h"

int main(int argc, char** argv) {
  if (argc != 4) fail("usage", "paced SECONDS CPU CALLS_PER_SECOND");
  double seconds = atof(argv[1]);
  double interval = atof(argv[3]) > 0 ? 1e9 / atof(argv[3]) : 0;
  pin_to(parse_number(argv[2], 0));
  long start = now_ns(), end = start + (long)(seconds * 1e9), now = start, calls = 0;
  while (now < end) {
    // late: the next call comes at once, so that the mean rate is the one asked for
    if ((double)(now - start) >= (double)calls * interval) {
      syscall(SYS_getpgid, 0);
      calls++;
    }
    now = now_ns();
  }
  printf("calls %ld seconds %.6f\n", calls, (double)(now - start) / 1e9);
  return 0;
}
