// announced COUNT [CPU]: what a probe of plumb.h costs, beside the same loop without it: the least
// of 20 rounds of COUNT turns each, in ns per turn.
//
// plain    a multiplication and an addition, each turn of the one before
// probed   and a probe that passes the result
// asking   and the question whether somebody listens, and the probe if so
#define _GNU_SOURCE
#include <plumb.h>

#include "workload.h"

// The compiler may not know what a turn computes: it would do many at once without a probe.
#define LOOP(name, announce)                               \
  __attribute__((noinline)) static long name(long count) { \
    long x = count;                                        \
    for (long i = 0; i < count; i++) {                     \
      x = x * 6364136223846793005 + 1442695040888963407;   \
      __asm__ volatile("" : "+r"(x));                      \
      announce;                                            \
    }                                                      \
    return x;                                              \
  }

LOOP(plain, )
LOOP(probed, PLUMB_PROBE(announced, probed, x))
LOOP(asking, if (PLUMB_PROBE_WANTED(announced, asking)) PLUMB_PROBE(announced, asking, x))

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) fail("usage", "announced COUNT [CPU]");
  static const struct {
    const char* name;
    long (*loop)(long);
  } loops[] = {{"plain", plain}, {"probed", probed}, {"asking", asking}};
  const long count = parse_number(argv[1], 1);
  pin_to(argc > 2 ? parse_number(argv[2], 0) : sched_getcpu());
  long least[3] = {0}, x = 0;
  for (int round = 0; round < 20; round++)
    for (int i = 0; i < 3; i++) {
      const long start = now_ns();
      x ^= loops[i].loop(count);
      const long took = now_ns() - start;
      if (round == 0 || took < least[i]) least[i] = took;
    }
  for (int i = 0; i < 3; i++)
    printf("%-8s%.2f ns per turn\n", loops[i].name, (double)least[i] / (double)count);
  return x == 0;
}
