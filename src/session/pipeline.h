// Pipeline: what happens to each record between the kernel, or a recording, and a sink.
//
//   the rest of --where → the rest of --sample → aggregate, or disclose → sink
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "disclose/disclosure.h"
#include "query/aggregate.h"
#include "query/plan.h"
#include "render/sink.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::session {

// What user space did to the records of one tracer; completes the kernel's account.
struct Fate {
  uint64_t filtered = 0;
  uint64_t sampled_out = 0;
  uint64_t aggregated = 0;
  uint64_t shown = 0;
  uint64_t after_end = 0;  // came after --count was reached: not part of the run
};

class Pipeline {
 public:
  // Everything passed must outlive the pipeline. `recorded`: the records were not filtered, sampled
  // or grouped by a kernel with these plans, so all of it happens here.
  Pipeline(render::Sink& sink, disclose::Disclosure& disclosure, schema::Names& names,
           bool recorded);

  void add(const schema::Schema& schema, const query::Plan& plan);
  void begin();
  // `bytes` begin with the record's header.
  void record(size_t tracer, std::string_view bytes);
  // A record that is already apart, from a recording.
  void record(size_t tracer, const schema::Record& record);
  // A group that the kernel collected.
  void group(size_t tracer, const query::Row& row);
  // Shows the groups of every tracer that aggregates, and empties them unless more of the same
  // interval follow; then those that have a place in the sink.
  void show_groups(const render::Interval& interval);
  void lost(std::string_view tracer, std::string_view reason, uint64_t count);
  void budget(const render::BudgetStep& step) { sink_.budget(step); }
  Result<> flush() { return sink_.flush(); }

  const Fate& fate(size_t tracer) const { return streams_[tracer].fate; }
  uint64_t shown() const { return shown_; }
  // Nothing is shown but groups.
  bool only_groups() const;
  void stop_after(uint64_t count) { stop_after_ = count; }
  bool done() const { return stop_after_ && shown_ >= stop_after_; }

 private:
  struct Stream {
    const schema::Schema* schema;
    const query::Plan* plan;
    std::unique_ptr<query::Aggregate> groups;
    Fate fate;
  };

  bool passes(Stream& stream, const schema::Record& record);

  render::Sink& sink_;
  disclose::Disclosure& disclosure_;
  schema::Names& names_;
  bool recorded_;
  uint64_t shown_ = 0;
  uint64_t stop_after_ = 0;
  uint64_t sample_turn_ = 0;
  std::vector<Stream> streams_;
};

}  // namespace plumb::session
