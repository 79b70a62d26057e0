#include "schema/syscalls.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace plumb::schema {
namespace {

using Numbered = std::pair<uint32_t, const char*>;

// arch/x86/entry/syscalls/syscall_64.tbl and syscall_32.tbl, as this machine's headers have them.
constexpr Numbered table_64[] = {
#include "syscalls_64.inc"
};
constexpr Numbered table_32[] = {
#include "syscalls_32.inc"
};
// What a distribution's headers may be too old for: from 424 on both tables have the same numbers.
constexpr std::array common = {
    Numbered{451, "cachestat"},         Numbered{452, "fchmodat2"},
    Numbered{453, "map_shadow_stack"},  Numbered{454, "futex_wake"},
    Numbered{455, "futex_wait"},        Numbered{456, "futex_requeue"},
    Numbered{457, "statmount"},         Numbered{458, "listmount"},
    Numbered{459, "lsm_get_self_attr"}, Numbered{460, "lsm_set_self_attr"},
    Numbered{461, "lsm_list_modules"},  Numbered{462, "mseal"},
    Numbered{463, "setxattrat"},        Numbered{464, "getxattrat"},
    Numbered{465, "listxattrat"},       Numbered{466, "removexattrat"},
    Numbered{467, "open_tree_attr"},    Numbered{468, "file_getattr"},
    Numbered{469, "file_setattr"}};
constexpr std::array only_64 = {Numbered{335, "uretprobe"}, Numbered{336, "uprobe"}};

std::map<uint32_t, std::string> all() {
  std::map<uint32_t, std::string> names;
  const auto add = [&](const auto& table, uint32_t abi, const char* prefix) {
    for (const auto& [number, name] : table)
      names.emplace(number | abi, std::string(prefix) + name);
  };
  add(table_64, 0, "");
  add(common, 0, "");
  add(only_64, 0, "");
  add(table_64, x32_call, "x32:");
  add(table_32, i386_call, "i386:");
  add(common, i386_call, "i386:");
  return names;
}

struct Table {
  uint32_t abi;
  std::string_view prefix;
};
// The last takes all.
constexpr std::array tables = {Table{i386_call, "i386:"}, Table{x32_call, "x32:"}, Table{0, ""}};

std::string unnamed(uint32_t call) {
  if (call == minus_one) return "-1";
  if (call > minus_one) return std::to_string(static_cast<int32_t>(call));
  const auto& table =
      *std::ranges::find_if(tables, [&](const Table& t) { return (call & t.abi) == t.abi; });
  return std::string(table.prefix) + std::to_string(call & ~table.abi);
}

}  // namespace

const std::map<uint32_t, std::string>& syscall_names() {
  static const std::map<uint32_t, std::string> names = all();
  return names;
}

std::string_view syscall_name(uint32_t call) {
  const auto found = syscall_names().find(call);
  if (found != syscall_names().end()) return found->second;
  thread_local std::string made;
  made = call == no_call ? std::string() : unnamed(call);
  return made;
}

std::optional<uint32_t> syscall_number(std::string_view text) {
  const auto& table =
      *std::ranges::find_if(tables, [&](const Table& t) { return text.starts_with(t.prefix); });
  text.remove_prefix(table.prefix.size());
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const auto call = static_cast<uint32_t>(number);
  if (number >= 0) return call < x32_call ? std::optional(call | table.abi) : std::nullopt;
  if (table.abi != 0 || call <= minus_one) return std::nullopt;
  return number == -1 ? minus_one : call;
}

}  // namespace plumb::schema
