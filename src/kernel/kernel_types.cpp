#include "kernel/kernel_types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "base/fd.h"
#include "base/mapping.h"
#include "base/text.h"
#include "kernel/reduced_types.h"
#include "kernel/type_table.h"

namespace plumb::kernel {
namespace {

struct BtfCloser {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPtr = std::unique_ptr<btf, BtfCloser>;

constexpr size_t most_bytes = 64 << 20;

// All of it belongs to the one run that a process makes.
struct State {
  Mapping mapped;  // the bytes of the types, in one of these
  std::string read;
  BtfPtr found;
  std::optional<TypeTable> table;
  bool looked = false;
  std::set<std::string> covered;  // names that the relocation file was made for
  Fd file;
  std::string path;
  bool has_all = false;               // the file is not ours, but the kernel's
  std::map<int, uint32_t> functions;  // the kernel's numbers of them, by those that objects call
};

State& state() {
  static State all;
  return all;
}

std::string_view raw_bytes(const btf* types) {
  uint32_t size = 0;
  const auto* raw = static_cast<const char*>(btf__raw_data(types, &size));
  return raw ? std::string_view(raw, size) : std::string_view();
}

// Mapped (since 6.16) it is here at once; read it comes a page at a time, by 1,700 system calls.
// Where the kernel shows none, libbpf knows other places.
std::string_view bytes_of_types() {
  State& all = state();
  const Fd file(open(kernel_btf_file, O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (file && fstat(file.get(), &about) == 0 && about.st_size > 0) {
    const auto size = static_cast<size_t>(about.st_size);
    if (auto mapped = Mapping::of_file("the kernel's types", file.get(), size)) {
      all.mapped = *std::move(mapped);
      return {all.mapped.at<char>(0), size};
    }
    if (auto bytes = read_file(kernel_btf_file, most_bytes)) {
      all.read = *std::move(bytes);
      return all.read;
    }
  }
  all.found.reset(btf__load_vmlinux_btf());
  if (libbpf_get_error(all.found.get())) all.found.release();
  return all.found ? raw_bytes(all.found.get()) : std::string_view();
}

// ulimit -f holds for files in memory, too. Objects then search all of the kernel's types, which
// takes them longer.
Result<> take_all_types() {
  const Fd kernels(open(kernel_btf_file, O_RDONLY | O_CLOEXEC));
  if (!kernels || dup3(kernels.get(), state().file.get(), O_CLOEXEC) < 0)
    return fail_errno("write the file of kernel types", EFBIG, "a larger ulimit -f");
  state().has_all = true;
  return {};
}

Result<> write_file(std::string_view bytes) {
  const int fd = state().file.get();
  if (ftruncate(fd, 0)) return fail_errno("empty the file of kernel types", errno);
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n =
        pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EFBIG) return take_all_types();
    if (n < 0) return fail_errno("write the file of kernel types", errno);
    done += static_cast<size_t>(n);
  }
  return {};
}

// tp_btf takes the typedef of a tracepoint's arguments, a security hook the function that marks it.
struct TypedSection {
  const char* section;
  bpf_prog_type type;
  bpf_attach_type attach;
  const char* prefix;
  uint32_t kind;
};
constexpr std::array typed_sections = {
    TypedSection{"tp_btf+", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "btf_trace_",
                 BTF_KIND_TYPEDEF},
    TypedSection{"fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "", BTF_KIND_FUNC},
    TypedSection{"fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "", BTF_KIND_FUNC},
    TypedSection{"lsm+", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_", BTF_KIND_FUNC}};

// Turns the calls to numbers of enum kernel_function (bpf/kernel_function.bpf.h) into calls to what
// they stand for.
int link_functions(bpf_program* program) {
  const bpf_insn* begin = bpf_program__insns(program);
  std::vector<bpf_insn> code(begin, begin + bpf_program__insn_cnt(program));
  for (bpf_insn& each : code) {
    const auto found = state().functions.find(each.imm);
    if (each.code != (BPF_JMP | BPF_CALL) || each.src_reg || found == state().functions.end())
      continue;
    each.src_reg = BPF_PSEUDO_KFUNC_CALL;
    each.imm = static_cast<int>(found->second);
  }
  return bpf_program__set_insns(program, code.data(), code.size());
}

// An object's enumerators say which functions its numbers stand for.
void find_functions(const btf* object) {
  constexpr std::string_view prefix = "KERNEL_";
  const int id = btf__find_by_name_kind(object, "kernel_function", BTF_KIND_ENUM);
  if (id < 0) return;
  const btf_type* type = btf__type_by_id(object, static_cast<uint32_t>(id));
  for (int i = 0; i < btf_vlen(type); i++) {
    const struct btf_enum& each = btf_enum(type)[i];
    const std::string_view name = btf__name_by_offset(object, each.name_off);
    if (!name.starts_with(prefix) || state().functions.contains(each.val)) continue;
    const uint32_t function =
        kernel_type_id(std::string(name.substr(prefix.size())), BTF_KIND_FUNC);
    if (function) state().functions[each.val] = function;
  }
}

// Programs on user code that name no place, as those of probes, are typed by nothing but may call
// functions as well.
constexpr std::array user_sections = {"uprobe", "uretprobe"};

int prepare_user(bpf_program* program, bpf_prog_load_opts*, long) {
  return link_functions(program);
}

std::map<const bpf_program*, std::string>& aims() {
  static std::map<const bpf_program*, std::string> all;
  return all;
}

// libbpf reads the kernel's types for every object that has a program of a typed kind, so the kind
// is told only here, right before the program loads.
int prepare_typed(bpf_program* program, bpf_prog_load_opts* options, long which) {
  const TypedSection& typed = typed_sections[static_cast<size_t>(which)];
  const std::string_view section = bpf_program__section_name(program);
  const size_t slash = section.find('/');
  const std::string target =
      slash == section.npos ? aims()[program] : std::string(section.substr(slash + 1));
  options->attach_btf_id = kernel_type_id(typed.prefix + target, typed.kind);
  if (options->attach_btf_id == 0) return -ESRCH;
  options->expected_attach_type = typed.attach;
  if (const int error = link_functions(program); error) return error;
  return bpf_program__set_type(program, typed.type);
}

int attach_typed(const bpf_program* program, long which, bpf_link** link) {
  const bool lsm = typed_sections[static_cast<size_t>(which)].type == BPF_PROG_TYPE_LSM;
  *link = lsm ? bpf_program__attach_lsm(program) : bpf_program__attach_trace(program);
  return *link ? 0 : -errno;
}

}  // namespace

const TypeTable* kernel_types() {
  State& all = state();
  if (!all.looked) all.table = TypeTable::of(bytes_of_types());
  all.looked = true;
  return all.table ? &*all.table : nullptr;
}

void forget_kernel_types() { state() = State(); }

bool is_kernel_name(const std::string& name) {
  return kernel_types() && kernel_types()->has_name(name);
}

uint32_t kernel_type_id(const std::string& name, uint32_t kind) {
  return kernel_types() ? kernel_types()->find(name, kind) : 0;
}

const char* relocation_file() {
  State& all = state();
  if (!all.file && kernel_types()) {
    all.file = Fd(memfd_create("plumb-kernel-types", MFD_CLOEXEC));
    all.path = fmt::format("/proc/self/fd/{}", all.file.get());
  }
  return all.file ? all.path.c_str() : nullptr;
}

Result<> cover(const std::vector<const btf*>& objects) {
  State& all = state();
  for (const btf* object : objects) find_functions(object);
  if (!all.file || all.has_all) return {};
  const size_t before = all.covered.size();
  for (const btf* object : objects) all.covered.merge(relocatable_names(object));
  if (all.covered.size() == before) return {};
  return write_file(reduced_types(*kernel_types(), all.covered));
}

void aim_typed(const bpf_program* program, std::string target) {
  aims()[program] = std::move(target);
}

void serve_typed_programs() {
  static bool done = false;
  if (done) return;
  done = true;
  for (size_t i = 0; i < typed_sections.size(); i++) {
    libbpf_prog_handler_opts options{};
    options.sz = sizeof(options);
    options.cookie = static_cast<long>(i);
    options.prog_prepare_load_fn = prepare_typed;
    options.prog_attach_fn = attach_typed;
    libbpf_register_prog_handler(typed_sections[i].section, BPF_PROG_TYPE_RAW_TRACEPOINT,
                                 typed_sections[i].attach, &options);
  }
  libbpf_prog_handler_opts options{};
  options.sz = sizeof(options);
  options.prog_prepare_load_fn = prepare_user;
  for (const char* section : user_sections)
    libbpf_register_prog_handler(section, BPF_PROG_TYPE_KPROBE, bpf_attach_type{}, &options);
}

bool may_call_functions(std::string_view section) {
  const std::string_view kind = section.substr(0, section.find('/'));
  return std::ranges::find(user_sections, section) != user_sections.end() ||
         std::ranges::any_of(typed_sections, [&](const TypedSection& typed) {
           return std::string_view(typed.section).substr(0, std::strlen(typed.section) - 1) == kind;
         });
}

}  // namespace plumb::kernel
