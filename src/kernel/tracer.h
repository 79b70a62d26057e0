// Tracer: one BPF object, from its bytes to programs that run.
//
//   open → set knobs and plan (read-only data) → load (verifier, maps) → attach → read its account
//
// Everything that it needs from the object it finds through BTF by name.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/mapping.h"
#include "base/result.h"
#include "kernel/embedded.h"
#include "kernel/gated_calls.h"
#include "kernel/hooks.h"
#include "kernel/kernel_places.h"
#include "kernel/user_places.h"
#include "query/plan.h"
#include "schema/schema.h"

struct bpf_object;
struct btf;

namespace plumb::kernel {

struct ObjectCloser {
  void operator()(bpf_object* object) const;
};
struct TypesCloser {
  void operator()(btf* types) const;
};
using ObjectPtr = std::unique_ptr<bpf_object, ObjectCloser>;
using TypesPtr = std::unique_ptr<btf, TypesCloser>;

// The counters of bpf/account.bpf.h, by the names in its enum: "hits", "lost_ring_full", ...
using Account = std::map<std::string, uint64_t>;

// What the kernel says of a loaded tracer's programs.
struct Costs {
  uint64_t run_ns = 0;  // only while run-time statistics are on
  uint64_t runs = 0;
  uint64_t missed = 0;      // hits for which the kernel itself ran no program (recursion)
  uint64_t verified = 0;    // instructions the verifier walked
  uint64_t translated = 0;  // instructions that were left
};

class Tracer {
 public:
  static Result<Tracer> open(const Embedded& embedded);
  // A tracer that is not part of this program: an object NAME.bpf.o compiled as bpf/ wants it, and
  // NAME.loop.bpf.o beside it, if it is there, for kernels with bpf_loop.
  static Result<Tracer> open_file(const std::string& path);

  // One of plumb's own objects, whose event is made now: `describe` adds it to the object's types,
  // which the kernel does not get to see.
  static Result<Tracer> open_described(const Embedded& embedded, std::string name,
                                       const std::function<Result<>(btf*)>& describe);

  const std::string& name() const { return name_; }
  const schema::Schema& schema() const { return *schema_; }
  const About& about() const { return about_; }
  std::string_view btf() const;
  const struct btf* types() const;  // the same, parsed
  const query::Limits& limits() const { return limits_; }

  // Programs in the object's order; choose_hooks marks those that will load.
  const std::vector<Hook>& hooks() const { return hooks_; }
  std::vector<Hook>& hooks() { return hooks_; }
  // Purposes for which no program could be had: what this run will not see.
  std::vector<std::string> reductions() const;

  // The value of "a.b[2].c" in read-only data; only before load().
  Result<> set(std::string_view place, uint64_t value);
  Result<> set_knob(std::string_view knob, uint64_t value);
  uint64_t knob(std::string_view name) const;
  // Do the knobs let this program be loaded?
  bool wants(const Hook& hook) const;
  // An enumerator of the object, by name; 0 when absent.
  uint64_t constant(std::string_view enumerator) const;

  bpf_object* object() const { return object_.get(); }
  int map(std::string_view name) const;  // fd, -1 before load or when not created

  // Where its programs uprobe and uretprobe attach.
  void place(UserPlaces places) { places_ = std::move(places); }
  const UserPlaces& places() const { return places_; }
  // The same of programs whose section names no place in the kernel: "kprobe".
  void place(std::vector<KernelPlace> places) { kernel_places_ = std::move(places); }
  const std::vector<KernelPlace>& kernel_places() const { return kernel_places_; }
  // What is in an array, from 0 on, once it is loaded; it has room for so many.
  void fill(std::string map, std::vector<std::string> values, size_t room);
  // Puts values into an array of a loaded tracer, from `first` on.
  Result<> put(const std::string& map, uint32_t first, const std::vector<std::string>& values);

  Result<> load();
  // The chosen programs, or of these the ones that serve this purpose. Iterators ("iter/...") run
  // once, when all others are in place: they look at what was there before.
  Result<> attach(std::string_view purpose = {});
  // The same programs of user code, to one more file, or no longer to the one at `place` of
  // places().
  Result<> attach_file(UserFile file);
  void detach_file(size_t place);
  void detach();
  // Runs an iterator, once, over all there is, or where the kernel can (6.1) over what this process
  // has. What it wrote.
  Result<std::string> iterate(const std::string& program, uint32_t pid = 0) const;

  // How many of its hits the programs look at (bpf/pace.bpf.h), for objects that have a pace;
  // before load() whether that can be set at all. 0: they tell nothing, and only count. It begins
  // so.
  Result<> set_paced(bool paced);
  void pace(uint32_t look_at);
  uint32_t pace() const;
  uint64_t counted() const;

  // Detaches for good: what is found later is not attached either.
  void give_up();
  bool given_up() const { return given_up_; }

  Account account() const;
  Costs costs() const;

 private:
  static Result<Tracer> read(const Embedded& embedded);
  Result<> read_object();
  Result<> map_shared();
  Result<> map_pace();
  Result<> attach_hook(const Hook& hook);

  std::string name_;
  About about_;
  ObjectPtr object_;
  TypesPtr described_;  // null: the object's own types are all
  UserPlaces places_;
  std::vector<KernelPlace> kernel_places_;
  std::map<std::string, std::vector<std::string>> contents_;  // by map
  std::unique_ptr<schema::Schema> schema_;
  query::Limits limits_;
  std::vector<Hook> hooks_;
  std::vector<GatedCall> gated_;
  KernelLinks links_;
  uint64_t not_probed_ = 0;  // while it was attached
  Mapping accounts_;         // empty before load
  Mapping pace_;             // of objects that are paced
  bool given_up_ = false;
};

// For each purpose the first program, in the order tp_btf, fentry/fexit, kprobe, tracepoint, that
// this kernel allows; without the privilege to try, the first that may be. An error when a
// purpose-less program or every purpose fails.
// `preferred`: a surface ("kprobe") that is tried before the others; kprobe stands for kretprobe
// too.
Result<> choose_hooks(Tracer& tracer, const std::string& preferred = {});

}  // namespace plumb::kernel
