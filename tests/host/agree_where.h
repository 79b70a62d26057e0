// The kernel's --where, compiled as ordinary C, as C++ calls it.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A leaf of the plan; op and place count as query::Leaf's do, pass is -1 and reject -2.
struct agree_leaf {
  uint16_t offset;
  uint8_t size;
  int is_signed;
  int op;
  int place;
  int yes, no;
  uint32_t length;
  int exact_length;
  unsigned words;
  const uint64_t* word;
  const uint64_t* mask;
  uint64_t value;
};

void agree_begin(void);
void agree_add(const struct agree_leaf* leaf);
int agree_passes(const void* event, const char* body, int early);

#ifdef __cplusplus
}
#endif
