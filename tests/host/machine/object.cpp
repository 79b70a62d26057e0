#include "machine/object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "kernel/embedded.h"
#include "kernel/rodata.h"
#include "kernel/stacks.h"
#include "schema/btf.h"

namespace plumb::host {
namespace {

constexpr uint32_t default_ring = 1 << 20;  // bytes; a test may change the channel's capacity

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return *std::move(result);
}

kernel::Embedded embedded(const std::string& name) {
  for (const kernel::Embedded& each : kernel::embedded_tracers())
    if (each.name == name) return each;
  const kernel::Embedded own = kernel::embedded_own(name);
  if (own.object.empty()) throw std::runtime_error("no tracer " + name);
  return own;
}

bool is_shared(const schema::Btf& btf, std::string_view variable) {
  for (uint32_t id = 1; id < btf.types().size(); id++) {
    const schema::Btf::Type& type = btf.type(id);
    if (type.kind != schema::Btf::Kind::variable || type.name != variable) continue;
    const auto& tags = btf.tags(id);
    return std::find(tags.begin(), tags.end(), "shared") != tags.end();
  }
  return false;
}

bool is_channel(uint32_t type) {
  return type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

// One of a kind per name when it is shared, else a new one.
template <class T>
std::shared_ptr<T> create(std::map<std::string, std::shared_ptr<T>>& shared, bool is_shared,
                          const std::string& name, const Shape& shape) {
  if (!is_shared) return std::make_shared<T>(shape);
  auto& each = shared[name];
  if (!each) each = std::make_shared<T>(shape);
  return each;
}

void protect(void* begin, size_t size, int rights) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<uintptr_t>(begin) & ~(page - 1);
  const size_t bytes = reinterpret_cast<uintptr_t>(begin) + size - first;
  if (mprotect(reinterpret_cast<void*>(first), bytes, rights))
    throw std::runtime_error("the read-only data cannot be written");
}

}  // namespace

Object::Object(Machine& machine, const std::string& name, uint16_t number)
    : machine_(machine), tracer_(need(kernel::Tracer::open(embedded(name)))), number_(number) {
  const bool has_event = kernel::embedded_own(name).object.empty();
  if (has_event) schema_ = std::make_shared<schema::Schema>(tracer_.schema());
  const std::string path = PLUMB_HOST_DIR "/" + name + ".so";
  if (dlopen(path.c_str(), RTLD_NOLOAD | RTLD_LAZY))
    throw std::runtime_error(name + " is loaded already");
  library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library_) throw std::runtime_error(dlerror());
}

Object::~Object() { dlclose(library_); }

bool Object::has(const char* symbol) const { return dlsym(library_, symbol) != nullptr; }

void* Object::at(const char* symbol) const {
  void* found = dlsym(library_, symbol);
  if (!found) throw std::runtime_error(tracer_.name() + " has no " + symbol);
  return found;
}

void Object::set(std::string_view place, uint64_t value) { need(tracer_.set(place, value)); }

void Object::limit(const char* map, uint32_t max_entries) {
  bpf_map__set_max_entries(bpf_object__find_map_by_name(tracer_.object(), map), max_entries);
}

void Object::apply() {
  for (const char* ring : {"events", "lifecycle"}) limit(ring, default_ring);
  need(kernel::configure_stacks(tracer_, {}));
  if (schema_) {
    plan_ = need(query::compile(ask, tracer_.schema().event, tracer_.limits()));
    need(kernel::apply_plan(tracer_, plan_, number_));
  }
  need(kernel::apply_targeting(tracer_, targeting));
  set("targeting.self", self);
  set("plan.to_perf", to_perf);
}

// Not everything has a plan, an account and targets.
void Object::load() {
  const bool has_plan = has("plan");
  if (has_plan) apply();
  create_maps();
  if (has_plan) write_read_only_data();
}

void Object::create_maps() {
  const schema::Btf btf = need(schema::Btf::parse(tracer_.btf()));
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, tracer_.object()) {
    if (bpf_map__is_internal(map) || !bpf_map__autocreate(map)) continue;
    const char* name = bpf_map__name(map);
    const Shape shape = {static_cast<uint32_t>(bpf_map__type(map)), bpf_map__key_size(map),
                         bpf_map__value_size(map), bpf_map__max_entries(map)};
    const bool shared = is_shared(btf, name);
    if (is_channel(shape.type))
      machine_.add(at(name), create(machine_.shared_channels, shared, name, shape));
    else
      machine_.add(at(name), create(machine_.shared_maps, shared, name, shape));
  }
}

// Constant data is written once and then frozen, as the kernel does with a BPF object's.
void Object::write_read_only_data() {
  const btf* types = bpf_object__btf(tracer_.object());
  const int id = btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC);
  const btf_type* section = btf__type_by_id(types, static_cast<uint32_t>(id));
  bpf_map* map = nullptr;
  const char* values = nullptr;
  size_t size = 0;
  bpf_object__for_each_map(
      map, tracer_.object()) if (std::string_view(bpf_map__name(map)).ends_with(".rodata")) values =
      static_cast<const char*>(bpf_map__initial_value(map, &size));
  const btf_var_secinfo* each = btf_var_secinfos(section);
  for (int i = 0; i < btf_vlen(section); i++) {
    const btf_type* variable = btf__type_by_id(types, each[i].type);
    if (btf_var(variable)->linkage == BTF_VAR_STATIC) continue;  // nobody sets it
    const char* name = btf__name_by_offset(types, variable->name_off);
    if (!has(name)) continue;  // of what takes stacks, which kernels with bpf_loop alone have
    void* to = at(name);
    protect(to, each[i].size, PROT_READ | PROT_WRITE);
    std::memcpy(to, values + each[i].offset, each[i].size);
    protect(to, each[i].size, PROT_READ);
  }
}

int Object::run(const std::string& program, std::initializer_list<uint64_t> words) {
  // on the heap, so that a program that asks for more words than its hook has is caught
  std::vector<uint64_t> context(words);
  context.shrink_to_fit();
  return run(program, context.data());
}

int Object::run(const std::string& program, void* context) {
  return reinterpret_cast<int (*)(void*)>(at(program.c_str()))(context);
}

Channel& Object::channel() const {
  if (to_perf) return machine_.channel(at("perf_events"));
  return machine_.channel(at(tracer_.schema().event.lifecycle ? "lifecycle" : "events"));
}

std::vector<Event> Object::events() {
  std::vector<Event> events;
  for (Channel::Record& record : channel().take()) {
    Event& event = events.emplace_back(schema_, std::move(record.bytes));
    EXPECT_EQ(event.complaint(), "");
    EXPECT_EQ(event.tracer(), number_);
  }
  return events;
}

std::map<std::string, uint64_t> Object::account() const {
  std::map<std::string, uint64_t> account;
  const schema::Btf btf = need(schema::Btf::parse(tracer_.btf()));
  const Map& counters = map("accounts");
  for (const schema::Btf::Type& type : btf.types()) {
    if (type.kind != schema::Btf::Kind::enum32 || type.name != "outcome") continue;
    for (const auto& [value, name] : type.values) {
      if (!name.starts_with("OUTCOME_")) continue;  // the enum's size
      std::string word(name.substr(8));
      for (char& c : word) c = static_cast<char>(std::tolower(c));
      for (const std::string& cpu : counters.keys()) {
        const std::string bytes = counters.values(cpu).at(0);
        uint64_t count = 0;
        std::memcpy(&count, bytes.data() + static_cast<size_t>(value) * sizeof(count),
                    sizeof(count));
        if (count) account[word] += count;
      }
    }
  }
  return account;
}

void Object::expect_balanced() const {
  if (!has("accounts")) return;
  uint64_t hits = 0, fates = 0;
  for (const auto& [name, count] : account()) (name == "hits" ? hits : fates) += count;
  EXPECT_EQ(hits, fates) << tracer_.name() << ": hits, and what became of them";
  EXPECT_EQ(machine_.reserved(), 0u) << tracer_.name() << ": reserved and not submitted";
  if (!has("tails")) return;
  const uint32_t zero = 0, users = offset_of("tail", "users");
  for (const std::string& tail :
       map("tails").values({reinterpret_cast<const char*>(&zero), sizeof(zero)})) {
    uint32_t still = 0;
    std::memcpy(&still, tail.data() + users, sizeof(still));
    EXPECT_EQ(still, 0u) << tracer_.name() << ": the tail's memory was not given back";
  }
}

uint32_t Object::offset_of(std::string_view structure, std::string_view member) const {
  return need(kernel::place_in(bpf_object__btf(tracer_.object()), structure, member)).offset;
}

}  // namespace plumb::host
