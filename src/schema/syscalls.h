// Names of system calls by ABI. A value is what bpf/schema.bpf.h calls syscall_t: the number of the
// 64-bit table, in which x32's have a bit, or with `i386_call` that of the 32-bit table. With both
// bits it is below zero.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::schema {

constexpr uint32_t i386_call = 0x80000000;
constexpr uint32_t x32_call = 0x40000000;  // __X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h
constexpr uint32_t minus_one = i386_call | x32_call;  // as all ones are
constexpr uint32_t no_call = UINT32_MAX;

// "openat", "i386:open", "x32:read"; of a number without a name "9999", "i386:9999", "-1"; of
// no_call "". Valid until this thread's next call.
std::string_view syscall_name(uint32_t call);
// What is written as a number without a name is.
std::optional<uint32_t> syscall_number(std::string_view text);
// All that there are.
const std::map<uint32_t, std::string>& syscall_names();

}  // namespace plumb::schema
