// Core: a core file, as gcore writes it (ELF, its notes as of include/uapi/linux/elfcore.h).
#pragma once
#include <sys/procfs.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace plumb::host {

struct CoreMapping {
  uint64_t begin = 0, end = 0;
  uint64_t page = 0;  // of the file, at `begin`
  std::string path;
};

class Core {
 public:
  // Throws what is wrong with it.
  explicit Core(const std::string& path);

  const std::vector<uint64_t>& registers() const { return registers_; }  // of its first thread
  const std::vector<CoreMapping>& mappings() const { return mappings_; }
  bool read(uint64_t address, void* to, uint64_t size) const;
  // Writes there; false: nothing of it is in the core.
  bool write(uint64_t address, const void* from, uint64_t size);

 private:
  void add_notes(const char* notes, size_t size);
  void add_mappings(const std::string& note);
  std::map<uint64_t, std::string>::const_iterator segment(uint64_t address, uint64_t size) const;

  std::map<uint64_t, std::string> segments_;
  std::vector<uint64_t> registers_;
  std::vector<CoreMapping> mappings_;
};

}  // namespace plumb::host
