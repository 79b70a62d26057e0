// Numbers as text, written straight into a buffer.
//
// Each writes at `at` and returns the end of what it wrote: at most number_room bytes, no NUL.
#pragma once
#include <cstdint>
#include <string_view>

#include "schema/schema.h"

namespace plumb::render {

constexpr size_t number_room = 64;

char* put_unsigned(char* at, uint64_t value);
char* put_signed(char* at, int64_t value);
char* put_grouped(char* at, uint64_t value);             // 1,234,567
char* put_hex(char* at, uint64_t value);                 // 0x7ffe
char* put_octal(char* at, uint64_t value);               // 0644
char* put_duration(char* at, uint64_t ns);               // as base/text.h's show_duration
char* put_size(char* at, uint64_t bytes);                // as base/text.h's show_size
char* put_device(char* at, uint64_t device);             // 254:0
char* put_digits(char* at, uint64_t value, int digits);  // padded with zeros
// 16 bytes of IPv6; an IPv4 address mapped into it is shown as IPv4. Nothing for other sizes.
char* put_address(char* at, std::string_view bytes);

// A number for people, by the field's unit; `bits` as schema::Record::bits gives them.
char* put_quantity(char* at, const schema::Field& field, uint64_t bits);

}  // namespace plumb::render
