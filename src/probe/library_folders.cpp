#include "probe/library_folders.h"

#include <glob.h>

#include <cstdlib>

#include "base/text.h"

namespace plumb::probe {
namespace {

constexpr size_t most_text = 64 << 10;  // bytes of one file
constexpr size_t most_files = 256;

std::vector<std::string> matching(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

}  // namespace

LoaderConfiguration parse_loader_configuration(const std::string& text) {
  constexpr std::string_view include = "include";
  LoaderConfiguration configuration;
  for (std::string line : split(text, '\n')) {
    line.resize(std::min(line.size(), line.find('#')));
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos) continue;
    line = line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
    const bool includes = line.starts_with(include) && line.size() > include.size() &&
                          (line[include.size()] == ' ' || line[include.size()] == '\t');
    if (includes)
      configuration.includes.push_back(line.substr(line.find_first_not_of(" \t", include.size())));
    else if (line[0] == '/')
      configuration.folders.push_back(line);
  }
  return configuration;
}

std::vector<std::string> library_folders() {
  const char* own = std::getenv("LD_LIBRARY_PATH");
  std::vector<std::string> folders = split(own ? own : "", ':');
  std::erase(folders, "");
  std::vector<std::string> files = {"/etc/ld.so.conf"};
  for (size_t i = 0; i < files.size() && i < most_files; i++) {
    const auto text = read_file(files[i], most_text);
    if (!text) continue;
    LoaderConfiguration more = parse_loader_configuration(*text);
    for (std::string& folder : more.folders) folders.push_back(std::move(folder));
    for (const std::string& pattern : more.includes)
      for (std::string& path : matching(pattern)) files.push_back(std::move(path));
  }
  for (const char* usual : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"})
    folders.emplace_back(usual);
  return folders;
}

}  // namespace plumb::probe
