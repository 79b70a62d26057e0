// Whether a uprobe on a no-op of five bytes leaves alone what is below the stack pointer.
#pragma once

namespace plumb::kernel {

// Kernels since 6.18 replace such a no-op by a call when it is first reached, and a call writes its
// return address below the stack pointer, where a function that calls no others may keep data.
// Tried once, on a function of this process; false also where that is not allowed.
bool nops_are_safe();

}  // namespace plumb::kernel
