// Plan: what one run wants of one tracer, and which part of it the kernel decides.
//
// Pure: text and a schema in, data out. kernel/ turns the kernel's part into read-only data of the
// BPF object; session/ does the rest with query/expression.h and query/aggregate.h.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/expression.h"
#include "schema/names.h"
#include "schema/schema.h"

namespace plumb::query {

// Sizes of the kernel's tables, read from the object's BTF (bpf/plan.bpf.h, enum plan_limits).
struct Limits {
  uint32_t leaves = 16;
  uint32_t words = 8;
  uint32_t keys = 4;
  uint32_t key_bytes = 128;
  uint32_t metrics = 4;
  uint32_t histograms = 2;
};

// One comparison the kernel makes; bpf/plan.bpf.h explains the decision list.
struct Leaf {
  enum class Op : uint8_t { equal, less, at_most, words, bits };
  enum class Place : uint8_t { field, tail_start, tail_end };
  static constexpr int pass = -1;
  static constexpr int reject = -2;

  Op op = Op::equal;
  Place place = Place::field;
  const schema::Field* field = nullptr;
  int yes = pass;  // the next leaf's index, pass or reject
  int no = reject;
  uint64_t value = 0;
  uint16_t length = 0;
  bool exact_length = false;
  std::vector<uint64_t> words;
  std::vector<uint64_t> masks;
  size_t comparison = SIZE_MAX;  // which of Plan::comparisons it belongs to; SIZE_MAX: none
};

// One comparison of --where, in the order of the text, and who makes it. User space makes all of
// them again unless the kernel's part decides the whole expression.
struct Placed {
  std::string text;
  bool in_kernel = false;
  std::string why_not;  // why the kernel does not make it, or not all of it; else ""
};

enum class Function : uint8_t { count, sum, avg, min, max, p50, p90, p99, p999, hist };

// One column of an aggregate: count, or a function of a number.
struct Show {
  Function function = Function::count;
  const schema::Field* field = nullptr;  // null for count
  std::string text;                      // "p99(latency)"
};

struct Metric {
  const schema::Field* field = nullptr;
  bool histogram = false;
};

struct Grouping {
  std::vector<const schema::Field*> keys;
  std::vector<Show> shows;      // count first, then what --show asks for
  size_t order = 0;             // of `shows`: rows come largest first by the one asked for first
  std::vector<Metric> metrics;  // the distinct fields of `shows`
  uint32_t max_groups = 1024;   // --keys
  bool in_kernel = false;
  std::string why_not;  // why it is done in user space
};

// What the command line says, still text. Empty means not given.
struct Ask {
  std::string where;
  std::string fields;  // "a,b" or "+c,-d"
  std::string by;
  std::string show;
  bool each = false;  // events, also where the schema has a view of groups
  uint32_t top = 0;
  uint32_t keys = 1024;
  uint32_t sample_every = 1;
  std::string usual;           // a detail that belongs to the usual columns of this run; may be ""
  bool roomy = false;          // rows have room for details that are worth it (Field::wide)
  bool all_fields = false;     // a sink that shows every field (JSON, a recording)
  bool private_fields = true;  // false with --privacy none: such fields are never read
  bool stack = false;          // --stack: with the stack that led to it
  bool waker = false;          // --waker: and with that of who let it go on
  bool by_stack = false;       // --format: groups must be by stack
};

// A name that --where compares a number with: whether it means anything, only a machine can tell.
struct NamedValue {
  const schema::Field* field = nullptr;
  std::string name;
};

struct Plan {
  std::unique_ptr<Expression> where;  // null: everything
  std::vector<Leaf> leaves;           // the kernel's part; empty: it lets everything through
  bool where_exact = true;            // the kernel's part decides the whole expression
  std::string where_rest;             // the text of what user space must still decide
  std::vector<Placed> comparisons;
  std::vector<NamedValue> names;  // that must be equal; not those of patterns

  std::vector<const schema::Field*> columns;  // in the order they are shown
  std::vector<const schema::Field*> asides;   // shown in the place of a column (Field::beside)
  std::optional<Grouping> grouping;
  uint32_t sample_every = 1;
  bool sample_in_kernel = true;
  bool weighted = false;  // events may stand for several: this run samples, or that of a recording
  uint32_t top = 0;

  std::vector<bool> wanted;  // by index in Event::fields: somebody reads it in user space or kernel
};

// Binds what was asked to a schema. Fields in the plan point into `event`, which must outlive it.
// Errors point at the column and suggest the nearest field; they are misuse (exit status 2). With
// `names` the kernel compares numbers where --where has a name that stands for certain ones.
Result<Plan> compile(Ask ask, const schema::Event& event, const Limits& limits,
                     schema::Names* names = nullptr);

}  // namespace plumb::query
