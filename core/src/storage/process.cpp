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

// The state of the mark below. A child finds it fresh: the kernel wipes the page.
enum Mark : std::uint32_t { kFresh = 0, kRenewing = 1, kReady = 2 };

// Lives in a page of its own that MADV_WIPEONFORK empties in every child, also after a raw clone(),
// of which pthread_atfork never hears. Where the kernel cannot do that (before 4.14), the atfork
// handler empties it, which covers fork() alone.
std::atomic<std::atomic<std::uint32_t>*> g_mark{nullptr};
std::atomic<std::uint64_t> g_generation{0};

// On the heap and never freed: a child replaces it, since the parent's may be held by a thread that
// the child does not have.
struct OwnMutex : std::mutex {
  OwnMutex* inherited = nullptr;
};
std::atomic<OwnMutex*> g_mutex{nullptr};

void before_fork() {
  // A child that forks before it used anything has its parent's mutex still, locked for ever.
  process_generation();
  g_mutex.load()->lock();
}

void after_fork_in_parent() { g_mutex.load()->unlock(); }

void after_fork_in_child() { g_mark.load()->store(kFresh); }

std::atomic<std::uint32_t>* make_mark() {
  const std::size_t size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::bad_alloc();
  ::madvise(page, size, MADV_WIPEONFORK);
  auto* mark = new (page) std::atomic<std::uint32_t>(kFresh);
  g_mutex.store(new OwnMutex);
  g_mark.store(mark);
  ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  return mark;
}

std::uint64_t renew_generation() noexcept {
  static std::atomic<std::uint32_t>* const mark = make_mark();
  std::uint32_t seen = kFresh;
  if (mark->compare_exchange_strong(seen, kRenewing)) {
    if (g_generation.load() > 0) {
      auto* const mutex = new OwnMutex;
      mutex->inherited = g_mutex.load();
      g_mutex.store(mutex);
    }
    g_generation.fetch_add(1);
    mark->store(kReady, std::memory_order_release);
  }
  while (mark->load(std::memory_order_acquire) != kReady) ::sched_yield();
  return g_generation.load();
}

// When the library is loaded: a fork during a first call would otherwise find the mark half made.
[[gnu::constructor]] void begin_first_generation() { renew_generation(); }

}  // namespace

std::uint64_t process_generation() noexcept {
  const std::atomic<std::uint32_t>* mark = g_mark.load(std::memory_order_acquire);
  if (mark != nullptr && mark->load(std::memory_order_acquire) == kReady) {
    return g_generation.load(std::memory_order_relaxed);
  }
  return renew_generation();
}

ProcessLock::ProcessLock() {
  process_generation();  // in a child: replaces the mutex first
  g_mutex.load()->lock();
}

ProcessLock::~ProcessLock() { g_mutex.load()->unlock(); }

}  // namespace tokenry::storage
