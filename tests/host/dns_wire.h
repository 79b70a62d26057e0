// bpf/dns.bpf.h as ordinary C, for dns_wire_test.cpp.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

struct wire_question {
  char text[256];
  unsigned size, type;
  int whole;
};

struct wire_answer {
  unsigned char address[16];
  int found, malformed;
};

// Of the `size` bytes behind a message's header, as many as a program would copy.
struct wire_question wire_read_question(const unsigned char* bytes, unsigned long size);
struct wire_answer wire_read_answer(const unsigned char* bytes, unsigned long size,
                                    unsigned questions, unsigned records, int cut);
unsigned wire_labels(void);  // the most that are read of a name
unsigned wire_steps(void);   // and of an answer

#ifdef __cplusplus
}
#endif
