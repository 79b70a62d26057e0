// Builder: writes BTF by hand, honest or broken, for tests.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::tests {

class BtfBuilder {
 public:
  struct Member {
    std::string_view name;
    uint32_t type;
    uint32_t byte_offset;
  };
  struct Enumerator {
    std::string_view name;
    int64_t value;
  };
  static constexpr uint32_t is_signed = 1, is_bool = 4;

  uint32_t integer(std::string_view name, uint32_t size, uint32_t encoding = 0) {
    begin(1, name, 0, size);
    return add({encoding << 24 | size * 8});
  }
  uint32_t pointer(uint32_t to) { return begin(2, "", 0, to), next(); }
  uint32_t array(uint32_t of, uint32_t count) { return begin(3, "", 0, 0), add({of, 0, count}); }
  uint32_t structure(std::string_view name, uint32_t size, const std::vector<Member>& members) {
    begin(4, name, static_cast<uint32_t>(members.size()), size);
    for (const Member& m : members) put(string(m.name)), put(m.type), put(m.byte_offset * 8);
    return next();
  }
  uint32_t enumeration(std::string_view name, uint32_t size,
                       const std::vector<Enumerator>& values) {
    begin(6, name, static_cast<uint32_t>(values.size()), size);
    for (const Enumerator& e : values)
      put(string(e.name)), put(static_cast<uint32_t>(static_cast<uint64_t>(e.value)));
    return next();
  }
  uint32_t enumeration64(std::string_view name, const std::vector<Enumerator>& values) {
    begin(19, name, static_cast<uint32_t>(values.size()), 8);
    for (const Enumerator& e : values) {
      put(string(e.name)), put(static_cast<uint32_t>(static_cast<uint64_t>(e.value)));
      put(static_cast<uint32_t>(static_cast<uint64_t>(e.value) >> 32));
    }
    return next();
  }
  uint32_t type_name(std::string_view name, uint32_t to) { return begin(8, name, 0, to), next(); }
  uint32_t constant(uint32_t of) { return begin(10, "", 0, of), next(); }
  uint32_t function(std::string_view name, bool global) {
    return begin(12, name, global ? 1 : 0, 0), next();
  }
  uint32_t variable(std::string_view name, uint32_t type) {
    return begin(14, name, 0, type), add({1});
  }
  uint32_t section(std::string_view name, const std::vector<uint32_t>& variables) {
    begin(15, name, static_cast<uint32_t>(variables.size()), 0);
    for (uint32_t variable : variables) put(variable), put(0), put(0);
    return next();
  }
  void tag(uint32_t type, std::string_view text, int32_t member = -1) {
    begin(17, text, 0, type);
    add({static_cast<uint32_t>(member)});
  }

  std::string bytes() const {
    const std::string names = names_;
    std::string out;
    const auto append = [&](auto value) {
      out.append(reinterpret_cast<const char*>(&value), sizeof(value));
    };
    append(uint16_t{0xeb9f}), append(uint8_t{1}), append(uint8_t{0}), append(uint32_t{24});
    append(uint32_t{0}), append(static_cast<uint32_t>(types_.size()));
    append(static_cast<uint32_t>(types_.size())), append(static_cast<uint32_t>(names.size()));
    return out + types_ + names;
  }

 private:
  void begin(uint32_t kind, std::string_view name, uint32_t count, uint32_t size_or_type) {
    put(string(name)), put(kind << 24 | count), put(size_or_type);
  }
  uint32_t add(std::initializer_list<uint32_t> words) {
    for (uint32_t word : words) put(word);
    return next();
  }
  uint32_t next() { return ++last_; }
  void put(uint32_t word) { types_.append(reinterpret_cast<const char*>(&word), sizeof(word)); }
  uint32_t string(std::string_view text) {
    if (text.empty()) return 0;
    const auto offset = static_cast<uint32_t>(names_.size());
    names_.append(text).push_back('\0');
    return offset;
  }

  std::string types_;
  std::string names_ = std::string(1, '\0');
  uint32_t last_ = 0;
};

}  // namespace plumb::tests
