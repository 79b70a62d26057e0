// Sink: where a run's events, aggregates and losses go. What arrives here is already disclosed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/aggregate.h"
#include "query/plan.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::render {

// The time that an aggregate covers: ns, as schema::Record::time.
struct Interval {
  enum class Kind : uint8_t {
    whole,     // all of the run, at its end
    repeated,  // one of several (--every)
    so_far,    // from the beginning until now; another follows and takes its place
  };
  uint64_t begin = 0;
  uint64_t end = 0;
  Kind kind = Kind::whole;
};

// What --budget has changed about a probe, from then on.
struct BudgetStep {
  std::string tracer;
  uint64_t time = 0;          // ns, as schema::Record::time
  uint32_t look_at = 1;       // one hit of so many is looked at
  bool detached = false;      // none any more
  uint64_t estimate_ppm = 0;  // the slowdown of the targets by all probes, that led to it
  uint64_t budget_ppm = 0;    // what it may be
};

// "budget: malloc tells one hit of 16: estimated slowdown 12.3 %, of 2 % allowed"
std::string sentence_of(const BudgetStep& step);

class Sink {
 public:
  virtual ~Sink() = default;
  // Once for each tracer of the run, all before anything else. Both must outlive the sink, and the
  // records that follow point to this very event.
  virtual void begin(const schema::Event& event, const query::Plan& plan) = 0;
  virtual void event(const schema::Record& record, const query::Plan& plan,
                     schema::Names& names) = 0;
  // One interval's aggregate; the plan has a grouping.
  virtual void aggregate(const schema::Event& event, const query::Plan& plan,
                         const std::vector<query::Row>& rows, const Interval& interval,
                         schema::Names& names) = 0;
  // Groups of one aggregate that can be shown so far, and in the next moment replaced; 0: none,
  // here all are shown when they are final.
  virtual uint32_t room() const { return 0; }
  virtual void lost(std::string_view tracer, std::string_view reason, uint64_t count) = 0;
  virtual void budget(const BudgetStep& step) = 0;
  // What was gathered so far becomes visible; an error when the output is gone or full.
  virtual Result<> flush() = 0;
};

}  // namespace plumb::render
