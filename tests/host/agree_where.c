// bpf/where.bpf.h as the kernel runs it, with a plan that a test fills.
#include "agree_where.h"

// Here the plan is not read-only.
#define const
#include "plan.bpf.h"
#undef const
#include "where.bpf.h"

static __u8 next_of(int target)
{
	return target == -1 ? NEXT_PASS : target == -2 ? NEXT_REJECT : (__u8)target;
}

void agree_begin(void)
{
	plan.leaves = 0;
}

void agree_add(const struct agree_leaf *from)
{
	static const enum leaf_op ops[] = {OP_EQUAL, OP_LESS, OP_AT_MOST, OP_WORDS, OP_BITS};
	static const enum leaf_place places[] = {PLACE_FIELD, PLACE_TAIL_START, PLACE_TAIL_END};
	struct leaf leaf = {
		.offset = from->offset,
		.size = from->size,
		.is_signed = from->is_signed,
		.yes = next_of(from->yes),
		.no = next_of(from->no),
		.exact_length = from->exact_length,
		.used_words = from->words,
		.op = ops[from->op],
		.place = places[from->place],
		.length = from->length,
		.value = from->value,
	};
	for (unsigned i = 0; i < from->words; i++) {
		leaf.words[i] = from->word[i];
		leaf.masks[i] = from->mask[i];
	}
	plan.where[plan.leaves++] = leaf;
}

int agree_passes(const void *event, const char *body, int early)
{
	return where_passes(event, body, early);
}
