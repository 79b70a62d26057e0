#include "probe/jitdump.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/cursor.h"

namespace plumb::probe {
namespace {

constexpr uint32_t jitdump_magic = 0x4A695444;  // "JiTD"
// Of a record are looked at; the code itself, which comes last, is not.
constexpr uint64_t most_debug_bytes = 1 << 20, most_load_bytes = 4096;
constexpr uint32_t most_records_at_once = 1 << 18;
constexpr std::string_view same_file = "\xff";  // as that of the entry before

struct DumpHeader {
  uint32_t magic, version, total_size, machine, unused, pid;
  uint64_t time, flags;
};
enum DumpRecord : uint32_t { dump_load = 0, dump_move = 1, dump_debug_info = 2 };
struct RecordHead {
  uint32_t id, total_size;
  uint64_t time;
};
struct LoadRecord {
  uint32_t pid, tid;
  uint64_t address, code_address, code_size, index;
};
struct MoveRecord {
  uint32_t pid, tid;
  uint64_t address, from, to, size, index;
};
struct DebugRecord {
  uint64_t address, entries;
};
struct DebugEntry {
  uint64_t address;
  int32_t line, discriminator;
};

// What stands there up to a 0, which is read with it.
bool read_name(std::string_view record, Cursor& cursor, std::string_view& name) {
  const std::string_view rest = record.substr(cursor.position());
  name = rest.substr(0, rest.find('\0'));
  return cursor.skip(name.size() + 1);
}

class DumpReader {
 public:
  explicit DumpReader(CodeMap& map) : map_(map) {}

  void take(uint32_t id, std::string_view record) {
    if (id == dump_debug_info) return debug_info(record);
    if (id == dump_load) load(record);
    if (id == dump_move) move(record);
    lines_.clear();  // they are of the next record
  }

 private:
  void load(std::string_view record) {
    Cursor cursor(record);
    LoadRecord load{};
    std::string_view name;
    if (!cursor.read(load) || !read_name(record, cursor, name)) return;
    if (lines_of_ != load.code_address) lines_.clear();
    map_.add(load.code_address, load.code_size, name, std::move(lines_));
  }

  void move(std::string_view record) {
    Cursor cursor(record);
    MoveRecord move{};
    if (cursor.read(move)) map_.move(move.from, move.to);
  }

  void debug_info(std::string_view record) {
    Cursor cursor(record);
    DebugRecord info{};
    lines_.clear();
    if (!cursor.read(info)) return;
    lines_of_ = info.address;
    uint32_t file = 0;
    DebugEntry entry{};
    std::string_view name;
    for (uint64_t i = 0; i < info.entries && cursor.read(entry) && read_name(record, cursor, name);
         i++) {
      if (i == 0 || name != same_file) file = map_.number_of_file(name);
      lines_.push_back({entry.address, static_cast<uint32_t>(std::max(entry.line, 0)), file});
    }
  }

  CodeMap& map_;
  uint64_t lines_of_ = 0;
  std::vector<CodeMap::Line> lines_;
};

}  // namespace

Result<uint64_t> take_jitdump(const Bytes& bytes, uint64_t from, CodeMap& map) {
  if (from == 0) {
    DumpHeader header{};
    if (!bytes.read(0, header)) return from;
    if (header.magic != jitdump_magic || header.total_size < sizeof(header))
      return fail("no jitdump file of this machine's byte order");
    from = header.total_size;
  }
  DumpReader reader(map);
  RecordHead head{};
  uint64_t last = from;  // the begin of the record that belongs to the next one, or that one's
  std::string record;
  for (uint32_t i = 0; i < most_records_at_once && bytes.read(from, head); i++) {
    if (head.total_size < sizeof(head)) return fail("a broken jitdump file");
    if (head.total_size > bytes.size() - from) break;
    const uint64_t most = head.id == dump_debug_info ? most_debug_bytes : most_load_bytes;
    const uint64_t size = std::min<uint64_t>(head.total_size - sizeof(head), most);
    if (!bytes.read(from + sizeof(head), record, size)) break;
    reader.take(head.id, record);
    from += head.total_size;
    if (head.id != dump_debug_info) last = from;
  }
  return last;
}

}  // namespace plumb::probe
