#include "render/pprof.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <protozero/pbf_builder.hpp>
#include <span>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace plumb::render {
namespace {

// The messages of profile.proto, as far as they are written here.
enum class PprofProfile : protozero::pbf_tag_type {
  sample_type = 1,
  sample = 2,
  mapping = 3,
  location = 4,
  function = 5,
  string_table = 6,
  period_type = 11,
  period = 12,
  comment = 13,
};
enum class PprofValueType : protozero::pbf_tag_type { type = 1, unit = 2 };
enum class PprofSample : protozero::pbf_tag_type { location_id = 1, value = 2, label = 3 };
enum class PprofLabel : protozero::pbf_tag_type { key = 1, str = 2 };
enum class PprofMapping : protozero::pbf_tag_type {
  id = 1,
  memory_limit = 3,
  filename = 5,
  has_functions = 7,
};
enum class PprofLocation : protozero::pbf_tag_type {
  id = 1,
  mapping_id = 2,
  address = 3,
  line = 4
};
enum class PprofLine : protozero::pbf_tag_type { function_id = 1, line = 2 };
// Without a system_name, which pprof would take for mangled: of "<module>" it then leaves nothing.
enum class PprofFunction : protozero::pbf_tag_type {
  id = 1,
  name = 2,
  filename = 4,
};

template <class Message>
using Built = protozero::pbf_builder<Message>;

int64_t signed_of(uint64_t value) {
  return static_cast<int64_t>(std::min<uint64_t>(value, std::numeric_limits<int64_t>::max()));
}

bool is_inlined(const CallStep& step) { return step.frame != nullptr && step.frame->inlined; }

// What has but an address stands for itself.
bool is_named(const StackFrame& frame) { return !frame.function.empty() || !frame.offset; }

class PprofMaker {
 public:
  explicit PprofMaker(const Profile& profile) : profile_(profile) { text(""); }

  std::string take() {
    const bool is_bytes = profile_.unit == "bytes", is_time = profile_.unit == "ns";
    if (is_time)
      value_type(PprofProfile::sample_type, "time", "nanoseconds");
    else
      value_type(PprofProfile::sample_type, is_bytes ? "space" : profile_.unit,
                 is_bytes ? "bytes" : "count");
    if (profile_.interval_ns != 0) {
      value_type(PprofProfile::period_type, "time", "nanoseconds");
      out_.add_int64(PprofProfile::period, signed_of(profile_.interval_ns));
      has_time_ = !is_time && !is_bytes;
      if (has_time_) value_type(PprofProfile::sample_type, "time", "nanoseconds");
    }
    for (const StackGroup& group : profile_.groups) sample(group);
    for (const Mapping& each : mappings_) write(each);
    if (!profile_.title.empty()) out_.add_int64(PprofProfile::comment, text(profile_.title));
    for (const std::string& each : table_) out_.add_string(PprofProfile::string_table, each);
    return std::move(bytes_);
  }

 private:
  struct Mapping {
    uint64_t id = 0;
    int64_t name = 0;
    uint64_t limit = 0;
    bool has_functions = true;  // all: pprof looks for them itself where some are missing
  };

  using Lines = std::vector<std::pair<uint64_t, uint32_t>>;  // functions and lines in them

  int64_t text(std::string_view raw) {
    const auto [found, is_new] = texts_.emplace(harmless(raw), table_.size());
    if (is_new) table_.push_back(found->first);
    return static_cast<int64_t>(found->second);
  }

  void value_type(PprofProfile field, std::string_view type, std::string_view unit) {
    const int64_t type_text = text(type), unit_text = text(unit);
    Built<PprofValueType> message(out_, field);
    message.add_int64(PprofValueType::type, type_text);
    message.add_int64(PprofValueType::unit, unit_text);
  }

  void sample(const StackGroup& group) {
    const auto steps = steps_of(group);
    std::vector<uint64_t> locations;
    // From the outermost on: the mapping that comes first is the program to pprof.
    for (auto step = steps.begin(); step != steps.end();) {
      const auto next = std::find_if_not(step + 1, steps.end(), is_inlined);
      if (step->kind != CallStep::Kind::root) locations.push_back(location({step, next}));
      step = next;
    }
    std::ranges::reverse(locations);
    std::vector<int64_t> values = {signed_of(group.value)}, labels;
    if (has_time_) {
      uint64_t time = 0;
      const bool is_more = __builtin_mul_overflow(group.value, profile_.interval_ns, &time);
      values.push_back(signed_of(is_more ? UINT64_MAX : time));
    }
    for (const std::string& part : group.root) labels.push_back(text(part));
    const int64_t key = labels.empty() ? 0 : text("root");
    Built<PprofSample> message(out_, PprofProfile::sample);
    message.add_packed_uint64(PprofSample::location_id, locations.begin(), locations.end());
    message.add_packed_int64(PprofSample::value, values.begin(), values.end());
    for (const int64_t label : labels) {
      Built<PprofLabel> pair(message, PprofSample::label);
      pair.add_int64(PprofLabel::key, key);
      pair.add_int64(PprofLabel::str, label);
    }
  }

  // A function, and what is inlined in it: as lines of one location, the innermost first.
  uint64_t location(std::span<const CallStep> steps) {
    const StackFrame none;
    const StackFrame& frame = steps[0].frame == nullptr ? none : *steps[0].frame;
    Lines lines;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      const StackFrame& each = step->frame == nullptr ? none : *step->frame;
      if (is_named(each)) lines.emplace_back(function(step->name, each.file), each.line);
    }
    const uint64_t mapping_id = mapping(frame, is_named(frame));
    const uint64_t address = frame.offset.value_or(0), next = locations_.size() + 1;
    const auto [found, is_new] = locations_.emplace(std::tuple(mapping_id, address, lines), next);
    if (!is_new) return found->second;
    Built<PprofLocation> message(out_, PprofProfile::location);
    message.add_uint64(PprofLocation::id, next);
    message.add_uint64(PprofLocation::mapping_id, mapping_id);
    message.add_uint64(PprofLocation::address, address);
    for (const auto& [function_id, number] : lines) {
      Built<PprofLine> line(message, PprofLocation::line);
      line.add_uint64(PprofLine::function_id, function_id);
      line.add_int64(PprofLine::line, number);
    }
    return next;
  }

  uint64_t function(std::string_view name, std::string_view file) {
    const std::pair texts{text(name), text(file)};
    const auto [found, is_new] = functions_.emplace(texts, functions_.size() + 1);
    if (!is_new) return found->second;
    Built<PprofFunction> message(out_, PprofProfile::function);
    message.add_uint64(PprofFunction::id, found->second);
    message.add_int64(PprofFunction::name, texts.first);
    message.add_int64(PprofFunction::filename, texts.second);
    return found->second;
  }

  // 0: in none.
  uint64_t mapping(const StackFrame& frame, bool has_function) {
    if (frame.module.empty()) return 0;
    const auto [found, is_new] = modules_.emplace(frame.module, mappings_.size());
    if (is_new) mappings_.push_back({found->second + 1, text(frame.module)});
    Mapping& mapping = mappings_[found->second];
    mapping.limit = std::max(mapping.limit, sum_of(frame.offset.value_or(0), 1));
    mapping.has_functions = mapping.has_functions && has_function;
    return mapping.id;
  }

  void write(const Mapping& mapping) {
    Built<PprofMapping> message(out_, PprofProfile::mapping);
    message.add_uint64(PprofMapping::id, mapping.id);
    message.add_uint64(PprofMapping::memory_limit, mapping.limit);
    message.add_int64(PprofMapping::filename, mapping.name);
    message.add_bool(PprofMapping::has_functions, mapping.has_functions);
  }

  const Profile& profile_;
  bool has_time_ = false;  // as a second value
  std::string bytes_;
  Built<PprofProfile> out_{bytes_};
  std::unordered_map<std::string, size_t> texts_;
  std::vector<std::string> table_;
  std::map<std::pair<int64_t, int64_t>, uint64_t> functions_;  // by name and file
  // by mapping, address and lines
  std::map<std::tuple<uint64_t, uint64_t, Lines>, uint64_t> locations_;
  std::unordered_map<std::string, size_t> modules_;
  std::vector<Mapping> mappings_;  // of the modules
};

std::string gzipped(std::string_view bytes) {
  constexpr int window = 15, gzip = 16, memory = 8;
  constexpr size_t most_at_once = 1 << 30;  // zlib counts in 32 bits
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window + gzip, memory,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();  // no memory
  std::string packed, room(1 << 16, '\0');
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    if (stream.avail_in == 0 && !bytes.empty()) {
      const size_t size = std::min(bytes.size(), most_at_once);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(size);
      bytes.remove_prefix(size);
    }
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
    state = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(room, 0, room.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string pprof(const Profile& profile) { return gzipped(PprofMaker(profile).take()); }

}  // namespace plumb::render
