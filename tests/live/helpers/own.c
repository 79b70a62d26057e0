// own: passes the probes of plumb.h, of every width, sign and kind. Prints nothing.
// own gate: for each line N of standard input comes by N times, and through `gate` where that is wanted; says how
//           often it was.
// own zone N: passes `zone` N times with a value below its stack pointer; says how often it was another one then.
#include <plumb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum colour { red = 3, green };
enum side { left = -4, right };

#define APART __attribute__((noinline)) static

APART void widths(uint8_t u8, int8_t i8, uint16_t u16, int16_t i16, uint32_t u32, int32_t i32, uint64_t u64,
                  int64_t i64) {
  PLUMB_PROBE(own, widths, u8, i8, u16, i16, u32, i32, u64, i64);
}

APART void kinds(const char* text, const void* address, _Bool yes, enum colour colour, enum side side, char c) {
  char local[8] = "l";
  local[1] = text[1];  // written for the probe alone: it must not be left out, nor come later
  PLUMB_PROBE(own, kinds, text, address, yes, colour, side, c, local, "literal", kinds);
  local[1] = 'x';
  PLUMB_PROBE(own, kinds, local, NULL, !yes, red, left, 'c', text, "", 0);
}

APART void twelve(const long* v) {
  PLUMB_PROBE(own, twelve, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]);
}

APART void constants(void) {
  PLUMB_PROBE(own, constants, 0, -1, 0xffffffffu, INT64_MIN, UINT64_MAX, (unsigned char)200, (signed char)-3,
              (unsigned short)65535, (_Bool)1, red, left);
}

__attribute__((always_inline)) static inline void site(int number) { PLUMB_PROBE(own, site, number); }

static int come_by(void) {
  char line[32];
  while (fgets(line, sizeof(line), stdin)) {
    int through = 0;
    for (int i = atoi(line); i > 0; i--)
      if (PLUMB_PROBE_WANTED(own, gate)) PLUMB_PROBE(own, gate, ++through, (signed char)-i);
    printf("%d\n", through);
    fflush(stdout);
  }
  return 0;
}

APART unsigned long zone(unsigned long value) {
  unsigned long found = value;
#ifdef __x86_64__
  __asm__ volatile("movq %0, -8(%%rsp)" ::"r"(value));
  PLUMB_PROBE(own, zone, value);
  __asm__ volatile("movq -8(%%rsp), %0" : "=r"(found));
#endif
  return found;
}

static int pass_zone(long count) {
  long changed = 0;
  for (long i = 0; i < count; i++) changed += zone((unsigned long)i) != (unsigned long)i;
  printf("%ld\n", changed);
  return 0;
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "gate") == 0) return come_by();
  if (argc > 2 && strcmp(argv[1], "zone") == 0) return pass_zone(atol(argv[2]));
  long values[12];
  for (int i = 0; i < 12; i++) values[i] = (i % 2 ? -argc : argc) * (1000000000000L * i + i);
  widths(argc + 254, -127 - argc, 65534 + argc, -32767 - argc, 4294967294u + argc, -2147483647 - argc,
         UINT64_MAX - 1 + argc, INT64_MIN + 1 - argc);
  kinds("text", argv, argc > 0, green, right, (char)(argc - 6));
  twelve(values);
  constants();
  site(1);
  site(argc + 1);
  for (int i = 3; i < 5; i++) site(i);
  PLUMB_PROBE(own, nothing);
  return 0;
}
