// The kernel's own types (its BTF), read once for all objects of a run.
//
// libbpf reads them anew for each object that it loads: 7 MB, which the kernel hands out page by
// page, and which it then searches from end to end for each type that the object names. Instead,
// each object is opened with relocation_file(), which holds only the types that objects of this run
// name and what lies in them, and typed programs (tp_btf, fentry, fexit, lsm) find their target
// here.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/type_table.h"

struct bpf_program;
struct btf;

namespace plumb::kernel {

inline constexpr const char* kernel_btf_file = "/sys/kernel/btf/vmlinux";

// From /sys/kernel/btf/vmlinux, or where else libbpf finds them; null when there are none. Later
// calls reuse it until forget_kernel_types().
const TypeTable* kernel_types();
void forget_kernel_types();  // once everything is loaded nobody needs those megabytes

// Is this the name of a type, function or member? Sooner known than its number.
bool is_kernel_name(const std::string& name);
// 0 when there is no such. `kind`: BTF_KIND_*.
uint32_t kernel_type_id(const std::string& name, uint32_t kind);

// Are the calls of such a program ("tp_btf/sched_switch", "uprobe") to functions of the kernel
// linked (bpf/kernel_function.bpf.h)?
bool may_call_functions(std::string_view section);

// The bpf_object_open_opts::btf_custom_path of every object, null where the kernel has no types.
// The file is empty until cover().
const char* relocation_file();
// Before objects load: adds the kernel's types that they name to the relocation file, which takes
// one look at each of the kernel's types, and finds the functions that they call.
Result<> cover(const std::vector<const btf*>& objects);

// What a program of a typed section that names nothing ("fentry") goes to; before it is loaded.
void aim_typed(const bpf_program* program, std::string target);
// Makes libbpf find the targets of typed programs here; before the first object is opened.
void serve_typed_programs();

}  // namespace plumb::kernel
