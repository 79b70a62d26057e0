// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// pushed: the least a uprobe on a function can do: count.
#define PLACE "uprobe/" PROBED ":pushed"
#include "count.h"
