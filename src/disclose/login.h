// Logins without a scheme: user:PASSWORD@host:port.
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

// Labels (serviceAccount:ada@example.org), images (nginx:1.25@sha256:...), copies (ada@host:path)
// and goals (exec:java@run) are written alike. So a port, a path or an address must tell that there
// is a host, or the password must be no word.
void find_logins(const Element& element, Ranges& out);

}  // namespace plumb::disclose
