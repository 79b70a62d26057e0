#include "cli/flag.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace plumb::cli {
namespace {

// A word that asks for a flag: what it is called, and the value within the word itself.
struct Wish {
  std::string name;  // "--pid", "-p"
  std::string value;
  bool has_value = false;
};

class Taker {
 public:
  Taker(const Words& words, const std::vector<FlagGroup>& groups, const std::string& command)
      : words_(words), groups_(groups), command_(command) {}

  Result<Taken> run() {
    for (; at_ < words_.size() && !taken_.help; at_++) {
      const std::string& word = words_[at_];
      if (word == "--help" || word == "-h")
        taken_.help = true;
      else if (word.starts_with("--"))
        TRY(long_flag(word));
      else if (word.size() > 1 && word.starts_with("-"))
        TRY(letters(word));
      else
        taken_.plain.push_back(word);
    }
    return std::move(taken_);
  }

 private:
  const Flag* find(const std::string& spelling) const {
    for (const FlagGroup& group : groups_)
      for (const Flag& flag : group.flags)
        if (std::ranges::count(spellings(flag), spelling)) return &flag;
    return nullptr;
  }

  Fail unknown(const std::string& word) const {
    std::vector<std::string> known;
    for (const FlagGroup& group : groups_)
      for (const Flag& flag : group.flags)
        for (std::string& each : spellings(flag)) known.push_back(std::move(each));
    const std::string near = nearest(word, known);
    return misuse("unknown option '" + word + "'", near.empty()
                                                       ? command_ + " --help shows its options"
                                                       : "did you mean '" + near + "'?");
  }

  Result<> long_flag(const std::string& word) {
    const size_t equals = std::min(word.find('='), word.size());
    Wish wish{word.substr(0, equals), word.substr(std::min(equals + 1, word.size())),
              equals < word.size()};
    const Flag* flag = find(wish.name);
    return flag ? grant(*flag, std::move(wish)) : unknown(wish.name);
  }

  // -q, -qv, -p 1, -p1
  Result<> letters(const std::string& word) {
    for (size_t i = 1; i < word.size(); i++) {
      const Flag* flag = find("-" + word.substr(i, 1));
      if (!flag) return unknown(word);
      const bool has_value = !flag->value.empty() && i + 1 < word.size();
      TRY(grant(*flag, {flag->letter, has_value ? word.substr(i + 1) : "", has_value}));
      if (has_value) break;
    }
    return {};
  }

  Fail none_of_its_choices(const Flag& flag, const std::string& value) const {
    const std::string near = nearest(value, flag.choices);
    return misuse(
        fmt::format("{}: '{}' is none of {}", flag.name, value, fmt::join(flag.choices, ", ")),
        near.empty() ? command_ + " --help says what each means" : "did you mean '" + near + "'?");
  }

  Result<> grant(const Flag& flag, Wish wish) {
    if (flag.value.empty()) {
      if (wish.has_value)
        return misuse(wish.name + " takes no value", "write " + wish.name + " alone");
      wish.value = wish.name.starts_with("--no-") && wish.name != flag.name ? "false" : "true";
    } else if (!wish.has_value && !flag.may_lack_value) {
      if (at_ + 1 >= words_.size() || words_[at_ + 1].starts_with("--"))
        return misuse(wish.name + ": its value is missing",
                      "write " + wish.name + " " + flag.value);
      wish.value = words_[++at_];
    }
    if (!flag.value.empty() && !flag.repeats && !seen_.insert(flag.name).second)
      return misuse(flag.name + ": given twice", "leave one of them out");
    if (!flag.choices.empty() && !std::ranges::count(flag.choices, wish.value))
      return none_of_its_choices(flag, wish.value);
    return flag.take(wish.value).within(flag.name);
  }

  const Words& words_;
  const std::vector<FlagGroup>& groups_;
  const std::string& command_;
  size_t at_ = 0;
  Taken taken_;
  std::set<std::string> seen_;
};

}  // namespace

Result<Taken> take_flags(const Words& words, const std::vector<FlagGroup>& groups,
                         const std::string& command) {
  return Taker(words, groups, command).run();
}

std::vector<std::string> spellings(const Flag& flag) {
  std::vector<std::string> all;
  if (!flag.letter.empty()) all.push_back(flag.letter);
  all.push_back(flag.name);
  if (flag.negatable) all.push_back("--no-" + flag.name.substr(2));
  return all;
}

}  // namespace plumb::cli
