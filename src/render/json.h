// Json: one object per line (docs/design.md, "The command line").
#pragma once
#include <string>
#include <vector>

#include "render/json_shape.h"
#include "render/moment.h"
#include "render/output.h"
#include "render/sink.h"

namespace plumb::render {

class Json : public Sink {
 public:
  // `output` must outlive it.
  Json(Output& output, schema::Clock clock);

  void begin(const schema::Event& event, const query::Plan& plan) override;
  void event(const schema::Record& record, const query::Plan& plan, schema::Names& names) override;
  void aggregate(const schema::Event& event, const query::Plan& plan,
                 const std::vector<query::Row>& rows, const Interval& interval,
                 schema::Names& names) override;
  void lost(std::string_view tracer, std::string_view reason, uint64_t count) override;
  void budget(const BudgetStep& step) override;
  Result<> flush() override;

 private:
  struct Tracer {
    const schema::Event* event = nullptr;
    std::string opening;  // {"event":"exec","time":"
    Shape shape;
  };
  const Tracer& tracer_of(const schema::Event* event);
  void value(const Step& step, const schema::Record& record, schema::Names& names);

  Output& output_;
  Moments moments_;
  std::vector<Tracer> tracers_;
  size_t last_ = 0;  // index of the tracer of the last event
};

}  // namespace plumb::render
