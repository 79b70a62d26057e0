// CodeMap: what a process calls the code that it has made at run time, by address.
//
// Whoever wrote it may have written anything: names and counts are bounded, and what lies over
// something older takes its place, as code that was thrown away does.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::probe {

class CodeMap {
 public:
  struct Line {
    uint64_t address = 0;  // of the first instruction that comes from it
    uint32_t line = 0;
    uint32_t file = 0;  // number_of_file's
  };
  struct Function {
    uint64_t size = 0;  // bytes; never 0
    std::string name;
    std::vector<Line> lines;  // by address
  };

  // Left out: code of no size, beyond the last address, without a name; and what is more than half
  // a million functions or 64 MiB.
  void add(uint64_t begin, uint64_t size, std::string_view name, std::vector<Line> lines = {});
  void move(uint64_t from, uint64_t to);
  // Of the source. 0: "", also where there is no room for more.
  uint32_t number_of_file(std::string_view name);
  void clear();

  // Null: nothing is known to be there.
  const Function* at(uint64_t address) const;
  // The last of its lines that begins there or before; null: none does.
  static const Line* line_at(const Function& function, uint64_t address);
  const std::string& file_of(const Line& line) const { return files_.at(line.file); }
  size_t bytes() const { return bytes_; }  // that it takes, about

 private:
  void make_room(uint64_t begin, uint64_t end);
  void remove(std::map<uint64_t, Function>::iterator at);

  std::map<uint64_t, Function> functions_;  // by where they begin; none lies over another
  std::vector<std::string> files_ = {""};
  std::map<std::string, uint32_t, std::less<>> file_numbers_ = {{"", 0}};
  size_t bytes_ = 0;
};

}  // namespace plumb::probe
