// Capabilities: what plumb gives up once its probes are attached.
#pragma once

namespace plumb::session {

// Keeps what reading other processes and maps needs, and what the command after -- was started
// with; with `looks_at_processes` also what probing the files that they map later needs. Everything
// else goes for good. Failing is harmless: plumb then runs as it was started.
void drop_capabilities(bool looks_at_processes);

}  // namespace plumb::session
