// plumb completion: a script for the shell, from the same data as the help.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "base/print.h"
#include "cli/help.h"
#include "cli/options.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

constexpr const char* frame = R"(# Completion of plumb for bash, made by: plumb completion bash
_plumb_list() {{  # WORD CANDIDATES: the last of the words between commas
  local before=
  [[ $1 != *,* ]] || before=${{1%,*}},
  COMPREPLY=($(compgen -P "$before" -W "$2" -- "${{1##*,}}"))
}}
_plumb_file() {{  # WORD
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -A file -- "$1"))
}}
_plumb() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} i flags
  local tracers="{tracers}" fields="{fields}"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${{COMP_WORDS[i]}} != -- ]] || {{ COMPREPLY=($(compgen -A command -A file -- "$word")); return; }}
  done
  if ((COMP_CWORD == 1)); then
    _plumb_list "$word" "{commands} $tracers"
    return
  fi
  case ${{COMP_WORDS[1]}} in
{branches}  esac
  case $before in
{values}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ ${{COMP_WORDS[1]}} == show || ${{COMP_WORDS[1]}} == usdt ]]; then
    _plumb_file "$word"
  else
    _plumb_list "$word" "$tracers"
  fi
}}
complete -F _plumb plumb
)";

using Spelled = std::set<std::string>;

Spelled spelled(const std::vector<FlagGroup>& groups) {
  Spelled all = {"--help"};
  for (const FlagGroup& group : groups)
    for (const Flag& flag : group.flags)
      for (std::string& each : spellings(flag)) all.insert(std::move(each));
  return all;
}

std::string branch(const std::string& pattern, const std::string& action) {
  return fmt::format("    {}) {} ;;\n", pattern, action);
}

std::set<std::string> all_fields() {
  std::set<std::string> fields;
  for (const std::string& name : session::tracer_names())
    if (auto tracer = session::open_tracer(name); tracer)
      for (const schema::Field& field : tracer->schema().event.fields) fields.insert(field.path);
  return fields;
}

// The flags that each first word offers.
std::string branches_of_commands() {
  std::string text;
  for (const Command& each : commands())
    if (*each.name)
      text += branch(each.name, fmt::format("flags=\"{}\"", fmt::join(spelled(each.flags()), " ")));
  session::Request nobody;
  std::vector<FlagGroup> groups = commands()[0].flags();
  for (FlagGroup& group : knob_flags(nobody, session::tracer_names()))
    groups.push_back(std::move(group));
  return text + branch("*", fmt::format("flags=\"{}\"", fmt::join(spelled(groups), " ")));
}

// What may follow each flag that takes a value.
std::string branches_of_values() {
  std::map<std::string, std::string> actions;  // by the flag's spellings
  for (const Command& each : commands()) {
    for (const FlagGroup& group : each.flags()) {
      for (const Flag& flag : group.flags) {
        if (flag.value.empty() || flag.may_lack_value) continue;
        std::string& action = actions[fmt::format("{}", fmt::join(spellings(flag), "|"))];
        if (!flag.choices.empty())
          action = fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return",
                               fmt::join(flag.choices, " "));
        else if (flag.value == "LIST")
          action = "_plumb_list \"$word\" \"$fields\"; return";
        else if (flag.value == "FILE" || flag.value == "PATH")
          action = "_plumb_file \"$word\"; return";
        else if (flag.value == "TRACER,...")
          action = "_plumb_list \"$word\" \"$tracers\"; return";
        else
          action = "return";
      }
    }
  }
  std::string text;
  for (const auto& [pattern, action] : actions) text += branch(pattern, action);
  return text;
}

}  // namespace

Result<int> completion(const Words& words) {
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) return help({"completion"});
  if (words.size() != 1 || words[0] != "bash")
    return misuse("completion: for which shell?", "plumb completion bash");
  std::vector<std::string> names;
  for (const Command& each : commands())
    if (*each.name) names.emplace_back(each.name);
  TRY(print(fmt::format(frame, fmt::arg("commands", fmt::join(names, " ")),
                        fmt::arg("tracers", fmt::join(session::tracer_names(), " ")),
                        fmt::arg("fields", fmt::join(all_fields(), " ")),
                        fmt::arg("branches", branches_of_commands()),
                        fmt::arg("values", branches_of_values()))));
  return 0;
}

}  // namespace plumb::cli
