// Names of Rust's second scheme, "v0" (the rustc book, "v0 Symbol Format").
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::probe {

// Bytes; a name that would be longer is not made readable.
inline constexpr size_t longest_readable = 4096;

// "app::Cart::add", "<app::Cart<u8> as app::Shop>::add::<i32>", "app::main::{closure#0}" of _R...,
// as rustc's own demangler has them without the crates' hashes. "" where it is no such name, is
// nested too deeply, or would be longer than that. Adds what was done to `work`.
std::string rust_v0_name(std::string_view symbol, uint64_t& work);

}  // namespace plumb::probe
