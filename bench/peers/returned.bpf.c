// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// returned: the least a uretprobe on a function can do: count.
#define PLACE "uretprobe/" PROBED ":pushed"
#include "count.h"
