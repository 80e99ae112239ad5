// Memory that a test shares with the processes it forks.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>

namespace tokenry::test {

// Counters, zero at first.
class SharedCounters {
 public:
  explicit SharedCounters(std::size_t count) : size_(count * sizeof(Counter)) {
    void* const mapped =
        ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::runtime_error("no memory to share");
    counters_ = static_cast<Counter*>(mapped);
  }
  ~SharedCounters() { ::munmap(counters_, size_); }
  SharedCounters(const SharedCounters&) = delete;
  SharedCounters& operator=(const SharedCounters&) = delete;

  using Counter = std::atomic<std::uint64_t>;
  Counter& operator[](std::size_t index) const { return counters_[index]; }

 private:
  std::size_t size_;
  Counter* counters_;
};

}  // namespace tokenry::test
