// Shape: the fixed text between the values of a JSON object, worked out once per tracer.
//
// "who.pid", "latency", "who.comm" become {"who":{"pid":_,"comm":_},"latency_ns":_}: whatever comes
// first decides where its struct stands.
#pragma once
#include <string>
#include <vector>

#include "schema/schema.h"

namespace plumb::render {

struct Step {
  std::string before;   // commas, keys and braces up to the value
  std::string cut_key;  // ,"args_cut":   for what follows a value that was cut
  const schema::Field* field = nullptr;
  size_t index = 0;  // of the field in what the shape was made from
};

struct Shape {
  std::vector<Step> steps;
  std::string after;  // closing braces of nested objects
};

// `leading_comma`: the members follow others in the same object.
Shape shape_of(const std::vector<const schema::Field*>& fields, bool leading_comma);

}  // namespace plumb::render
