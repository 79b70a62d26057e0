// The BPF objects inside this program, as cmake/bpf.cmake laid them out.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace plumb::kernel {

struct Embedded {
  std::string_view name;
  std::string_view object;   // ELF, for every kernel
  std::string_view looping;  // the same for kernels with bpf_loop; empty: there is none
  std::string_view about;    // the tracer's first comment
};

// All tracers, by name.
const std::vector<Embedded>& embedded_tracers();
// One of plumb's own objects, bpf/NAME.bpf.c; an unknown name gives an empty one.
Embedded embedded_own(std::string_view name);

// A tracer's first comment, taken apart: "NAME: question.", paragraphs, "Cost:", "Blind:".
struct About {
  std::string question;
  std::string reasons;
  std::string cost;
  std::string blind;
};
About parse_about(std::string_view text);

}  // namespace plumb::kernel
