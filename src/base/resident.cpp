#include "base/resident.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace plumb {
namespace {

int give_back(dl_phdr_info* file, size_t, void*) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (const ElfW(Phdr)* part = file->dlpi_phdr; part < file->dlpi_phdr + file->dlpi_phnum;
       part++) {
    if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
    const uintptr_t begin = (file->dlpi_addr + part->p_vaddr) / page * page;
    const uintptr_t end = file->dlpi_addr + part->p_vaddr + part->p_filesz;
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void give_back_files() { dl_iterate_phdr(give_back, nullptr); }

}  // namespace plumb
