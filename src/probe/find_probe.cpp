#include "probe/find_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "probe/bytes.h"
#include "probe/declarations.h"
#include "probe/find_files.h"
#include "probe/function_sites.h"
#include "probe/inlined_sites.h"
#include "probe/place_check.h"
#include "probe/static_probes.h"

namespace plumb::probe {
namespace {

bool matches(const std::string& pattern, const std::string& name) {
  return pattern.empty() || fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// What a note says of an argument; more it does not: an address may be that of anything.
Parameter parameter_of(const Argument& argument, size_t i) {
  Parameter parameter;
  parameter.name = fmt::format("arg{}", i);
  parameter.kind =
      argument.kind == Kind::signed_number ? ValueKind::signed_number : ValueKind::unsigned_number;
  const bool is_known = argument.size == 1 || argument.size == 2 || argument.size == 4;
  parameter.size = is_known ? argument.size : 8;
  return parameter;
}

// Where sites differ, a type that holds the values of both.
void widen(Parameter& parameter, const Parameter& other) {
  if (parameter.kind == other.kind && parameter.size == other.size) return;
  const bool is_signed =
      parameter.kind == ValueKind::signed_number || other.kind == ValueKind::signed_number;
  parameter.kind = is_signed ? ValueKind::signed_number : ValueKind::unsigned_number;
  parameter.size = 8;
}

struct Names {
  std::vector<std::string> known;
  std::string nearest_to(const std::string& name) const {
    const std::string near = nearest(name, known);
    return near.empty() ? "plumb usdt PATH shows what there is" : "did you mean '" + near + "'?";
  }
};

class StaticSites {
 public:
  StaticSites(const Spec& spec, UserProbe& probe, const Search& search)
      : spec_(spec), probe_(probe), search_(search) {}

  Result<> add(const Bytes& bytes, ProbedFile& file) {
    const StaticProbes all = TRY(static_probes(bytes));
    const Elf elf = TRY(Elf::of(bytes));
    const PlaceCheck places(elf, bytes, search_.nops_are_safe);
    Result<> refused;
    for (const Probe& each : all.probes) {
      names_.known.push_back(spec_.provider.empty() ? each.name : each.provider + ":" + each.name);
      if (!matches(spec_.provider, each.provider) || !matches(spec_.function, each.name)) continue;
      for (const Site& site : each.sites)
        if (auto added = add(each, site, places, file); !added)
          refused = std::move(added).within(each.provider + ":" + each.name);
    }
    if (refused || file.sites.empty()) return refused;
    probe_.remarks.push_back(file.path + ": another place: " + refused.error().what);
    return {};
  }

  std::string wanted() const {
    return spec_.provider.empty() ? spec_.function : spec_.provider + ":" + spec_.function;
  }
  std::string hint() const { return names_.nearest_to(wanted()); }

 private:
  Result<> add(const Probe& each, const Site& site, const PlaceCheck& places, ProbedFile& file) {
    if (!site.offset || (site.has_semaphore && !site.semaphore)) return {};
    TRY(places.check(*site.offset));
    ProbeSite place;
    place.offset = *site.offset;
    place.semaphore = site.semaphore.value_or(0);
    place.function = number_of(probe_, each.name);
    place.emulated = true;  // a static probe is a no-op
    place.values = parse_arguments(site.arguments, places.machine());
    place.values.resize(std::min<size_t>(place.values.size(), max_parameters));
    if (!spec_.has_parameters) add_types(place.values);
    file.sites.push_back(std::move(place));
    return {};
  }

  // Of a floating-point argument nothing is known: the kernel does not show its registers.
  void add_types(const std::vector<Argument>& values) {
    for (size_t i = 0; i < values.size(); i++) {
      const Parameter parameter = parameter_of(values[i], i);
      if (i == probe_.parameters.size())
        probe_.parameters.push_back(parameter);
      else if (values[i].kind != Kind::floating)
        widen(probe_.parameters[i], parameter);
    }
  }

  const Spec& spec_;
  UserProbe& probe_;
  const Search& search_;
  Names names_;
};

UserProbe named(const Spec& spec) {
  UserProbe probe;
  probe.name = event_name(spec);
  probe.text = spec.text;
  probe.parameters = spec.parameters;
  probe.result = spec.result;
  probe.passed.resize(spec.parameters.size());
  probe.is_static = spec.surface == Surface::usdt;
  probe.at_return = spec.surface == Surface::uretprobe || spec.has_return;
  probe.at_call = spec.surface != Surface::uretprobe;
  return probe;
}

// FileBytes keeps its file to itself.
Result<OpenFile> twin_of(const OpenFile& open, const std::string& path) {
  OpenFile twin{Fd(fcntl(open.file.get(), F_DUPFD_CLOEXEC, 0)), open.size};
  if (!twin.file) return fail_errno(path, errno);
  return twin;
}

}  // namespace

uint32_t number_of(UserProbe& probe, const std::string& name) {
  const auto next = static_cast<uint32_t>(probe.functions.size());
  const auto [at, is_new] = probe.numbers.try_emplace(name, next);
  if (is_new) probe.functions.push_back(name);
  return at->second;
}

namespace {

// Its sites in one file after the other.
class Sites {
 public:
  // `is_first`: what it does not see is still to be told.
  Sites(const Spec& spec, UserProbe& probe, const Search& search, bool is_first)
      : spec_(spec),
        probe_(probe),
        is_first_(is_first),
        of_notes_(spec, probe, search),
        of_functions_(spec, probe, search),
        declarations_(spec, probe) {}

  // What was found before an error is in `file`, too.
  Result<> add(FoundFile found, ProbedFile& file) {
    file = {found.path, TRY(twin_of(found.open, found.path)), {}, found.pid};
    const FileBytes bytes(std::move(found.open.file), found.open.size);
    auto added = probe_.is_static ? of_notes_.add(bytes, file) : of_functions_.add(bytes, file);
    if (!probe_.is_static) declarations_.look_at(bytes, file, of_functions_.symbols());
    if (!probe_.is_static && !file.sites.empty()) note_copies(bytes, file);
    return added ? std::move(added) : std::move(added).within(found.path);
  }

  const StaticSites& of_notes() const { return of_notes_; }
  Declarations& declarations() { return declarations_; }

 private:
  void note_copies(const Bytes& bytes, const ProbedFile& file) {
    if (!is_first_) return;
    std::string note = note_of_copies(spec_, bytes, file, of_functions_.symbols());
    if (!note.empty()) probe_.remarks.push_back(std::move(note));
  }

  const Spec& spec_;
  UserProbe& probe_;
  const bool is_first_;
  StaticSites of_notes_;
  FunctionSites of_functions_;
  Declarations declarations_;
};

}  // namespace

Result<UserProbe> find_probe(const Spec& spec, const Search& search) {
  TRY(check_signature(spec));
  UserProbe probe = named(spec);
  Sites sites(spec, probe, search, true);
  Result<> last;
  for (FoundFile& found : TRY(find_files(spec.target, search).within(spec.text))) {
    ProbedFile file;
    if (auto added = sites.add(std::move(found), file); !added) last = std::move(added);
    if (!file.sites.empty()) probe.files.push_back(std::move(file));
  }
  if (!probe.files.empty()) {
    sites.declarations().settle();
    return probe;
  }
  if (!last) return Fail{std::move(last.error()).within(spec.text)};
  return misuse(
      fmt::format("{}: there is no static probe '{}'", spec.text, sites.of_notes().wanted()),
      sites.of_notes().hint());
}

Result<ProbedFile> find_sites(const Spec& spec, const Search& search, FoundFile found,
                              UserProbe& probe) {
  const size_t functions = probe.functions.size();
  const std::vector<Parameter> parameters = probe.parameters;
  ProbedFile file;
  Sites sites(spec, probe, search, false);
  auto added = sites.add(std::move(found), file);
  sites.declarations().settle(file);
  probe.parameters = parameters;
  probe.functions.resize(functions);
  std::erase_if(probe.numbers, [&](const auto& each) { return each.second >= functions; });
  std::erase_if(file.sites, [&](const ProbeSite& site) { return site.function >= functions; });
  if (!added) return Fail{std::move(added.error())};
  return file;
}

}  // namespace plumb::probe
