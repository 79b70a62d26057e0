#include "kernel/gated_calls.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gelf.h>

#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace plumb::kernel {
namespace {

struct ElfCloser {
  void operator()(Elf* file) const { elf_end(file); }
};

using Code = std::pair<size_t, uint64_t>;  // a section's index, and a byte in it

struct Functions {
  std::map<Code, std::string> by_begin;
  std::vector<GElf_Sym> symbols;
  std::vector<std::string> names;  // of symbols
};

std::map<std::string, std::string> constants_by_function(const btf* types) {
  constexpr std::string_view prefix = "only with:";
  std::map<std::string, std::string> constants;
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* tag = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(tag)) continue;
    const std::string_view text = btf__name_by_offset(types, tag->name_off);
    const btf_type* function = btf__type_by_id(types, tag->type);
    if (text.starts_with(prefix) && btf_is_func(function))
      constants[btf__name_by_offset(types, function->name_off)] = text.substr(prefix.size());
  }
  return constants;
}

Functions functions_of(Elf* file) {
  Functions all;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file, section)) != nullptr;) {
    GElf_Shdr header{};
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || !data) continue;
    GElf_Sym symbol{};
    for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
      const char* name = elf_strptr(file, header.sh_link, symbol.st_name);
      all.symbols.push_back(symbol);
      all.names.emplace_back(name ? name : "");
      if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
        all.by_begin[{symbol.st_shndx, symbol.st_value}] = all.names.back();
    }
  }
  return all;
}

// The instruction at this byte of a section.
std::optional<bpf_insn> instruction_at(const Elf_Data* code, uint64_t at) {
  bpf_insn instruction{};
  if (!code || at > code->d_size || code->d_size - at < sizeof(instruction)) return {};
  std::memcpy(&instruction, static_cast<const char*>(code->d_buf) + at, sizeof(instruction));
  return instruction;
}

bool is_call(const bpf_insn& instruction) {
  return instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == BPF_PSEUDO_CALL;
}

// Which function a call is to. It is told by its symbol, or by that of its section and its place
// there, which the instruction has, in instructions less one.
std::string called(const Functions& functions, size_t number, const bpf_insn& instruction) {
  if (number >= functions.symbols.size()) return {};
  const GElf_Sym& symbol = functions.symbols[number];
  if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC) return functions.names[number];
  const auto at = static_cast<uint64_t>(instruction.imm + 1LL) * sizeof(bpf_insn);
  const auto found = functions.by_begin.find({symbol.st_shndx, at});
  return found == functions.by_begin.end() ? std::string() : found->second;
}

// The function whose code this byte is part of, and the byte's distance from its begin.
std::pair<std::string, uint64_t> around(const Functions& functions, Code place) {
  auto after = functions.by_begin.upper_bound(place);
  if (after == functions.by_begin.begin()) return {};
  const auto& [begin, name] = *std::prev(after);
  if (begin.first != place.first) return {};
  return {name, place.second - begin.second};
}

}  // namespace

std::vector<GatedCall> gated_calls(std::string_view object, const btf* types) {
  const auto constants = constants_by_function(types);
  elf_version(EV_CURRENT);
  // libelf writes only to files that it is told to write
  const std::unique_ptr<Elf, ElfCloser> file(
      elf_memory(const_cast<char*>(object.data()), object.size()));
  if (constants.empty() || !file) return {};
  const Functions functions = functions_of(file.get());
  std::vector<GatedCall> calls;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
    GElf_Shdr header{};
    Elf_Data* links = elf_getdata(section, nullptr);
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_REL || !links) continue;
    const Elf_Data* code = elf_getdata(elf_getscn(file.get(), header.sh_info), nullptr);
    GElf_Rel link{};
    for (int i = 0; gelf_getrel(links, i, &link); i++) {
      const auto instruction = instruction_at(code, link.r_offset);
      if (!instruction || !is_call(*instruction)) continue;
      const auto constant =
          constants.find(called(functions, GELF_R_SYM(link.r_info), *instruction));
      if (constant == constants.end()) continue;
      const auto [program, distance] = around(functions, {header.sh_info, link.r_offset});
      calls.push_back(
          {program, static_cast<uint32_t>(distance / sizeof(bpf_insn)), constant->second});
    }
  }
  return calls;
}

Result<> leave_out(bpf_object* object, const std::vector<GatedCall>& calls) {
  constexpr int no_function = 0x706c756d;  // the kernel has no helper of this number
  for (const GatedCall& call : calls) {
    bpf_program* program = bpf_object__find_program_by_name(object, call.program.c_str());
    if (!program) continue;  // a function that programs call
    const bpf_insn* begin = bpf_program__insns(program);
    std::vector<bpf_insn> code(begin, begin + bpf_program__insn_cnt(program));
    if (call.instruction >= code.size() || !is_call(code[call.instruction])) continue;
    code[call.instruction].src_reg = 0;
    code[call.instruction].imm = no_function;
    if (const int error = bpf_program__set_insns(program, code.data(), code.size()); error)
      return fail_errno("leave a function out of " + call.program, -error);
  }
  return {};
}

}  // namespace plumb::kernel
