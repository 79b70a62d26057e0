// spawnstorm COUNT WORKERS PROGRAM [ARGS...]: COUNT executions of PROGRAM, as fast as they go.
//
// The stress test of everything that sees processes begin and end: no event may be lost, and the
// rate with a tracer over the rate without one is what the tracer costs. The workers are processes,
// so they share no memory map whose lock would slow them. PROGRAM is a path; its environment is
// empty. Prints "executions N seconds S per_second R".
#define _GNU_SOURCE
#include "workload.h"

static void start_worker(int gate, int gate_keeper, long count, char** command) {
  pid_t worker = fork();
  if (worker < 0) fail("fork", strerror(errno));
  if (worker > 0) return;
  close(gate_keeper);
  char byte;
  if (read(gate, &byte, 1) < 0) fail("read", strerror(errno));
  for (long i = 0; i < count; i++) run_and_wait(command);
  _exit(0);
}

static void wait_for_workers(long workers) {
  for (long i = 0; i < workers; i++) {
    int status;
    if (wait(&status) < 0) fail("wait", strerror(errno));
    if (status) fail("a worker failed", "its message is above");
  }
}

int main(int argc, char** argv) {
  if (argc < 4) fail("usage", "spawnstorm COUNT WORKERS PROGRAM [ARGS...]");
  long count = parse_number(argv[1], 1);
  long workers = parse_number(argv[2], 1);
  // Closing the pipe is the starting shot: forking the workers is not part of the storm.
  int gate[2];
  if (pipe(gate)) fail("pipe", strerror(errno));
  for (long i = 0; i < workers; i++)
    start_worker(gate[0], gate[1], count / workers + (i < count % workers), argv + 3);
  long start = now_ns();
  close(gate[1]);
  wait_for_workers(workers);
  double seconds = (double)(now_ns() - start) / 1e9;
  printf("executions %ld seconds %.6f per_second %.0f\n", count, seconds, (double)count / seconds);
  return 0;
}
