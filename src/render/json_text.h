// JSON text and values, written straight into a buffer. What comes out is always valid JSON: of a
// string, bytes that are not UTF-8 become U+FFFD; of a field's value they are spelled out. What
// steers a terminal or reorders text is there as \uXXXX, so that a line may be looked at.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "render/moment.h"
#include "render/output.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::render {

// The most room a string or list of `bytes` bytes takes, quotes and all.
inline size_t json_room(size_t bytes) { return 6 * bytes + 16; }

// A string with its quotes, at `at`, which has json_room(bytes.size()); returns its end.
char* put_json_text(char* at, std::string_view bytes);
std::string json_quoted(std::string_view bytes);

// An integer; a string above 2^53, where readers that know only doubles would round it.
char* put_json_unsigned(char* at, uint64_t value);
char* put_json_signed(char* at, int64_t value);

// One field of a record as a value. `moments` and `names` translate what needs them. True: the text
// was not UTF-8 and is spelled out (utf8.h).
bool json_value(Output& output, const schema::Field& field, const schema::Record& record,
                schema::Names& names, Moments& moments);

// `"NAME":"TEXT"`, with its sibling `"NAME_escaped":true` where the text is not UTF-8.
std::string json_member(std::string_view name, std::string_view text);

}  // namespace plumb::render
