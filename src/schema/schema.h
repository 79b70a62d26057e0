// Schema: what a tracer's records look like and mean, as its BTF says.
//
// A tracer is one BPF object; its event is a C struct whose BTF carries names, types, units,
// privacy, keys and documentation (bpf/schema.bpf.h spells the tags). Everything that shows,
// filters, groups or stores events is derived from this, and from nothing else.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace plumb::schema {

// How the bytes of a field are read.
enum class Kind : uint8_t {
  unsigned_number,  // 1, 2, 4 or 8 bytes
  signed_number,    // 1, 2, 4 or 8 bytes
  boolean,          // 1 byte
  enumeration,      // 1, 2, 4 or 8 bytes, sign-extended; named by `names`
  text,             // char[size], ends at the first NUL or at size
  address,          // 16 bytes: IPv6, or IPv4 mapped into it
  tail_text,        // a TailRef: one string
  tail_list,        // a TailRef: strings that each end with NUL (an argument vector)
};

enum class Unit : uint8_t { none, ns, bytes, count };

// How a number becomes a word for people; `plain` and the units need no help from outside.
// Recordings hold these numbers: new ones go to the end.
enum class Format : uint8_t {
  plain,
  id,         // names something: never summed, no thousands separators
  hex,        // an address in memory; 0 is none
  octal,      // permissions: 0644; all ones are none
  error,      // errno: 2 -> ENOENT, 0 -> ""
  signal,     // 9 -> SIGKILL, 37 -> SIGRTMIN+3, 0 -> ""
  instant,    // ns since boot (CLOCK_BOOTTIME) -> RFC 3339; 0 is none
  cgroup,     // cgroup2 id -> path
  container,  // cgroup2 id -> container name, "" outside of one
  user,       // uid -> name; all ones are nobody
  group,      // gid -> name; all ones are nobody
  syscall,    // 257 -> openat, i386:open, i386:9999; all ones -> "" (schema/syscalls.h)
  symbol,     // an address in the kernel -> the variable there, "" when there is none
  mount,      // a file system's device -> where it, or parts of it, are mounted, "" when nowhere
  device,     // 266338304 -> 254:0, as /sys and /proc/self/mountinfo have it
  status,     // of who exits, 0 to 255; all ones are none
  stack,      // a number for the functions that led to an event; 0 is none
};

// What disclosing a field could reveal. Everything but `open` obeys --privacy.
enum class Privacy : uint8_t { open, argument, path, environment, address };

struct Enumeration {
  std::vector<std::pair<int64_t, std::string>> values;  // prefix cut, lower case
  bool bits = false;                                    // a value is any of them together
  // "" when unknown; of bits "creat|wronly", what has no name as 0x400.
  std::string_view name_of(int64_t value) const;

 private:
  std::string combined(int64_t value) const;
  mutable std::unordered_map<int64_t, std::string> combinations_;  // of bits, that were asked for
};

// A terminal of so many columns has room for fields that are `wide`.
constexpr uint32_t roomy_columns = 110;

struct Field {
  std::string path;  // "who.pid": how --where, --by and --fields name it
  std::string doc;   // a sentence, or empty for a self-evident member of a shared struct
  Kind kind = Kind::unsigned_number;
  Unit unit = Unit::none;
  Format format = Format::plain;
  Privacy privacy = Privacy::open;
  bool key = false;         // a natural thing to group by
  bool detail = false;      // left out of the default table (JSON has it)
  bool wide = false;        // a detail, but in the default table where that has room
  bool on_request = false;  // in nothing that does not name it: it costs much
  // Of a stack that not --stack asks for but an option of its own ("waker"): that, and what stands
  // above it ("woken by"); else both "".
  std::string asked_by{}, heading{};
  // "hook&HOOK_FILE_OPEN": no detail where that knob has that bit, or one of others that are
  // listed.
  std::vector<std::string> shown_with{};
  bool unknown_zero = false;  // 0 says that it could not be told
  bool read = true;           // false: the plan left it in the kernel; it has no value to show
  uint32_t offset = 0;        // within the event's struct
  uint32_t size = 0;
  // There is no value where the four bytes at `missing_at` of the struct have a bit of this mask.
  uint32_t missing_mask = 0;
  uint32_t missing_at = 0;
  std::shared_ptr<const Enumeration> names;
  // The field behind which tables show it, in brackets, where the two differ; "" for most.
  std::string beside;

  std::string_view leaf() const;  // "pid" of "who.pid"
  std::string json_leaf() const;  // "latency_ns", "size_bytes", "pid"
  bool is_number() const {        // integers, booleans, enumerations
    return kind == Kind::unsigned_number || kind == Kind::signed_number || kind == Kind::boolean ||
           kind == Kind::enumeration;
  }
  bool is_signed() const {  // how its bytes extend to 64 bits
    return kind == Kind::signed_number || kind == Kind::enumeration;
  }
  bool is_text() const;  // text, tail_text, tail_list
  // No value: a zero that could not be told, as nothing lies at address 0 or happened at boot, or
  // all ones where the kernel has them for none.
  bool absent(uint64_t bits) const {
    if (bits == 0)
      return unknown_zero || format == Format::hex || format == Format::instant ||
             format == Format::stack;
    if (bits == UINT64_MAX) return format == Format::status;
    return bits == UINT32_MAX &&
           (format == Format::user || format == Format::group || format == Format::octal);
  }
  bool absent(std::string_view address) const {
    return unknown_zero && address.find_first_not_of('\0') == std::string_view::npos;
  }
  // Its usual values are few, and below this; 0: no such bound.
  uint32_t values() const;
  bool in_tail() const { return kind == Kind::tail_text || kind == Kind::tail_list; }
};

// What a person wants first of events that come by the thousand; both empty for others.
struct View {
  std::string by, show;  // as the options of these names take them
};

struct Event {
  std::string name;  // == the tracer's name
  std::string doc;
  View view;
  bool lifecycle = false;  // travels in the ring that nothing else can crowd out
  uint32_t size = 0;       // of the struct; tails follow it in a record
  std::vector<Field> fields;

  const Field* find_exact(std::string_view path) const;
};

// A knob is constant read-only data of the tracer; on the command line it is a flag.
struct Knob {
  std::string name;       // "slower_than" -> --slower-than
  Field type;             // kind, unit, size, doc; path == name
  uint64_t fallback = 0;  // the value when nobody sets it
  std::string warning{};  // what is said when it is set; mostly nothing
  bool acts = false;      // set, it acts upon those who are traced
};

// Where bpf/emit.bpf.h put the parts of a record's header.
struct Header {
  uint32_t size = 0;    // 0: the object defines no `struct header` and sends no records
  uint32_t time = 0;    // u64, ns of CLOCK_MONOTONIC
  uint32_t tracer = 0;  // u16
  uint32_t weight = 0;  // u32: how many events this record stands for
};

struct Schema {
  Event event;
  std::vector<Knob> knobs;
  Header header;
};

// Errors name what the BTF lacks or where it is broken; any bytes are safe to pass.
Result<Schema> from_btf(std::string_view btf);

// The field that a name means: an exact path, or a path whose ending after a dot is unique.
// The error suggests the nearest name.
Result<const Field*> find_field(const Event& event, std::string_view name);

// Complaints about a schema: holes, integers without a unit or meaning, missing sentences, names
// over 15 characters, text without a privacy class. Empty when it is well made.
std::vector<std::string> lint(std::string_view btf);

}  // namespace plumb::schema
