// ProfileTaker: a sink that keeps groups by stack, to be compared with others.
#pragma once
#include <map>
#include <string>

#include "render/moment.h"
#include "render/sink.h"
#include "render/stacks.h"

namespace plumb::render {

using Profiles = std::map<std::string, Profile>;  // by tracer

class ProfileTaker : public Sink {
 public:
  explicit ProfileTaker(schema::Clock clock) : moments_(clock) {}

  Profiles& profiles() { return profiles_; }

  void begin(const schema::Event&, const query::Plan&) override {}
  void event(const schema::Record&, const query::Plan&, schema::Names&) override {}
  void aggregate(const schema::Event& event, const query::Plan& plan,
                 const std::vector<query::Row>& rows, const Interval& interval,
                 schema::Names& names) override;
  void lost(std::string_view, std::string_view, uint64_t) override {}
  void budget(const BudgetStep&) override {}
  Result<> flush() override { return {}; }

 private:
  Moments moments_;
  Profiles profiles_;
};

}  // namespace plumb::render
