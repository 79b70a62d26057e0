// The probes that a request names, as tracers.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/tracer.h"
#include "probe/find_probe.h"
#include "session/request.h"

namespace plumb::session {

struct NamedProbe {
  probe::Spec spec;
  probe::UserProbe probe;  // the descriptors of its files are with the tracer
  size_t tracer = 0;       // which of a run's tracers it is
};

// Whether standard error is to say before it begins how often the probes of a request are hit: for
// those on what runs already.
bool is_measured(const Request& request);

// Where the probes of a request are looked for.
Result<probe::Search> search_of(const Request& request);

// Is any of them in files, that may come and go while it runs?
bool has_probes_in_files(const Request& request);

// Adds a tracer for each, of which no two have the same name. Told are those in files.
Result<std::vector<NamedProbe>> open_probes(const Request& request,
                                            std::vector<kernel::Tracer>& tracers);

}  // namespace plumb::session
