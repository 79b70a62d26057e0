// State files of other programs, read as the hostile input that they are.
//
// Some lie in directories that an unprivileged user writes (/run/user/UID), so nothing here follows
// a link at the end of a path, waits on a FIFO, reads without a limit or trusts the shape of JSON.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::resolve {

using Json = nlohmann::json;

// Tells two versions of a file apart. All zero for a file that is absent.
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size_bytes = 0;
  int64_t changed_ns = 0;  // mtime
  bool operator==(const FileStamp&) const = default;
};
FileStamp stamp_of(const std::string& path);

// The JSON in a regular file of at most `limit` bytes. A discarded value when the file is absent,
// too large, not a regular file, or not JSON.
Json read_json(const std::string& path, size_t limit = 1 << 20);

// The member `key` of an object; a null value when there is none or `value` is no object.
const Json& member(const Json& value, std::string_view key);

// The member `key` as it is, a view into `value`; "" when it is not a string.
std::string_view raw_text(const Json& value, std::string_view key);
// The same as printable text, to be shown.
std::string text(const Json& value, std::string_view key);

// At most 256 bytes of `raw`; control characters, which could drive a terminal, become '?'.
std::string printable(std::string_view raw);

// The names in a directory except those that begin with '.', at most 4,096, in no order.
std::vector<std::string> names_in(const std::string& directory);

}  // namespace plumb::resolve
