// trickle COUNT INTERVAL_US PROGRAM: executes PROGRAM COUNT times with a pause after each.
//
// Events so rare that a reader of them has gone to sleep in between: what remains between an event
// and its line of output is the tracer's latency. The pause is counted from the end of an
// execution, so the quiet lasts at least that long. PROGRAM is a path; its environment is empty.
#define _GNU_SOURCE
#include "workload.h"

int main(int argc, char** argv) {
  if (argc != 4) fail("usage", "trickle COUNT INTERVAL_US PROGRAM");
  long count = parse_number(argv[1], 1);
  long interval_us = parse_number(argv[2], 0);
  struct timespec pause = {interval_us / 1000000, interval_us % 1000000 * 1000};
  for (long i = 0; i < count; i++) {
    run_and_wait(argv + 3);
    nanosleep(&pause, NULL);
  }
  return 0;
}
