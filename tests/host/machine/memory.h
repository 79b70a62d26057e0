// Memory: which addresses a program of the kernel can read on the host, and by which helper.
//
// The process's memory is what `user` made; anything else above the first 64 KiB is the kernel's.
// A read of what the kernel's memory does not hold is not an error that a program could see, but a
// mistake of the tracer or the test: AddressSanitizer reports it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::host {

enum class Space { kernel, user };

class Memory {
 public:
  // A copy of the bytes in the process's memory, and its address; nothing is mapped behind it.
  uint64_t user(std::string_view bytes);
  uint64_t user(const std::vector<uint64_t>& words);
  // From now on no read of these bytes succeeds, wherever they lie.
  void lose(uint64_t address, uint64_t size) { lost_.emplace_back(address, address + size); }

  // Called before each read that a program makes: it may run another program, as an interrupt
  // does, and the read fails when it says false.
  std::function<bool(uint64_t address)> before_read;

  // As bpf_probe_read_*: 0, or -EFAULT and zeros.
  long read(Space space, void* to, uint32_t size, uint64_t from);
  // As bpf_probe_read_*_str: the bytes with the final NUL, at most `size`, or -EFAULT and zeros.
  long read_text(Space space, char* to, uint32_t size, uint64_t from);

 private:
  bool is_readable(Space space, uint64_t address, uint64_t size) const;

  std::map<uint64_t, uint64_t> user_;  // begin → end
  std::vector<std::unique_ptr<char[]>> bytes_;
  std::vector<std::pair<uint64_t, uint64_t>> lost_;
};

}  // namespace plumb::host
