// World: what the kernel and user space give the programs that unwind a stack, of a core.
#pragma once
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core.h"
#include "probe/elf.h"
#include "probe/open_file.h"
#include "unwind/packed.h"
#include "unwind/table.h"

namespace plumb::host {

constexpr uint32_t chunk = 256, user_frames = 2;  // UNWIND_CHUNK, STACK_USER
constexpr uint64_t returned = uint64_t{1} << 61;  // STACK_RETURNED

struct File {
  uint32_t id, first_page, pages, python;
};
struct Node {
  alignas(256) uint64_t pivots[15];
  void* slots[16];
  uint64_t unused;
};

// What the kernel and user space give the programs.
class World {
 public:
  explicit World(const Core& core) : core(core) {
    library = dlopen(PLUMB_HOST_DIR "/core_unwind.so", RTLD_LAZY);
    if (!library) throw std::runtime_error(dlerror());
    unwind::RulePool pool;
    for (const CoreMapping& mapping : core.mappings()) add(mapping, pool);
    std::memcpy(at("core_registers"), core.registers().data(), 21 * sizeof(uint64_t));
    plant();
    take_user_frames();
    scratch.resize(number("scratch_bytes"));
  }
  ~World() {
    for (const auto& [begin, mapping] : mapped) free(mapping.second);
    dlclose(library);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  struct Stack {
    std::vector<uint64_t> frames;
    uint32_t end = 0;
  };
  Stack stack() {
    scratch.assign(scratch.size(), 0);
    record.clear();
    reinterpret_cast<uint64_t (*)()>(at("take_stack"))();
    Stack stack;
    uint16_t count = 0;
    std::memcpy(&count, record.data() + number("user_frames_offset"), sizeof(count));
    std::memcpy(&stack.end, record.data() + number("end_offset"), sizeof(stack.end));
    const auto* frames = reinterpret_cast<const uint64_t*>(record.data() + number("frames_offset"));
    stack.frames.assign(frames, frames + count);
    for (uint64_t& frame : stack.frames) frame &= ~returned;
    return stack;
  }
  uint64_t* registers() { return static_cast<uint64_t*>(at("core_registers")); }

  // Of the maps that are there; null for others.
  void* find(const void* map, const void* key) {
    if (map == at("stack_scratch")) return scratch.data();
    if (map == at("unwind_files")) {
      uint64_t inode = 0;
      std::memcpy(&inode, key, sizeof(inode));
      const auto found = files.find(inode);
      return found == files.end() ? nullptr : &found->second;
    }
    uint32_t index = 0;
    std::memcpy(&index, key, sizeof(index));
    if (map == at("unwind_pages")) return index < pages.size() ? &pages[index] : nullptr;
    if (map == at("unwind_rows"))
      return index < rows.size() / chunk ? rows.data() + index * chunk : nullptr;
    if (map == at("unwind_rules")) return &rules[index];
    return nullptr;
  }

  const Core& core;
  std::string record;

 private:
  void* at(const char* symbol) const {
    void* found = dlsym(library, symbol);
    if (!found) throw std::runtime_error(symbol);
    return found;
  }
  uint32_t number(const char* symbol) const { return *static_cast<const uint32_t*>(at(symbol)); }

  void add(const CoreMapping& mapping, unwind::RulePool& pool) {
    const auto [inode, is_new] = inodes.emplace(mapping.path, 16 * (inodes.size() + 1));
    if (is_new) add_file(mapping.path, inode->second, pool);
    using Make = void* (*)(uint64_t, uint64_t, uint64_t, uint64_t);
    mapped[mapping.begin] = {
        mapping.end, reinterpret_cast<Make>(at("make_mapping"))(mapping.begin, mapping.end,
                                                                mapping.page, inode->second)};
  }

  void add_file(const std::string& path, uint64_t inode, unwind::RulePool& pool) {
    auto open = probe::open_file(path);
    if (!open) return;
    const probe::FileBytes bytes(std::move(open->file), open->size);
    const auto elf = probe::Elf::of(bytes);
    const auto table = elf ? unwind::table_of(*elf, bytes) : Result<unwind::Table>(fail(""));
    const auto packed = table ? unwind::pack(*table, pool) : Result<unwind::Packed>(fail(""));
    if (!packed) return;
    files[inode] = {0, static_cast<uint32_t>(pages.size()),
                    static_cast<uint32_t>(packed->pages.size()), 0};
    for (unwind::Page page : packed->pages) {
      page.first += static_cast<uint32_t>(rows.size());
      pages.push_back(page);
    }
    rows.insert(rows.end(), packed->rows.begin(), packed->rows.end());
    rows.resize((rows.size() + chunk - 1) / chunk * chunk);
    for (const uint16_t each : packed->rules) rules[each] = pool.rule(each);
  }

  // The tree of mappings, of two levels, as lib/maple_tree.c has it.
  void plant() {
    Node& root = nodes.emplace_back();
    size_t leaves = 0, used = 14;
    for (const auto& [begin, mapping] : mapped) {
      if (used == 14) {
        if (leaves != 0) root.pivots[leaves - 1] = begin - 1;
        nodes.emplace_back();
        root.slots[leaves++] = named(nodes.back(), 1);
        used = 0;
      }
      Node& leaf = nodes.back();
      leaf.pivots[used++] = begin - 1;  // nothing
      leaf.pivots[used] = mapping.first - 1;
      leaf.slots[used++] = mapping.second;
    }
    if (leaves > 15) throw std::runtime_error("more mappings than two levels hold");
    root.pivots[leaves - 1] = UINT64_MAX;
    reinterpret_cast<void (*)(void*)>(at("set_tree"))(named(root, 2));
  }
  static void* named(Node& node, uint64_t type) {
    return reinterpret_cast<void*>(reinterpret_cast<uint64_t>(&node) | type << 3 | 2);
  }

  void take_user_frames() {
    auto* parts = static_cast<char*>(at("plan")) + number("parts_offset");
    const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    void* begin = reinterpret_cast<void*>(reinterpret_cast<uint64_t>(parts) & ~(page - 1));
    mprotect(begin, 2 * page, PROT_READ | PROT_WRITE);
    std::memcpy(parts, &user_frames, sizeof(user_frames));
  }

  void* library = nullptr;
  std::map<std::string, uint64_t> inodes;
  std::map<uint64_t, std::pair<uint64_t, void*>> mapped;
  std::deque<Node> nodes;
  std::map<uint64_t, File> files;
  std::vector<unwind::Page> pages;
  std::vector<uint32_t> rows;
  std::array<unwind::Rule, 1 << 16> rules{};
  std::vector<char> scratch;
};

}  // namespace plumb::host
