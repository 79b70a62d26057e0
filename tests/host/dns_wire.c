// bpf/dns.bpf.h as the kernel runs it, over memory of just the size that it may touch.
#include "dns_wire.h"

#include "dns.bpf.h"

#define malloc __builtin_malloc
#define free __builtin_free
#define memcpy __builtin_memcpy
#define memset __builtin_memset

struct wire_question wire_read_question(const unsigned char* bytes, unsigned long size) {
  struct dns_question* question = malloc(sizeof(*question));
  struct wire_question told = {.size = 0};

  memset(question, 0xa5, sizeof(*question));
  if (size > DNS_NAME_BYTES + 4) size = DNS_NAME_BYTES + 4;
  memcpy(question->bytes, bytes, size);
  read_question(question, size);
  told.size = question->text_size;
  told.type = question->type;
  told.whole = question->whole;
  memcpy(told.text, question->bytes + question->text_at, question->text_size);
  free(question);
  return told;
}

struct wire_answer wire_read_answer(const unsigned char* bytes, unsigned long size,
                                    unsigned questions, unsigned records, int cut) {
  struct dns_answer* answer = malloc(sizeof(*answer));
  struct wire_answer told = {.found = 0};

  memset(answer, 0xa5, sizeof(*answer));
  answer->size = size > DNS_ANSWER_BYTES ? DNS_ANSWER_BYTES : size;
  answer->cut = cut || size > DNS_ANSWER_BYTES;
  answer->questions = questions;
  answer->records = records;
  memcpy(answer->bytes, bytes, answer->size);
  read_answer(answer);
  told.found = answer->found;
  told.malformed = answer->malformed;
  memcpy(told.address, answer->address, sizeof(told.address));
  free(answer);
  return told;
}

unsigned wire_labels(void) { return DNS_LABELS; }

unsigned wire_steps(void) { return DNS_STEPS; }
