#include "kernel/tracer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "base/text.h"
#include "kernel/features.h"
#include "kernel/kernel_types.h"
#include "kernel/rodata.h"
#include "kernel/sampling.h"
#include "kernel/verifier.h"

namespace plumb::kernel {
namespace {

// The object's read-only data before it is loaded. libbpf hands out its own copy as const, and
// takes changes to it all the same: bpftool's skeletons write there too.
std::span<char> read_only_data(bpf_object* object) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (!std::string_view(bpf_map__name(map)).ends_with(".rodata")) continue;
    size_t size = 0;
    const void* bytes = bpf_map__initial_value(map, &size);
    return {static_cast<char*>(const_cast<void*>(bytes)), bytes ? size : 0};
  }
  return {};
}

}  // namespace

void ObjectCloser::operator()(bpf_object* object) const { bpf_object__close(object); }
void TypesCloser::operator()(struct btf* types) const { btf__free(types); }

Result<Tracer> Tracer::open(const Embedded& embedded) {
  Tracer tracer = TRY(read(embedded));
  TRY(tracer.read_object());
  return tracer;
}

Result<Tracer> Tracer::open_described(const Embedded& embedded, std::string name,
                                      const std::function<Result<>(struct btf*)>& describe) {
  Tracer tracer = TRY(read(embedded));
  tracer.name_ = std::move(name);
  uint32_t size = 0;
  const void* own = btf__raw_data(bpf_object__btf(tracer.object_.get()), &size);
  tracer.described_.reset(btf__new(own, size));
  if (!tracer.described_) return fail_errno("copy the types of " + tracer.name_, errno);
  TRY(describe(tracer.described_.get()));
  TRY(tracer.read_object());
  return tracer;
}

Result<Tracer> Tracer::read(const Embedded& embedded) {
  Tracer tracer;
  tracer.name_ = embedded.name;
  tracer.about_ = parse_about(embedded.about);
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.object_name = tracer.name_.c_str();
  options.btf_custom_path = relocation_file();
  serve_typed_programs();
  const std::string_view object =
      embedded.looping.empty() || !loop_helper().yes ? embedded.object : embedded.looping;
  tracer.object_.reset(bpf_object__open_mem(object.data(), object.size(), &options));
  if (!tracer.object_)
    return fail("open " + tracer.name_ + ": not an object of BPF programs",
                "docs/writing-a-tracer.md tells how one is compiled");
  tracer.gated_ = gated_calls(object, bpf_object__btf(tracer.object_.get()));
  return tracer;
}

Result<Tracer> Tracer::open_file(const std::string& path) {
  auto contents = read_file(path, 64 << 20).within("open a tracer");
  if (!contents)
    return fail(contents.error().what, read_hint(path, access(path.c_str(), R_OK) ? errno : 0));
  const std::string object = *std::move(contents);
  const std::string stem = path.substr(0, std::min(path.find(".bpf.o"), path.size()));
  const auto twin = read_file(stem + ".loop.bpf.o", 64 << 20);
  return open({stem.substr(stem.rfind('/') + 1), object, twin ? *twin : std::string_view(), {}});
}

Result<> Tracer::read_object() {
  hooks_ = hooks_of(object_.get());
  for (auto [name, limit] : {std::pair{"PLAN_LEAVES", &limits_.leaves},
                             {"PLAN_WORDS", &limits_.words},
                             {"PLAN_KEYS", &limits_.keys},
                             {"PLAN_KEY_BYTES", &limits_.key_bytes},
                             {"PLAN_METRICS", &limits_.metrics},
                             {"PLAN_HISTOGRAMS", &limits_.histograms}})
    *limit = static_cast<uint32_t>(constant(name));
  if (bpf_map* accounts = bpf_object__find_map_by_name(object_.get(), "accounts"))
    bpf_map__set_max_entries(accounts, static_cast<uint32_t>(libbpf_num_possible_cpus()));
  auto read = schema::from_btf(btf());
  // plumb's own have no event; whoever asks for their schema is wrong
  if (!read && !embedded_own(name_).object.empty()) return {};
  if (!read) return Fail{std::move(read.error()).within("schema of " + name_)};
  schema_ = std::make_unique<schema::Schema>(std::move(*read));
  for (schema::Knob& each : schema_->knobs) each.fallback = knob(each.name);
  return {};
}

std::string_view Tracer::btf() const {
  uint32_t size = 0;
  const void* bytes = btf__raw_data(types(), &size);
  return {static_cast<const char*>(bytes), size};
}

const struct btf* Tracer::types() const {
  return described_ ? described_.get() : bpf_object__btf(object_.get());
}

std::vector<std::string> Tracer::reductions() const {
  std::map<std::string, bool> served;
  for (const Hook& hook : hooks_) {
    if (hook.purpose.empty() || !wants(hook)) continue;
    served[hook.purpose] |= hook.chosen;
  }
  std::vector<std::string> missing;
  for (const auto& [purpose, is_served] : served)
    if (!is_served) missing.push_back(purpose);
  return missing;
}

Result<> Tracer::set(std::string_view path, uint64_t value) {
  auto place = place_of(bpf_object__btf(object_.get()), path);
  if (!place) return Fail{std::move(place.error()).within(name_ + ": set " + std::string(path))};
  const std::span<char> bytes = read_only_data(object_.get());
  if (place->offset + place->size > bytes.size() || place->size > sizeof(value))
    return fail(name_ + ": " + std::string(path) + " is not a number in read-only data");
  std::memcpy(bytes.data() + place->offset, &value, place->size);
  return {};
}

Result<> Tracer::set_knob(std::string_view knob_name, uint64_t value) {
  TRY(set(knob_name, value));
  for (schema::Field& field : schema_->event.fields) {
    field.detail &= std::ranges::none_of(field.shown_with, [&](const std::string& with) {
      const size_t end = std::min(with.find('&'), with.size() - 1);
      return with.substr(0, end) == knob_name && (value & constant(with.substr(end + 1))) != 0;
    });
  }
  return {};
}

uint64_t Tracer::knob(std::string_view knob_name) const {
  auto place = place_of(bpf_object__btf(object_.get()), knob_name);
  const std::span<char> bytes = read_only_data(object_.get());
  uint64_t value = 0;
  if (place && place->offset + place->size <= bytes.size() && place->size <= sizeof(value))
    std::memcpy(&value, bytes.data() + place->offset, place->size);
  return value;
}

bool Tracer::wants(const Hook& hook) const {
  if (!hook.instead.empty() && surface_of(hook.instead).yes) return false;
  return std::ranges::all_of(hook.conditions, [&](const Condition& condition) {
    return (knob(condition.knob) & condition.bits) != 0;
  });
}

uint64_t Tracer::constant(std::string_view name) const {
  uint64_t value = 0;
  enumerator(bpf_object__btf(object_.get()), name, value);
  return value;
}

int Tracer::map(std::string_view name) const {
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), std::string(name).c_str());
  return map ? bpf_map__fd(map) : -1;
}

Result<> Tracer::load() {
  for (const Hook& hook : hooks_) {
    bpf_program* program = bpf_object__find_program_by_name(object_.get(), hook.program.c_str());
    bpf_program__set_autoload(program, hook.chosen);
    if (is_of_user(hook.section) && many_at_once())
      bpf_program__set_expected_attach_type(program,
                                            static_cast<bpf_attach_type>(many_at_once_attachment));
  }
  std::erase_if(gated_, [&](const GatedCall& call) { return knob(call.constant) != 0; });
  TRY(leave_out(object_.get(), gated_));
  TRY(cover({bpf_object__btf(object_.get())}));
  if (const int error = bpf_object__load(object_.get()); error != 0)
    return explain_refusal(name_, object_.get(), -error);
  for (const auto& [name, values] : std::exchange(contents_, {})) TRY(put(name, 0, values));
  return map_shared();
}

void Tracer::fill(std::string name, std::vector<std::string> values, size_t room) {
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), name.c_str());
  bpf_map__set_max_entries(map, static_cast<uint32_t>(room));
  contents_[std::move(name)] = std::move(values);
}

Result<> Tracer::put(const std::string& name, uint32_t first,
                     const std::vector<std::string>& values) {
  for (uint32_t i = 0; i < values.size(); i++) {
    const uint32_t key = first + i;
    if (bpf_map_update_elem(map(name), &key, values[i].data(), BPF_ANY))
      return fail_errno("fill the map " + name + " of " + name_, errno);
  }
  return {};
}

Result<> Tracer::attach(std::string_view purpose) {
  const auto is_meant = [&](const Hook& hook, bool iterator) {
    return hook.chosen && !hook.at_end && !hook.until_seen &&
           (purpose.empty() || hook.purpose == purpose) &&
           hook.section.starts_with("iter/") == iterator;
  };
  for (const Hook& hook : hooks_)
    if (is_meant(hook, false)) TRY(attach_hook(hook));
  for (const Hook& hook : hooks_)
    if (is_meant(hook, true)) TRY(iterate(hook.program));
  return {};
}

Result<> Tracer::attach_hook(const Hook& hook) {
  bpf_program* program = bpf_object__find_program_by_name(object_.get(), hook.program.c_str());
  if (is_of_user(hook.section))
    return attach_user(bpf_program__fd(program), hook.section, places_.files)
        .within("attach " + name_);
  if (is_sampler(hook.section))
    return attach_sampler(program, knob("frequency"), links_).within("attach " + name_);
  if (names_no_place(bpf_program__section_name(program)))
    return attach_in_kernel(program, kernel_places_, links_).within("attach " + name_);
  LinkPtr link(bpf_program__attach(program));
  if (!link && errno == ENOENT) link.reset(attach_renamed(program));
  if (!link) return fail_errno("attach " + name_ + ": " + hook.section, errno);
  links_.all.push_back(std::move(link));
  return {};
}

Result<> Tracer::attach_file(UserFile file) {
  for (const Hook& hook : hooks_) {
    if (!hook.chosen || !is_of_user(hook.section)) continue;
    const bpf_program* program =
        bpf_object__find_program_by_name(object_.get(), hook.program.c_str());
    TRY(attach_user(bpf_program__fd(program), hook.section, {&file, 1}));
  }
  places_.files.push_back(std::move(file));
  return {};
}

void Tracer::detach_file(size_t place) {
  places_.files.erase(places_.files.begin() + static_cast<std::ptrdiff_t>(place));
}

void Tracer::detach() {
  for (UserFile& file : places_.files) file.links.clear();
  not_probed_ += not_probed(links_);
  while (!links_.all.empty()) links_.all.pop_back();  // what came first goes last
  links_ = KernelLinks();
}

}  // namespace plumb::kernel
