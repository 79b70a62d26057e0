#include "kernel/probe.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "kernel/probe_event.h"
#include "kernel/probes.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

using probe::Argument;
using probe::Parameter;
using probe::ProbeSite;
using probe::UserProbe;
using probe::ValueKind;

struct Register {
  const char* enumerator;  // of enum location_register
  std::array<std::string_view, 4> names;
};
constexpr auto registers = std::to_array<Register>({
    {"REGISTER_AX", {"rax", "eax", "ax", "al"}},
    {"REGISTER_BX", {"rbx", "ebx", "bx", "bl"}},
    {"REGISTER_CX", {"rcx", "ecx", "cx", "cl"}},
    {"REGISTER_DX", {"rdx", "edx", "dx", "dl"}},
    {"REGISTER_SI", {"rsi", "esi", "si", "sil"}},
    {"REGISTER_DI", {"rdi", "edi", "di", "dil"}},
    {"REGISTER_BP", {"rbp", "ebp", "bp", "bpl"}},
    {"REGISTER_SP", {"rsp", "esp", "sp", "spl"}},
    {"REGISTER_IP", {"rip", "eip", "ip", "ip"}},
    {"REGISTER_FS", {"fs", "fs", "fs", "fs"}},
});
constexpr auto second_bytes = std::to_array<Register>({
    {"REGISTER_AX", {"ah"}},
    {"REGISTER_BX", {"bh"}},
    {"REGISTER_CX", {"ch"}},
    {"REGISTER_DX", {"dh"}},
});

// "" where programs do not get to see it: a vector register, for one.
std::string enumerator_of(std::string_view name, uint32_t& shift) {
  if (name.empty()) return "REGISTER_NONE";
  const auto has = [&](const Register& each) {
    return std::ranges::find(each.names, name) != each.names.end();
  };
  if (const auto* found = std::ranges::find_if(registers, has); found != registers.end())
    return found->enumerator;
  if (const auto* found = std::ranges::find_if(second_bytes, has); found != second_bytes.end()) {
    shift = 8;
    return found->enumerator;
  }
  if (name[0] != 'r') return {};
  name = name.substr(1, name.find_last_of("0123456789"));  // r10d
  for (int number = 8; number < 16; number++)
    if (name == std::to_string(number)) return fmt::format("REGISTER_R{}", number);
  return {};
}

// struct location of bpf/location.bpf.h, member by member.
using Members = std::vector<std::pair<const char*, uint64_t>>;

const char* source_of(const Argument& value) {
  switch (value.place) {
    case probe::Place::constant:
      return "SOURCE_CONSTANT";
    case probe::Place::in_register:
      return "SOURCE_REGISTER";
    case probe::Place::memory:
      return "SOURCE_MEMORY";
    case probe::Place::unknown:
      break;
  }
  return "SOURCE_NONE";
}

const char* shape_of(const Parameter& parameter) {
  return parameter.kind == ValueKind::text    ? "SHAPE_TEXT"
         : parameter.kind == ValueKind::bytes ? "SHAPE_BYTES"
                                              : "SHAPE_NUMBER";
}

bool in_tail(const Parameter& parameter) {
  return parameter.kind == ValueKind::text || parameter.kind == ValueKind::bytes;
}

uint32_t size_in_memory(const Argument& value, const Parameter& parameter) {
  if (in_tail(parameter)) return sizeof(uint64_t);  // an address
  return value.size ? std::min<uint32_t>(value.size, sizeof(uint64_t)) : parameter.size;
}

// What its note says of a number; a function's are as wide as they are declared.
uint32_t bits_to_drop(const Argument& value, const Parameter& parameter) {
  if (in_tail(parameter) || value.kind == probe::Kind::untold || value.size > 4) return 0;
  return 64 - value.size * 8;
}

Members location(const Tracer& tracer, const Argument& value, const Parameter& parameter) {
  uint32_t shift = 0, none = 0;
  // of a segment there is its base alone; a symbol's address only its file knows
  const std::string& base_name = value.segment.empty() ? value.base : value.segment;
  const bool is_read = value.symbol.empty() && value.kind != probe::Kind::floating &&
                       (value.segment.empty() || value.base.empty()) && value.segment != "gs";
  const std::string base = is_read ? enumerator_of(base_name, shift) : "";
  const std::string index = enumerator_of(value.index, none);
  const char* source = base.empty() || index.empty() ? "SOURCE_NONE" : source_of(value);
  return {{"source", tracer.constant(source)},
          {"shape", tracer.constant(shape_of(parameter))},
          {"base", tracer.constant(base)},
          {"index", tracer.constant(index)},
          {"scale", value.scale},
          {"size", size_in_memory(value, parameter)},
          {"shift", shift},
          {"drop", bits_to_drop(value, parameter)},
          {"is_signed", value.kind == probe::Kind::signed_number},
          {"length", parameter.size},
          {"offset", static_cast<uint64_t>(value.offset)}};
}

// A register and a place in memory are read differently from one that has no value.
const Argument& value_of(const ProbeSite& site, size_t i) {
  static const Argument nowhere;
  return i < site.values.size() ? site.values[i] : nowhere;
}

bool are_alike(const UserProbe& probe) {
  const ProbeSite* first = nullptr;
  for (const probe::ProbedFile& file : probe.files)
    for (const ProbeSite& site : file.sites) {
      if (!first) first = &site;
      if (site.function != first->function || site.stack_moved != first->stack_moved) return false;
      for (size_t i = 0; i < probe.parameters.size(); i++)
        if (value_of(site, i).text != value_of(*first, i).text) return false;
    }
  return true;
}

Result<> write_location(Tracer& tracer, const std::string& path, const Members& members) {
  for (const auto& [name, value] : members) TRY(tracer.set(path + "." + name, value));
  return {};
}

Result<> write_one_site(Tracer& tracer, const UserProbe& probe, const ProbeSite& site) {
  TRY(tracer.set("probe.stack_moved", static_cast<uint64_t>(site.stack_moved)));
  for (size_t i = 0; i < probe.parameters.size(); i++)
    TRY(write_location(tracer, fmt::format("probe.at[{}]", i),
                       location(tracer, value_of(site, i), probe.parameters[i])));
  return {};
}

// struct probe_site, for the map of that name.
Result<std::string> site_bytes(const Tracer& tracer, const UserProbe& probe,
                               const ProbeSite& site) {
  std::string bytes(bpf_map__value_size(bpf_object__find_map_by_name(tracer.object(), "sites")),
                    '\0');
  const auto put = [&](const std::string& path, uint64_t value) -> Result<> {
    const Place place = TRY(place_in(tracer.types(), "probe_site", path));
    if (place.size <= sizeof(value) && place.offset + place.size <= bytes.size())
      std::memcpy(bytes.data() + place.offset, &value, place.size);
    return {};
  };
  TRY(put("function", site.function));
  TRY(put("stack_moved", static_cast<uint64_t>(site.stack_moved)));
  for (size_t i = 0; i < probe.parameters.size(); i++)
    for (const auto& [name, value] : location(tracer, value_of(site, i), probe.parameters[i]))
      TRY(put(fmt::format("at[{}].{}", i, name), value));
  return bytes;
}

Result<> write_sites(Tracer& tracer, const UserProbe& probe) {
  if (are_alike(probe)) return write_one_site(tracer, probe, probe.files.front().sites.front());
  if (!helper(BPF_FUNC_get_attach_cookie, Caller::kprobe))
    return fail(probe.text + ": this kernel does not tell its places apart",
                "name one function; several need Linux 5.15");
  std::vector<std::string> all;
  for (const probe::ProbedFile& file : probe.files)
    for (const ProbeSite& site : file.sites) all.push_back(TRY(site_bytes(tracer, probe, site)));
  TRY(tracer.set("probe.sites", all.size()));
  tracer.fill("sites", std::move(all));
  return {};
}

// What is told of a call has to wait for its return: a frame has so much room for all its texts.
Result<> write_frames(Tracer& tracer, const UserProbe& probe) {
  constexpr uint64_t room = 1024;
  const auto texts = static_cast<uint64_t>(std::ranges::count_if(probe.parameters, in_tail));
  uint64_t size = bpf_map__value_size(bpf_object__find_map_by_name(tracer.object(), "frames"));
  if (texts) {
    TRY(tracer.set("probe.text_bytes", room / texts));
    size += room;
  }
  TRY(tracer.set("frame_bytes", size));
  bpf_map__set_value_size(bpf_object__find_map_by_name(tracer.object(), "frames"),
                          static_cast<uint32_t>(size));
  return {};
}

Result<> write_probe(Tracer& tracer, const UserProbe& probe) {
  const bool paired = probe.at_call && probe.at_return;
  TRY(tracer.set("calls_alone", probe.at_call && !paired));
  TRY(tracer.set("returns_alone", probe.at_return && !paired));
  TRY(tracer.set("paired", paired));
  TRY(tracer.set("probe.values", probe.parameters.size()));
  const bool has_texts =
      std::ranges::any_of(probe.parameters, in_tail) || (probe.result && in_tail(*probe.result));
  TRY(tracer.set("probe.has_texts", has_texts));
  TRY(tracer.set("fetches", probe.at_call && std::ranges::any_of(probe.parameters, in_tail)));
  if (probe.result) {
    Argument result;
    result.place = probe::Place::in_register;
    result.base = "rax";
    TRY(write_location(tracer, "probe.result", location(tracer, result, *probe.result)));
  }
  if (paired) TRY(write_frames(tracer, probe));
  for (const char* name : {"frames", "depths"})
    bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), name), paired);
  return write_sites(tracer, probe);
}

UserPlaces places_of(UserProbe& probe) {
  UserPlaces places;
  uint64_t cookie = 0;
  for (probe::ProbedFile& file : probe.files) {
    UserFile target{file.path, std::move(file.open.file), {}};
    for (const ProbeSite& site : file.sites)
      target.places.push_back(
          {site.offset, site.semaphore, cookie++, probe.functions[site.function], site.reason});
    places.files.push_back(std::move(target));
  }
  return places;
}

}  // namespace

Result<Tracer> open_probe(UserProbe probe) {
  Tracer tracer = TRY(Tracer::open_described(
      embedded_own("probe"), probe.name, [&](btf* types) { return describe_event(types, probe); }));
  TRY(write_probe(tracer, probe));
  tracer.place(places_of(probe));
  return tracer;
}

}  // namespace plumb::kernel
