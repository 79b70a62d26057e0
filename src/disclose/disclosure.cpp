#include "disclose/disclosure.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace plumb::disclose {
namespace {

using schema::Field;
using schema::Kind;
using schema::Privacy;
using schema::Record;
using schema::TailRef;

constexpr std::array<std::pair<Mode, std::string_view>, 4> modes = {
    {{Mode::redact, "redact"}, {Mode::hash, "hash"}, {Mode::raw, "raw"}, {Mode::none, "none"}}};

constexpr std::string_view mask_text = "***";
constexpr size_t largest_offset = UINT16_MAX;

bool contains(const std::vector<const Field*>& fields, const Field* field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

}  // namespace

Result<Mode> parse_mode(std::string_view text) {
  for (const auto& [mode, name] : modes) {
    if (name == text) return mode;
  }
  return misuse("--privacy: unknown mode '" + std::string(text) + "'",
                "modes are redact, hash, raw and none");
}

std::string_view name_of(Mode mode) { return modes[static_cast<size_t>(mode)].second; }

Record Disclosure::apply(const Record& record) {
  if (mode_ == Mode::raw) return record;
  const Layout& layout = layout_of(*record.event);
  if (layout.guarded.empty()) return record;
  if (mode_ == Mode::redact && !has_secrets(record, layout)) return record;
  return rebuild(record, layout);
}

const Disclosure::Layout& Disclosure::layout_of(const schema::Event& event) {
  for (size_t i = 0; i <= layouts_.size(); i++) {
    if (last_ < layouts_.size() && layouts_[last_].event == &event) return layouts_[last_];
    last_ = i;
  }
  layouts_.push_back(make_layout(event));
  last_ = layouts_.size() - 1;
  return layouts_.back();
}

// Fields that are the same bytes under a second name are one.
Disclosure::Layout Disclosure::make_layout(const schema::Event& event) const {
  Layout layout{&event, {}, {}};
  std::vector<uint32_t> seen;
  const auto is_new = [&](const Field& field) {
    return std::find(seen.begin(), seen.end(), field.offset) == seen.end();
  };
  // Guarded ones first: the stricter of two names for the same bytes counts.
  for (const bool guarded : {true, false}) {
    for (const Field& field : event.fields) {
      if (guards(field) != guarded || !is_new(field)) continue;
      seen.push_back(field.offset);
      if (guarded) layout.guarded.push_back(&field);
      if (field.in_tail()) layout.tails.push_back(&field);
    }
  }
  return layout;
}

bool Disclosure::guards(const Field& field) const {
  if (mode_ != Mode::redact) return field.privacy != Privacy::open;
  return field.is_text() && field.privacy != Privacy::open && field.privacy != Privacy::address;
}

const Ranges& Disclosure::secrets(const Field& field, std::string_view bytes, bool cut) {
  const bool path = field.privacy == Privacy::path;
  return finder_.find(bytes, cut, path ? SecretFinder::Of::path : SecretFinder::Of::words);
}

bool Disclosure::has_secrets(const Record& record, const Layout& layout) {
  for (const Field* field : layout.guarded) {
    if (!secrets(*field, record.text(*field), record.cut(*field)).empty()) return true;
  }
  return false;
}

Record Disclosure::rebuild(const Record& record, const Layout& layout) {
  body_.assign(record.body.substr(0, record.event->size));
  body_.resize(record.event->size, '\0');
  for (const Field* field : layout.guarded) {
    if (!field->in_tail()) replace_in_place(record, *field);
  }
  // one that is whole has no other after it
  for (const bool whole : {false, true}) {
    for (const Field* field : layout.tails)
      if ((record.tail(*field).size == TailRef::is_whole) == whole)
        replace_tail(record, *field, contains(layout.guarded, field));
  }
  Record disclosed = record;
  disclosed.body = body_;
  return disclosed;
}

void Disclosure::replace_tail(const Record& record, const Field& field, bool guarded) {
  if (field.offset + sizeof(TailRef) > body_.size()) return;
  const TailRef old = record.tail(field);
  const std::string_view bytes = record.text(field);
  text_.clear();
  if (guarded)
    disclose_text(field, bytes, record.cut(field));
  else
    text_ = bytes;
  const size_t offset = std::min(body_.size(), largest_offset);
  size_t size = std::min(text_.size(), largest_offset - offset);
  TailRef ref{static_cast<uint16_t>(offset), static_cast<uint16_t>(size),
              static_cast<uint32_t>(text_.size())};
  if (old.size == TailRef::is_whole && offset == body_.size() && size < text_.size()) {
    ref.size = TailRef::is_whole;
    size = text_.size();
  }
  if (!(guarded && mode_ == Mode::none) && old.whole > bytes.size())
    ref.whole += old.whole - static_cast<uint32_t>(bytes.size());
  std::memcpy(body_.data() + field.offset, &ref, sizeof(ref));
  body_.append(text_, 0, size);
}

void Disclosure::replace_in_place(const Record& record, const Field& field) {
  if (field.offset > body_.size() || field.size > body_.size() - field.offset) return;
  const std::string_view bytes = record.text(field);
  char* at = body_.data() + field.offset;
  const bool unset = bytes.find_first_not_of('\0') == bytes.npos;
  std::memset(at, 0, field.size);
  if (mode_ == Mode::none || unset) return;
  text_.clear();
  if (field.is_text()) {
    disclose_text(field, bytes, false);
  } else {
    const uint64_t hash = siphash(key_, bytes);
    if (field.kind == Kind::address) text_.append("\xfd\x70\0\0\0\0\0\0", 8);
    text_.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
  }
  std::memcpy(at, text_.data(), std::min<size_t>(text_.size(), field.size));
}

void Disclosure::disclose_text(const Field& field, std::string_view bytes, bool cut) {
  if (mode_ == Mode::none || bytes.empty()) return;
  if (mode_ == Mode::redact) return mask(field, bytes, cut);
  if (field.kind != Kind::tail_list) return append_hash(bytes);
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\0'), bytes.size());
    append_hash(bytes.substr(0, end));
    text_ += '\0';
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

void Disclosure::mask(const Field& field, std::string_view bytes, bool cut) {
  size_t shown = 0;
  for (const Range& range : secrets(field, bytes, cut)) {
    text_ += bytes.substr(shown, range.begin - shown);
    text_ += mask_text;
    shown = range.end;
  }
  text_ += bytes.substr(shown);
}

void Disclosure::append_hash(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  const uint64_t hash = siphash(key_, bytes);
  text_ += '#';
  for (int shift = 60; shift > 12; shift -= 4) text_ += hex[hash >> shift & 15];
}

}  // namespace plumb::disclose
