// JsonAggregate: a group and its statistics as one line of JSON.
//
//   {"event":"tcp_connect","time":"...","interval_ns":1000000000,
//    "by":{"who":{"comm":"curl"}},"count":3,"p99":{"latency_ns":123}}
//   {..., "by":null,"other":true,"count":1,...}   groups beyond --keys and --top
//
// The time is the end of the interval.
//
// A histogram is an array of its occupied buckets: [{"from":64,"below":72,"count":2},...].
#pragma once
#include <string>
#include <vector>

#include "query/aggregate.h"
#include "render/json_shape.h"
#include "render/moment.h"
#include "render/output.h"
#include "schema/names.h"

namespace plumb::render {

class JsonAggregate {
 public:
  // Event and grouping must outlive it. Each line begins with `opening`.
  JsonAggregate(const schema::Event& event, const query::Grouping& grouping, std::string opening);

  void write(Output& output, const query::Row& row, schema::Names& names, Moments& moments) const;

 private:
  struct Part {
    std::string key;                        // "p99"
    std::vector<const query::Show*> shows;  // by Step::index
    Shape shape;
  };
  void write_key(Output& output, const query::Row& row, schema::Names& names,
                 Moments& moments) const;
  void write_part(Output& output, const Part& part, const query::Cell& cell) const;

  const schema::Event& event_;
  const query::Grouping& grouping_;
  std::string opening_;
  Shape by_;
  std::vector<Part> parts_;  // one per function, in the order of its first use
};

}  // namespace plumb::render
