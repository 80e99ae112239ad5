#include "storage/process.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <new>

namespace tokenry::storage {

namespace {

// The state of a process page. A child finds it fresh: the kernel wipes the page.
enum Mark : std::uint32_t { kFresh = 0, kRenewing = 1, kReady = 2 };

// Lives in a page of its own that MADV_WIPEONFORK empties in every child, also after a raw clone(),
// of which pthread_atfork never hears. Where the kernel cannot do that (before 4.14), the atfork
// handler empties the mark, which covers fork() alone. The mutex is in it because a child must have
// one of its own: the parent's may be held by a thread that the child does not have.
struct ProcessPage {
  std::atomic<std::uint32_t> mark{kFresh};
  std::mutex mutex;
};

std::atomic<ProcessPage*> g_page{nullptr};
std::atomic<std::uint64_t> g_generation{0};

void before_fork() {
  // A child that forks before it used anything has its parent's mutex still, locked for ever.
  process_generation();
  g_page.load()->mutex.lock();
}

void after_fork_in_parent() { g_page.load()->mutex.unlock(); }

void after_fork_in_child() { g_page.load()->mark.store(kFresh); }

ProcessPage* make_page() {
  const std::size_t size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  ::madvise(memory, size, MADV_WIPEONFORK);
  auto* page = new (memory) ProcessPage;
  g_page.store(page);
  ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  return page;
}

std::uint64_t renew_generation() noexcept {
  static ProcessPage* const page = make_page();
  std::uint32_t seen = kFresh;
  if (page->mark.compare_exchange_strong(seen, kRenewing)) {
    new (&page->mutex) std::mutex;
    g_generation.fetch_add(1);
    page->mark.store(kReady, std::memory_order_release);
  }
  while (page->mark.load(std::memory_order_acquire) != kReady) ::sched_yield();
  return g_generation.load();
}

// When the library is loaded: a fork during a first call would otherwise find the mark half made.
[[gnu::constructor]] void begin_first_generation() { renew_generation(); }

}  // namespace

std::uint64_t process_generation() noexcept {
  const ProcessPage* page = g_page.load(std::memory_order_acquire);
  if (page != nullptr && page->mark.load(std::memory_order_acquire) == kReady) {
    return g_generation.load(std::memory_order_relaxed);
  }
  return renew_generation();
}

ProcessLock::ProcessLock() {
  process_generation();  // in a child: makes the mutex anew first
  g_page.load()->mutex.lock();
}

ProcessLock::~ProcessLock() { g_page.load()->mutex.unlock(); }

}  // namespace tokenry::storage
