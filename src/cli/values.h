// Values: what a flag's text becomes. Each makes a Flag::take that fills its argument, which must
// outlive it.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/request.h"

namespace plumb::cli {

using Take = std::function<Result<>(const std::string& value)>;

Take into(bool& out);                                     // a switch
Take into(std::string& out);                              // any text but none
Take into(std::vector<std::string>& out);                 // adds one
Take list_into(std::vector<std::string>& out);            // adds those between commas
Take into(std::optional<std::chrono::nanoseconds>& out);  // longer than nothing: 10ms
Take into(uint32_t& out);                                 // at least 1
Take into(uint64_t& out);                                 // at least 1, and below 2^63

// Which parts of stacks are taken, "kernel,user"; both where nothing is said.
Take stack_parts(session::Request& request);
Take python_frames(session::Request& request);
const std::vector<std::string>& python_choices();
// How groups by stack are shown: one of these, in the order of render::StackFormat.
const std::vector<std::string>& stack_formats();
Take stack_format(session::Request& request);

}  // namespace plumb::cli
