// Meaning: what the tags on a member and on its type say (bpf/schema.bpf.h spells them).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/btf.h"
#include "schema/schema.h"

namespace plumb::schema {

struct Alias {
  std::string name;
  Format format = Format::plain;
  bool detail = false;
};

struct Meaning {
  std::string_view doc;
  std::string_view beside;  // a member of the same struct
  std::string_view unless;  // "unread:3": no value where the event's member has that bit
  std::vector<std::string_view> shown_with;  // "hook&HOOK_FILE_OPEN": in tables with that knob
  std::optional<Unit> unit;
  std::optional<Format> format;
  std::optional<Privacy> privacy;
  std::optional<Kind> kind;  // address and tails, which the bare type does not show
  bool key = false;
  bool detail = false;
  bool wide = false;
  bool on_request = false;
  std::string_view request;  // "waker:woken by": the option that asks for it, and what it is called
  bool hidden = false;
  bool unknown_zero = false;
  bool bits = false;
  bool verbatim = false;  // enumerators are shown as they are spelled
  std::vector<Alias> aliases;
  std::vector<std::string_view> detail_parts;  // members that are details of this event
  std::vector<std::string_view> shown_parts;   // members that are none of this event

  // Adds what `tags` say; what is already known stays, so the nearest tag wins.
  Result<> add(const Btf::Tags& tags);
  // Adds what a nested struct's members take over from the member that holds them.
  void inherit(const Meaning& holder, std::string_view member);
};

}  // namespace plumb::schema
