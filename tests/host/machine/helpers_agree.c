// The stand-ins have libbpf's prototypes, and each one is there.
#include "kernel.bpf.h"
#include <bpf/bpf_helper_defs.h>

#define HELPER(result, name, ...)                                                                  \
	_Static_assert(__builtin_types_compatible_p(typeof(*name), result(__VA_ARGS__)),           \
		       #name " has another prototype in libbpf");
#include "helpers.def"
#undef HELPER

// What a tracer calls by name is linked by name: the addresses keep the stand-ins in the program.
#define HELPER(result, name, ...) extern char stand_in_##name __asm__(#name);
#include "helpers.def"
#undef HELPER
#define HELPER(result, name, ...) &stand_in_##name,
const void *const stand_ins[] = {
#include "helpers.def"
};
