/*
 * Stands in for libbpf's header of this name where a tracer is compiled for the host: what its
 * macros mean to clang, and the helpers as ordinary functions (tests/host/machine/helpers.cpp).
 * A helper that is not in helpers.def does not compile.
 */
#pragma once

#define SEC(name)              __attribute__((section(name), used))
#define __uint(name, val)      int (*name)[val]
#define __type(name, val)      typeof(val) *name
#define __array(name, val)     typeof(val) *name[]
#define __always_inline        inline __attribute__((always_inline))
#define __noinline             __attribute__((noinline))
#define __weak                 __attribute__((weak))
#define __hidden               __attribute__((visibility("hidden")))
#define barrier()              asm volatile("" ::: "memory")
#define barrier_var(var)       asm volatile("" : "+r"(var))

struct task_struct;

#define HELPER(result, name, ...) result name(__VA_ARGS__);
#include "helpers.def"
#undef HELPER
