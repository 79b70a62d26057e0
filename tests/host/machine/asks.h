// Asks: random plans over a tracer's fields, with values that its events have.
#pragma once
#include <string>
#include <vector>

#include "machine/event.h"
#include "machine/hits.h"
#include "query/plan.h"

namespace plumb::host {

class Asks {
 public:
  Asks(const schema::Event& event, Random& random) : event_(event), random_(random) {}

  void learn(const Event& event) { seen_.push_back(event); }
  query::Ask any();

 private:
  std::string where(int depth);
  std::string comparison();
  std::string text_value(const schema::Field& field, bool is_end);
  std::string number_value(const schema::Field& field);
  const schema::Field& field();

  const schema::Event event_;
  Random& random_;
  std::vector<Event> seen_;
};

}  // namespace plumb::host
