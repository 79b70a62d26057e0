#include "kernel/probe.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kernel/probe_event.h"
#include "kernel/probe_frames.h"
#include "kernel/probe_location.h"
#include "kernel/probes.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

using probe::Argument;
using probe::ProbedFile;
using probe::ProbeSite;
using probe::Returns;
using probe::UserProbe;

// So many sites more may be found while a run lasts.
constexpr size_t spare_sites = 1024;

// A register and a place in memory are read differently from one that has no value.
const Argument& value_of(const ProbeSite& site, size_t i) {
  static const Argument nowhere;
  return i < site.values.size() ? site.values[i] : nowhere;
}

// Of the same name, and with the same values at the same places.
bool are_alike(const UserProbe& probe, const ProbeSite& site, const ProbeSite& other) {
  if (site.function != other.function || site.stack_moved != other.stack_moved) return false;
  for (size_t i = 0; i < probe.parameters.size(); i++)
    if (value_of(site, i).text != value_of(other, i).text) return false;
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

size_t site_size(const Tracer& tracer) {
  return bpf_map__value_size(bpf_object__find_map_by_name(tracer.object(), "sites"));
}

// struct probe_site, for the map of that name.
Result<std::string> site_bytes(const Tracer& tracer, const UserProbe& probe,
                               const ProbeSite& site) {
  std::string bytes(site_size(tracer), '\0');
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

// Gives each site of a file its cookie: 0 where it is as the usual one, which is in read-only data;
// else the number of its entry in the map of sites, from `next` on.
Result<UserFile> place_file(const Tracer& tracer, const UserProbe& probe, ProbedFile& file,
                            uint64_t next, std::vector<std::string>& entries) {
  UserFile target{file.path, std::move(file.open.file)};
  for (const ProbeSite& site : file.sites) {
    uint64_t cookie = 0;
    if (!are_alike(probe, site, probe.usual)) {
      cookie = next++;
      entries.push_back(TRY(site_bytes(tracer, probe, site)));
    }
    target.places.push_back({site.offset,
                             site.semaphore,
                             cookie,
                             site.ends,
                             probe.functions[site.function],
                             site.reason,
                             {},
                             site.emulated});
  }
  return target;
}

Result<> write_sites(Tracer& tracer, UserProbe& probe) {
  probe.usual = probe.files.front().sites.front();
  TRY(write_one_site(tracer, probe, probe.usual));
  std::vector<std::string> entries = {std::string(site_size(tracer), '\0')};  // no cookie is 0
  UserPlaces places;
  for (ProbedFile& file : probe.files)
    places.files.push_back(TRY(place_file(tracer, probe, file, entries.size(), entries)));
  tracer.place(std::move(places));
  probe.told_apart = entries.size() - 1;
  const bool has_cookies = tells_places_apart();
  if (probe.told_apart && !has_cookies)
    return fail(probe.text + ": this kernel does not tell its places apart",
                "name one function; several need Linux 5.15");
  probe.most_told_apart = has_cookies ? probe.told_apart + spare_sites : 0;
  TRY(tracer.set("probe.sites", probe.most_told_apart));
  tracer.fill("sites", std::move(entries), probe.most_told_apart + 1);
  return {};
}

Argument result_of(const UserProbe& probe) {
  Argument result;
  result.place = probe::Place::in_register;
  result.base = "rax";
  const bool is_go = probe.returns == Returns::at_ends_of_goroutines;
  if (is_go && probe.result->kind == probe::ValueKind::text) result.index = "rbx";
  return result;
}

// Where the kernel does not catch returns: nobody tells which calls have ended without one, so the
// oldest make room, and there is no stack of them.
Result<> write_ends(Tracer& tracer, const UserProbe& probe) {
  const bool paired = probe.at_call && probe.at_return;
  const bool caught = probe.returns == Returns::caught;
  TRY(tracer.set("caught", caught));
  TRY(tracer.set("nested", paired && caught));
  TRY(tracer.set("of_goroutines", probe.returns == Returns::at_ends_of_goroutines));
  if (!paired || caught) return {};
  bpf_map* frames = bpf_object__find_map_by_name(tracer.object(), "frames");
  bpf_map__set_type(frames, BPF_MAP_TYPE_LRU_HASH);
  bpf_map__set_map_flags(frames, 0);
  bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), "depths"), false);
  return {};
}

Result<> write_probe(Tracer& tracer, UserProbe& probe) {
  const bool paired = probe.at_call && probe.at_return;
  TRY(tracer.set("calls_alone", probe.at_call && !paired));
  TRY(tracer.set("returns_alone", probe.at_return && !paired));
  TRY(tracer.set("paired", paired));
  TRY(tracer.set("probe.values", probe.parameters.size()));
  const bool has_texts =
      std::ranges::any_of(probe.parameters, in_tail) || (probe.result && in_tail(*probe.result));
  TRY(tracer.set("probe.has_texts", has_texts));
  TRY(tracer.set("fetches", probe.at_call && std::ranges::any_of(probe.parameters, in_tail)));
  if (probe.result)
    TRY(write_location(tracer, "probe.result", location(tracer, result_of(probe), *probe.result)));
  TRY(write_frames(tracer, probe));
  TRY(write_ends(tracer, probe));
  return write_sites(tracer, probe);
}

}  // namespace

bool tells_places_apart() {
  static const bool does = helper(BPF_FUNC_get_attach_cookie, Caller::kprobe).yes;
  return does;
}

Result<Tracer> open_probe(UserProbe& probe, bool with_stacks) {
  Tracer tracer =
      TRY(Tracer::open_described(embedded_own(with_stacks ? "probe_stacks" : "probe"), probe.name,
                                 [&](btf* types) { return describe_event(types, probe); }));
  TRY(write_probe(tracer, probe));
  return tracer;
}

Result<> add_file(Tracer& tracer, UserProbe& probe, ProbedFile file) {
  std::vector<std::string> entries;
  UserFile target = TRY(place_file(tracer, probe, file, probe.told_apart + 1, entries));
  if (probe.told_apart + entries.size() > probe.most_told_apart)
    return fail(file.path + ": there is no room for its places");
  TRY(tracer.put("sites", static_cast<uint32_t>(probe.told_apart + 1), entries));
  probe.told_apart += entries.size();
  TRY(tracer.attach_file(std::move(target)));
  probe.files.push_back(std::move(file));
  return {};
}

}  // namespace plumb::kernel
