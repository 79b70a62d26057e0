#include "kernel/ring.h"

#include <linux/bpf.h>
#include <unistd.h>

namespace plumb::kernel {
namespace {

const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
constexpr size_t prefix = BPF_RINGBUF_HDR_SZ;

}  // namespace

Result<Ring> Ring::open(int fd, uint32_t size) {
  Ring ring;
  ring.size_ = size;
  ring.consumer_page_ =
      TRY(Mapping::of("the ring's consumer page", fd, page, PROT_READ | PROT_WRITE));
  ring.records_ =
      TRY(Mapping::of("the ring's data", fd, page + 2 * static_cast<size_t>(size), PROT_READ,
                      static_cast<off_t>(page), "a smaller --ring needs less memory"));
  ring.consumer_ = ring.consumer_page_.at<uint64_t>(0);
  ring.producer_ = ring.records_.at<uint64_t>(0);
  ring.data_ = ring.records_.at<char>(page);
  ring.read_ = *ring.consumer_;
  return ring;
}

bool Ring::next(std::string_view& bytes, uint64_t& end) {
  while (read_ < __atomic_load_n(producer_, __ATOMIC_ACQUIRE)) {
    const char* at = data_ + (read_ & (size_ - 1));
    const uint32_t length =
        __atomic_load_n(reinterpret_cast<const uint32_t*>(at), __ATOMIC_ACQUIRE);
    if (length & BPF_RINGBUF_BUSY_BIT) return false;
    const uint32_t size = length & ~BPF_RINGBUF_DISCARD_BIT;
    read_ += (size + prefix + 7) & ~uint64_t{7};
    if (length & BPF_RINGBUF_DISCARD_BIT) continue;
    bytes = {at + prefix, size};
    end = read_;
    return true;
  }
  return false;
}

void Ring::release(uint64_t position) { __atomic_store_n(consumer_, position, __ATOMIC_RELEASE); }

bool Ring::waiting() const { return __atomic_load_n(producer_, __ATOMIC_ACQUIRE) != read_; }

}  // namespace plumb::kernel
