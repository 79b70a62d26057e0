// What the workloads share: arguments, the clock, the processor, and starting a program.
//
// They are plain C and do as little as possible beside what they are for, so that a tracer's cost
// is seen and not theirs.
#pragma once

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Noreturn static inline void fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
  exit(2);
}

static inline long parse_number(const char* text, long least) {
  char* end;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (end == text || *end || errno) fail(text, "not a number: give a decimal one");
  if (number < least) fail(text, "number too small");
  return number;
}

static inline long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

// A loop that moves between processors measures the move.
static inline void pin_to(long cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof(set), &set))
    fail("cannot stay on that processor", strerror(errno));
}

// vfork costs the least a start can cost: no copy of page tables, none of posix_spawn's signal and
// stack work. The environment is empty because its size would be part of the result.
static inline void run_and_wait(char** command) {
  static char* no_environment[] = {NULL};
  static volatile int exec_error;
  exec_error = 0;
  pid_t child = vfork();
  if (child < 0) fail("vfork", strerror(errno));
  if (child == 0) {
    execve(command[0], command, no_environment);
    exec_error = errno;
    _exit(127);
  }
  while (waitpid(child, NULL, 0) < 0)
    if (errno != EINTR) fail("waitpid", strerror(errno));
  if (exec_error) fail(command[0], strerror(exec_error));
}
