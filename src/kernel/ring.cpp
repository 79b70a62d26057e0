#include "kernel/ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace plumb::kernel {
namespace {

const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
constexpr size_t prefix = BPF_RINGBUF_HDR_SZ;

}  // namespace

Result<Ring> Ring::open(int fd, uint32_t size) {
  Ring ring;
  ring.fd_ = fd;
  ring.size_ = size;
  void* consumer = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return fail_errno("map the ring's consumer page", errno);
  ring.consumer_ = static_cast<uint64_t*>(consumer);
  void* producer = mmap(nullptr, page + 2 * static_cast<size_t>(size), PROT_READ, MAP_SHARED, fd,
                        static_cast<off_t>(page));
  if (producer == MAP_FAILED)
    return fail_errno("map the ring's data", errno, "a smaller --ring needs less memory");
  ring.producer_ = static_cast<uint64_t*>(producer);
  ring.data_ = static_cast<char*>(producer) + page;
  ring.read_ = *ring.consumer_;
  return ring;
}

Ring::Ring(Ring&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      read_(other.read_),
      consumer_(std::exchange(other.consumer_, nullptr)),
      producer_(std::exchange(other.producer_, nullptr)),
      data_(std::exchange(other.data_, nullptr)) {}

Ring::~Ring() {
  if (consumer_) munmap(consumer_, page);
  if (producer_) munmap(const_cast<uint64_t*>(producer_), page + 2 * static_cast<size_t>(size_));
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
