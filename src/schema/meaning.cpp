#include "schema/meaning.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <utility>

namespace plumb::schema {
namespace {

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::array units = {Word<Unit>{"ns", Unit::ns}, Word<Unit>{"bytes", Unit::bytes},
                              Word<Unit>{"count", Unit::count}};
constexpr std::array formats = {
    Word<Format>{"id", Format::id},           Word<Format>{"hex", Format::hex},
    Word<Format>{"octal", Format::octal},     Word<Format>{"error", Format::error},
    Word<Format>{"signal", Format::signal},   Word<Format>{"syscall", Format::syscall},
    Word<Format>{"instant", Format::instant}, Word<Format>{"cgroup", Format::cgroup},
    Word<Format>{"user", Format::user},       Word<Format>{"container", Format::container},
    Word<Format>{"symbol", Format::symbol},   Word<Format>{"mount", Format::mount},
    Word<Format>{"group", Format::group},     Word<Format>{"device", Format::device},
    Word<Format>{"status", Format::status},   Word<Format>{"stack", Format::stack}};
constexpr std::array classes = {
    Word<Privacy>{"open", Privacy::open}, Word<Privacy>{"argument", Privacy::argument},
    Word<Privacy>{"path", Privacy::path}, Word<Privacy>{"environment", Privacy::environment},
    Word<Privacy>{"address", Privacy::address}};
constexpr std::array tails = {Word<Kind>{"text", Kind::tail_text},
                              Word<Kind>{"list", Kind::tail_list}};
constexpr std::array addresses = {Word<Kind>{"ip", Kind::address}};

template <class T, size_t N>
Result<T> meant(const char* what, std::string_view word, const std::array<Word<T>, N>& words) {
  for (const auto& [name, value] : words)
    if (name == word) return value;
  return fail(fmt::format("unknown {} '{}'", what, word));
}

Result<Alias> alias(std::string_view text, bool detail) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return fail("the tag 'also:" + std::string(text) + "' lacks a name or a format");
  auto format = TRY(meant("format", text.substr(colon + 1), formats));
  return Alias{std::string(text.substr(0, colon)), format, detail};
}

template <class T, size_t N>
Result<> settle(std::optional<T>& known, const char* what, std::string_view word,
                const std::array<Word<T>, N>& words) {
  auto value = TRY(meant(what, word, words));
  if (!known) known = value;
  return {};
}

}  // namespace

Result<> Meaning::add(const Btf::Tags& tags) {
  for (std::string_view tag : tags) {
    const size_t colon = tag.find(':');
    const std::string_view name = tag.substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view() : tag.substr(colon + 1);
    if (name == "doc" && doc.empty()) doc = rest;
    if (name == "beside" && beside.empty()) beside = rest;
    if (name == "unless" && unless.empty()) unless = rest;
    if (name == "shown") shown_with.push_back(rest);
    if (name == "unit") TRY(settle(unit, "unit", rest, units));
    if (name == "privacy") TRY(settle(privacy, "privacy class", rest, classes));
    if (name == "tail") TRY(settle(kind, "tail", rest, tails));
    if (tag == "format:ip")
      TRY(settle(kind, "format", rest, addresses));
    else if (name == "format")
      TRY(settle(format, "format", rest, formats));
    if (name == "also" || name == "also_detail") {
      auto second = TRY(alias(rest, name != "also"));
      aliases.push_back(std::move(second));
    }
    key |= tag == "key";
    wide |= tag == "wide";
    on_request |= name == "on request";
    if (name == "on request" && request.empty()) request = rest;
    detail |= tag == "detail" || tag == "wide" || name == "on request";
    if (name == "detail" && !rest.empty()) detail_parts.push_back(rest);
    if (name == "plain") shown_parts.push_back(rest);
    hidden |= tag == "hidden";
    unknown_zero |= tag == "zero:unknown";
    bits |= tag == "bits";
    verbatim |= tag == "verbatim";
  }
  return {};
}

void Meaning::inherit(const Meaning& holder, std::string_view member) {
  if (!privacy) privacy = holder.privacy;
  key |= holder.key;
  const auto is_detail = [&](std::string_view name, bool otherwise) {
    if (std::ranges::count(holder.shown_parts, name)) return false;
    return otherwise || holder.detail || std::ranges::count(holder.detail_parts, name) != 0;
  };
  detail = is_detail(member, detail);
  for (Alias& alias : aliases) alias.detail = is_detail(alias.name, alias.detail);
}

}  // namespace plumb::schema
