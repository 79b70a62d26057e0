// probes: has static probes with arguments of every width, sign and place. Does nothing.
// probes wait: says so on standard output, and sleeps until it is ended.
// probes gate: says where the semaphore of `gate` is in memory; then, for each line N of standard input, comes by
//              N times, goes through `gate` if that is up, and says how high it is and how often it went through.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#define SEMAPHORE(name) \
  __extension__ unsigned short live_##name##_semaphore __attribute__((section(".probes"), used))
SEMAPHORE(widths);
SEMAPHORE(places);
SEMAPHORE(numbers);
SEMAPHORE(sites);
SEMAPHORE(nothing);
SEMAPHORE(gate);

static long table[64];
static __thread int of_thread;

__attribute__((noinline)) static void widths(uint8_t u8, int8_t i8, uint16_t u16, int16_t i16,
                                             uint32_t u32, int32_t i32, uint64_t u64, int64_t i64) {
  STAP_PROBE8(live, widths, u8, i8, u16, i16, u32, i32, u64, i64);
}

__attribute__((noinline)) static void places(long* base, long index) {
  of_thread++;
  __asm__ volatile("" ::: "memory");
  STAP_PROBE4(live, places, base[index], table[3], of_thread, base[2]);
}

__attribute__((noinline)) static void numbers(double real, float small) {
  STAP_PROBE5(live, numbers, real, small, 12345, -1L, 'x');
}

__attribute__((always_inline)) static inline void site(int number) {
  STAP_PROBE1(live, sites, number);
}

static int come_by(void) {
  char line[32];
  printf("%lx\n", (unsigned long)&live_gate_semaphore);
  fflush(stdout);
  while (fgets(line, sizeof(line), stdin)) {
    int through = 0;
    for (int i = atoi(line); i > 0; i--) {
      if (!*(volatile unsigned short*)&live_gate_semaphore) continue;
      through++;
      STAP_PROBE2(live, gate, through, (char)-i);
    }
    printf("%d %d\n", *(volatile unsigned short*)&live_gate_semaphore, through);
    fflush(stdout);
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "gate") == 0) return come_by();
  widths(argc, -argc, argc + 1, ~argc, argc + 2, argc * -3, argc + 4L, argc * -5L);
  places(table + argc, argc);
  numbers(argc, (float)argc);
  for (int i = 0; i < argc; i++) site(i);
  site(7);
  site(argc);
  site((int)table[argc]);
  STAP_PROBE(live, nothing);
  if (argc < 2) return 0;
  printf("%s waits\n", argv[0]);
  fflush(stdout);
  while (1) pause();
}
