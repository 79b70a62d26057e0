#include "probe/functions.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/cursor.h"
#include "probe/elf.h"
#include "probe/go_functions.h"

namespace plumb::probe {
namespace {

constexpr uint64_t most_symbols = 4'000'000;
constexpr size_t most_table_bytes = most_symbols * sizeof(Elf64_Sym);
constexpr size_t most_symbol_bytes = 256 << 20;  // of a table, and of all names that are kept
constexpr size_t longest_symbol = 4096;

Fail too_many() {
  return fail(fmt::format("more than {} symbols", most_symbols),
              "name an offset in the file: uprobe:PATH:0x1234");
}

class SymbolReader {
 public:
  SymbolReader(const Elf& elf, const Elf& loaded, std::vector<Function> known,
               const std::vector<uint64_t>* entries)
      : elf_(elf), loaded_(loaded), entries_(entries), functions_(std::move(known)) {}

  // The gABI allows one table of each type; what comes after it is not looked at.
  Result<std::vector<Function>> run() {
    for (const uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
      const auto table = std::ranges::find(elf_.sections(), type, &Section::type);
      if (table == elf_.sections().end()) continue;
      TRY((elf_.address_size() == 8 ? read<Elf64_Sym>(*table) : read<Elf32_Sym>(*table))
              .within("symbols"));
    }
    if (!has(SHT_SYMTAB)) TRY(add_gos());
    const auto key = [](const Function& each) { return std::tie(each.offset, each.name); };
    const auto larger_first = [&](const Function& a, const Function& b) {
      return key(a) != key(b) ? key(a) < key(b) : a.size > b.size;
    };
    std::ranges::sort(functions_, larger_first);
    const auto same = [&](const Function& a, const Function& b) { return key(a) == key(b); };
    functions_.erase(std::unique(functions_.begin(), functions_.end(), same), functions_.end());
    return std::move(functions_);
  }

 private:
  bool has(uint32_t type) const {
    return std::ranges::find(elf_.sections(), type, &Section::type) != elf_.sections().end();
  }
  Result<> add_gos() {
    auto gos = TRY(go_functions(elf_));
    std::ranges::move(gos, std::back_inserter(functions_));
    return {};
  }

  template <class Symbol>
  Result<> read(const Section& table) {
    if (table.link >= elf_.sections().size())
      return fail("their names are in no section", "is the file complete? readelf -S shows it");
    if (table.entry_size != sizeof(Symbol))
      return fail(fmt::format("odd size of each: {} bytes", table.entry_size),
                  "is the file complete? readelf -S shows it");
    if (table.size / sizeof(Symbol) > most_symbols - read_) return too_many();
    const std::string symbols = TRY(elf_.bytes_of(table, most_table_bytes));
    const std::string names =
        TRY(elf_.bytes_of(elf_.sections()[table.link], most_symbol_bytes).within("names"));
    Cursor cursor(symbols);
    for (Symbol symbol{}; cursor.read(symbol); read_++) TRY(take(symbol, names));
    return {};
  }

  // The types are in the same bits of both widths.
  template <class Symbol>
  Result<> take(const Symbol& symbol, std::string_view names) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC) return {};
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) return {};
    if (entries_ && !std::ranges::binary_search(*entries_, uint64_t{symbol.st_value})) return {};
    const auto offset = loaded_.offset_of(symbol.st_value);
    if (!offset || symbol.st_name >= names.size()) return {};
    std::string_view name = names.substr(symbol.st_name, longest_symbol);
    name = name.substr(0, name.find('\0'));
    if (const size_t version = name.find('@'); version != 0) name = name.substr(0, version);
    if (name.empty()) return {};
    kept_ += name.size();
    if (kept_ > most_symbol_bytes)
      return fail(fmt::format("more than {} bytes of names", most_symbol_bytes),
                  "name an offset in the file: uprobe:PATH:0x1234");
    functions_.push_back({std::string(name), *offset, symbol.st_size, type == STT_GNU_IFUNC});
    return {};
  }

  const Elf& elf_;
  const Elf& loaded_;                     // which says where in its file that lies
  const std::vector<uint64_t>* entries_;  // where they may begin; null: anywhere
  uint64_t read_ = 0;                     // symbols
  size_t kept_ = 0;                       // bytes of names
  std::vector<Function> functions_;
};

}  // namespace

Result<std::vector<Function>> functions_of(const Bytes& bytes) {
  const Elf elf = TRY(Elf::of(bytes));
  return SymbolReader(elf, elf, {}, nullptr).run();
}

Result<std::vector<Function>> functions_of(const Bytes& symbols, const Elf& loaded,
                                           std::vector<Function> known,
                                           const std::vector<uint64_t>& entries) {
  const Elf elf = TRY(Elf::of(symbols));
  return SymbolReader(elf, loaded, std::move(known), &entries).run();
}

Result<std::vector<Function>> functions_of(const Bytes& symbols, const Elf& loaded,
                                           std::vector<Function> known) {
  const Elf elf = TRY(Elf::of(symbols));
  return SymbolReader(elf, loaded, std::move(known), nullptr).run();
}

const Function* function_at(const std::vector<Function>& all, uint64_t offset) {
  auto after = std::ranges::upper_bound(all, offset, {}, &Function::offset);
  const Function* found = nullptr;
  while (after != all.begin()) {
    const Function& each = *--after;
    if (found != nullptr && each.offset != found->offset) break;
    const uint64_t within = offset - each.offset;
    if (within < each.size || within == 0) found = &each;
  }
  return found;
}

}  // namespace plumb::probe
