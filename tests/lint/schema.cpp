// Every tracer's schema is well made: no holes, a unit or meaning for each integer, a sentence for
// each field and knob, names of at most 15 characters.
#include <cstdio>
#include <string>

#include "kernel/tracer.h"
#include "schema/schema.h"

int main() {
  int problems = 0;
  for (auto embedded : plumb::kernel::embedded_tracers()) {
    embedded.looping = {};  // it may call the kernel's functions, which libbpf makes look like programs
    auto tracer = plumb::kernel::Tracer::open(embedded);
    if (!tracer) {
      std::printf("%s\n", tracer.error().what.c_str());
      return 1;
    }
    for (const std::string& problem : plumb::schema::lint(tracer->btf())) {
      std::printf("%s: %s\n", tracer->name().c_str(), problem.c_str());
      problems++;
    }
    if (tracer->about().question.empty() || tracer->about().cost.empty() ||
        tracer->about().blind.empty()) {
      std::printf("%s: its first comment lacks the question, Cost: or Blind:\n",
                  tracer->name().c_str());
      problems++;
    }
  }
  std::printf("%d problems\n", problems);
  return problems != 0;
}
