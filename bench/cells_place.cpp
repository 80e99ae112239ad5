// Where usage cells should lie, and what counting a use costs.
//
//   tokenry_bench_cells_place latency CELLS_DIRECTORY LOAD_DIRECTORY SECONDS
//       How long single uses take while files are written and synced in LOAD_DIRECTORY. Best run by
//       `chrt --fifo 10`: else the scheduler's pauses hide those of the file system.
//   tokenry_bench_cells_place cost CELLS_DIRECTORY
//       Nanoseconds of a use: one and two threads, one cell and a million.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "usage/cells.hpp"

namespace tokenry::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "cells_place: %s\n", text.c_str());
  std::exit(1);
}

std::uint64_t ns_between(Clock::time_point from, Clock::time_point to) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
}

// Cells of no store, removed at the end.
class BenchCells {
 public:
  BenchCells(const std::string& directory, std::uint32_t slots) : slots_(slots) {
    usage::CellsPlace place;
    place.data_file = {0, static_cast<ino_t>(::getpid())};
    place.owner = ::geteuid();
    place.group = ::getegid();
    place.mode = 0600;
    place.directory = directory;
    auto cells = usage::Cells::attach(place);
    if (!cells.ok()) fail(cells.status().text());
    cells_ = std::move(cells).value();
    // Each touched once: what is measured is use, not the first page fault.
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      if (!cells_->find(slot)) fail("no room for " + std::to_string(slots) + " cells");
      cells_->find(slot).count_use(use());
    }
  }
  ~BenchCells() { ::unlink(cells_->path().c_str()); }
  BenchCells(const BenchCells&) = delete;
  BenchCells& operator=(const BenchCells&) = delete;

  void count_use(std::uint32_t slot) const { cells_->find(slot).count_use(use()); }
  std::uint32_t slots() const { return slots_; }
  usage::Use use() const {
    return {1, second_.load(std::memory_order_relaxed), &address_, {{2, 0, 0, 0}}};
  }
  // As a verification does it: the last use is written once a second and not more often.
  void next_second() { second_.fetch_add(1); }

 private:
  std::shared_ptr<usage::Cells> cells_;
  std::uint32_t slots_;
  std::atomic<std::int64_t> second_{1'800'000'000};
  model::Address address_{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}};
};

// Steps through all slots in an order that the processor cannot guess.
class SlotOrder {
 public:
  SlotOrder(std::uint32_t slots, std::uint64_t seed) : slots_(slots), state_(seed) {}
  std::uint32_t next() {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<std::uint32_t>((state_ >> 32) * slots_ >> 32);
  }

 private:
  std::uint64_t slots_;
  std::uint64_t state_;
};

// ---- latency
// -------------------------------------------------------------------------------------

// Counts by size, 32 steps for each doubling.
class Histogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[bucket_of(ns)];
    ++total_;
    sum_ns_ += ns;
    longest_ns_ = std::max(longest_ns_, ns);
  }
  double mean_ns() const { return static_cast<double>(sum_ns_) / static_cast<double>(total_); }
  std::uint64_t total() const { return total_; }
  std::uint64_t longest_ns() const { return longest_ns_; }
  // The least size that so many of all uses do not exceed.
  std::uint64_t quantile_ns(double part) const {
    auto left = static_cast<std::uint64_t>(static_cast<double>(total_) * part);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return size_of(i);
      left -= counts_[i];
    }
    return longest_ns_;
  }

 private:
  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < 32) return ns;
    const auto doublings = static_cast<std::size_t>(std::bit_width(ns)) - 6;
    return 32 * (doublings + 1) + (ns >> doublings) - 32;
  }
  static std::uint64_t size_of(std::size_t bucket) {
    if (bucket < 32) return bucket;
    return std::uint64_t{32 + bucket % 32} << (bucket / 32 - 1);
  }

  std::array<std::uint64_t, 32 * 60> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t sum_ns_ = 0;
  std::uint64_t longest_ns_ = 0;
};

// Writes files of 256 MiB and syncs them, again and again. After each the whole file system is
// synced, which writes dirty pages of other files back too; the kernel by itself does that every
// half minute, too seldom for a short measurement.
class Writeback {
 public:
  explicit Writeback(const std::string& directory)
      : path_(directory + "/cells_place-load-" + std::to_string(::getpid())),
        thread_([this] { run(); }) {}
  ~Writeback() {
    stop_.store(true);
    thread_.join();
    ::unlink(path_.c_str());
  }
  Writeback(const Writeback&) = delete;
  Writeback& operator=(const Writeback&) = delete;

  std::uint64_t written_mib() const { return written_mib_.load(); }

 private:
  void run() {
    const std::vector<char> block(1 << 20, 'x');
    while (!stop_.load()) {
      const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      if (fd < 0) fail("cannot write " + path_);
      for (int i = 0; i < 256 && !stop_.load(); ++i) {
        if (::write(fd, block.data(), block.size()) < 0) fail("cannot write " + path_);
        written_mib_.fetch_add(1);
        if (i % 64 == 63) ::fsync(fd);
      }
      ::syncfs(fd);
      ::close(fd);
    }
  }

  std::string path_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> written_mib_{0};
  std::thread thread_;
};

void measure_latency(const std::string& cells_directory, const std::string& load_directory,
                     int seconds) {
  BenchCells cells(cells_directory, 256 * 1024);
  SlotOrder order(cells.slots(), 1);
  Histogram histogram;
  const Writeback load(load_directory);
  const Clock::time_point started = Clock::now();
  Clock::time_point before = started;
  Clock::time_point next_second = started;
  while (before - started < std::chrono::seconds(seconds)) {
    if (before >= next_second) {
      cells.next_second();
      next_second += std::chrono::seconds(1);
    }
    const std::uint32_t slot = order.next();
    before = Clock::now();
    cells.count_use(slot);
    const Clock::time_point after = Clock::now();
    histogram.add(ns_between(before, after));
    before = after;
    // A thread with a real-time priority must leave the others some time.
    if (histogram.total() % 10'000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::printf("cells in %s, %d s, %.0f MiB/s written in %s, %.1f million uses\n",
              cells_directory.c_str(), seconds, static_cast<double>(load.written_mib()) / seconds,
              load_directory.c_str(), static_cast<double>(histogram.total()) / 1e6);
  std::printf("  mean %.0f ns, p99 %llu ns, p99.9 %llu ns, p99.99 %.1f us, max %.2f ms\n",
              histogram.mean_ns(), static_cast<unsigned long long>(histogram.quantile_ns(0.99)),
              static_cast<unsigned long long>(histogram.quantile_ns(0.999)),
              static_cast<double>(histogram.quantile_ns(0.9999)) / 1e3,
              static_cast<double>(histogram.longest_ns()) / 1e6);
}

// ---- cost
// ----------------------------------------------------------------------------------------

// Mean nanoseconds of a use in each of so many threads.
double cost_ns(const BenchCells& cells, int threads, std::uint32_t slots) {
  constexpr int kUses = 5'000'000;
  std::atomic<int> waiting{threads};
  std::atomic<std::uint64_t> sum_ns{0};
  std::vector<std::thread> all;
  for (int number = 0; number < threads; ++number) {
    all.emplace_back([&, number] {
      SlotOrder order(slots, static_cast<std::uint64_t>(number) + 1);
      waiting.fetch_sub(1);
      while (waiting.load() > 0) {
      }
      const Clock::time_point started = Clock::now();
      for (int i = 0; i < kUses; ++i) cells.count_use(order.next());
      sum_ns.fetch_add(ns_between(started, Clock::now()));
    });
  }
  for (std::thread& thread : all) thread.join();
  return static_cast<double>(sum_ns.load()) / threads / kUses;
}

void measure_cost(const std::string& cells_directory) {
  constexpr std::uint32_t kMillion = 1'000'000;
  const BenchCells cells(cells_directory, kMillion);
  for (const std::uint32_t slots : {1U, kMillion}) {
    for (const int threads : {1, 2}) {
      std::array<double, 5> runs{};
      for (double& run : runs) run = cost_ns(cells, threads, slots);
      std::sort(runs.begin(), runs.end());
      std::printf("%7u cells, %d threads: %.1f ns a use (median of 5; %.1f to %.1f)\n", slots,
                  threads, runs[2], runs[0], runs[4]);
    }
  }
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 4 && arguments[0] == "latency" && std::atoi(arguments[3].c_str()) > 0) {
    measure_latency(arguments[1], arguments[2], std::atoi(arguments[3].c_str()));
    return 0;
  }
  if (arguments.size() == 2 && arguments[0] == "cost") {
    measure_cost(arguments[1]);
    return 0;
  }
  std::fprintf(stderr,
               "usage: tokenry_bench_cells_place latency CELLS_DIRECTORY LOAD_DIRECTORY SECONDS\n"
               "       tokenry_bench_cells_place cost CELLS_DIRECTORY\n");
  return 2;
}

}  // namespace
}  // namespace tokenry::bench

int main(int count, char** values) { return tokenry::bench::run({values + 1, values + count}); }
