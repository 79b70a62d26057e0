// Aggregate: groups of events and their statistics, in user space; also the place where rows that
// the kernel aggregated come together with rows that it could not.
//
// A histogram is log-linear: eight buckets per power of two, so a percentile, told as the middle of
// its bucket, is within 6.25 % of the truth; max and min are exact.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "query/plan.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::query {

constexpr size_t histogram_buckets = 496;
size_t bucket_of(uint64_t value);      // as bpf/cell.bpf.h counts
uint64_t bucket_floor(size_t bucket);  // its smallest value
uint64_t bucket_middle(size_t bucket);

// What signed numbers are ordered by as unsigned ones: this bit flipped.
inline constexpr uint64_t sign_bit = uint64_t{1} << 63;

struct Statistic {
  uint64_t sum = 0;           // two's complement for signed fields
  uint64_t min = UINT64_MAX;  // ordered as unsigned numbers
  uint64_t max = 0;
  std::vector<uint64_t> histogram;  // empty, or histogram_buckets
};

struct Cell {
  uint64_t count = 0;                 // weighted events
  std::vector<Statistic> statistics;  // one per Grouping::metrics
  void merge(const Cell& other);
};

// A group's row. `key` is the bytes of a record that has the keys' fields and tails set (so that
// renderers read keys like any other field); empty for the row of all groups beyond --keys.
struct Row {
  std::string key;
  Cell cell;
};

class Aggregate {
 public:
  // `grouping`, `event` and `names` must outlive it. A key that is a container is grouped by its
  // name, which several control groups may share; without `names` by the control group.
  Aggregate(const Grouping& grouping, const schema::Event& event, schema::Names* names = nullptr);

  void add(const schema::Record& record);
  // `key` as Row::key; empty for (other).
  void merge(const std::string& key, const Cell& cell);
  // A record body that holds only the group's keys, from a record's.
  std::string key_of(const schema::Record& record) const;

  // What may be shown of a key, valid until the next call.
  using Tell = std::function<schema::Record(const schema::Record& key)>;
  // Largest first by Grouping::order; at most `top` of them (0: all), then (other), which
  // holds what --keys left out and what `top` cut, so that totals still add up. With `tell`, keys
  // are what it makes of them, and groups that it makes equal are one.
  std::vector<Row> rows(uint32_t top, const Tell& tell = {}) const;
  void clear();

 private:
  // What makes a group a group: its key, with names where several numbers mean the same.
  std::string identity_of(const std::string& key) const;
  Cell& cell_of(const std::string& key);
  std::vector<Row> told(const Tell& tell) const;

  const Grouping& grouping_;
  const schema::Event& event_;
  schema::Names* names_;
  bool by_name_ = false;
  std::map<std::string, Row> groups_;  // by identity
  Cell other_;
};

// The value of one shown column of a row; numbers of signed fields are sign-extended.
struct Number {
  double value = 0;
  bool exists = false;  // false for min/max/percentiles of no events
};
Number evaluate(const Show& show, const Cell& cell, const Grouping& grouping);

}  // namespace plumb::query
