// Shape: the fixed text between the values of a JSON object, worked out once per tracer.
//
// "who.pid", "latency", "who.comm" become {"who":{"pid":_,"comm":_},"latency_ns":_}: whatever comes
// first decides where its struct stands.
#pragma once
#include <string>
#include <vector>

#include "render/moment.h"
#include "render/output.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::render {

struct Step {
  std::string before;       // commas, keys and braces up to the value
  std::string cut_key;      // ,"args_cut":           for what follows a value that was cut
  std::string spelled_out;  // ,"args_escaped":true   for what follows one that was no UTF-8
  const schema::Field* field = nullptr;
  size_t index = 0;  // of the field in what the shape was made from
};

struct Shape {
  std::vector<Step> steps;
  std::string after;  // closing braces of nested objects
};

// A value with what stands before it, and whether it had to be spelled out.
void write_step(Output& output, const Step& step, const schema::Record& record,
                schema::Names& names, Moments& moments);

// `leading_comma`: the members follow others in the same object.
Shape shape_of(const std::vector<const schema::Field*>& fields, bool leading_comma);

}  // namespace plumb::render
