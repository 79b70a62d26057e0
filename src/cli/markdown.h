// Markdown: a tracer's page for docs/tracers, the same on every machine.
#pragma once
#include <string>

#include "kernel/tracer.h"

namespace plumb::cli {

std::string markdown_of(const kernel::Tracer& tracer);

}  // namespace plumb::cli
