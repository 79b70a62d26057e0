// RecordingSink: a recording as the sink of a run.
#pragma once
#include <string>

#include "record/writer.h"
#include "render/sink.h"

namespace plumb::session {

class RecordingSink : public render::Sink {
 public:
  explicit RecordingSink(record::Writer writer) : writer_(std::move(writer)) {}
  ~RecordingSink() override;

  Result<> finish(std::string_view account) { return writer_.finish(account); }
  uint64_t unwritten() const { return writer_.unwritten(); }

  // Before begin(); the tracers in the order of their numbers.
  void tracer(const record::TracerPart& part) { writer_.tracer(part); }

  void begin(const schema::Event& event, const query::Plan& plan) override;
  void event(const schema::Record& record, const query::Plan& plan, schema::Names& names) override;
  // A recording holds events; the command line refuses --by with record.
  void aggregate(const schema::Event&, const query::Plan&, const std::vector<query::Row>&,
                 const render::Interval&, schema::Names&) override {}
  void lost(std::string_view tracer, std::string_view reason, uint64_t count) override;
  void budget(const render::BudgetStep& step) override;
  Result<> flush() override;

 private:
  record::Writer writer_;
  std::vector<const schema::Event*> events_;  // by the tracer's number
};

}  // namespace plumb::session
