/*
 * libbpf's header of this name, but for what only the BPF compiler and the loader know: on the host
 * the kernel's structs lie where bpf/kernel.bpf.h puts them, and a test says what the kernel lacks.
 */
#pragma once
#define __builtin_preserve_access_index(access) (access)
#include_next <bpf/bpf_core_read.h>

/* Whether the machine of the test has the type, field or enumerator of this name. */
_Bool core_has(const char *name);

#undef bpf_core_field_offset
#define bpf_core_field_offset(type, field) ((__u32)__builtin_offsetof(type, field))
#undef bpf_core_field_size
#define bpf_core_field_size(type, field) ((__u32)sizeof(((type *)0)->field))
#undef bpf_core_type_size
#define bpf_core_type_size(type) ((__u32)sizeof(type))
#undef bpf_core_enum_value
#define bpf_core_enum_value(type, enumerator) ((__u64)enumerator)
#undef bpf_core_enum_value_exists
#define bpf_core_enum_value_exists(type, enumerator) core_has(#enumerator)
#undef bpf_core_type_exists
#define bpf_core_type_exists(type) core_has(#type)
#undef bpf_core_field_exists
#define bpf_core_field_exists(field...) core_has(#field)
#undef BPF_CORE_READ_BITFIELD_PROBED
#define BPF_CORE_READ_BITFIELD_PROBED(s, field)                                                    \
	({                                                                                         \
		typeof(*(s)) copy_ = {};                                                           \
		bpf_probe_read_kernel(&copy_, sizeof(copy_), s);                                   \
		copy_.field;                                                                       \
	})
