#include "cli/cli.h"

namespace plumb::cli {

const char* version() { return PLUMB_VERSION; }

}  // namespace plumb::cli
