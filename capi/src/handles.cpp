#include "handles.hpp"

#include <sched.h>

#include "storage/process.hpp"

namespace tokenry::capi {

namespace {

// How deep a thread can be in calls whose log callback calls the library again.
constexpr std::size_t kDepth = 4;

// Never freed, but taken over by later threads: a closer may look at it at any time.
struct alignas(64) ThreadMark {
  std::array<std::atomic<std::uint64_t>, kDepth> handles{};
  // Marks that other threads of the parent left in a forked child mean nothing there.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<bool> taken{true};
  ThreadMark* next = nullptr;
};

std::atomic<ThreadMark*> g_marks{nullptr};

ThreadMark* take_mark() noexcept {
  for (ThreadMark* mark = g_marks.load(); mark != nullptr; mark = mark->next) {
    bool taken = false;
    if (mark->taken.compare_exchange_strong(taken, true)) return mark;
  }
  auto* mark = new (std::nothrow) ThreadMark;
  if (mark == nullptr) return nullptr;
  mark->next = g_marks.load();
  while (!g_marks.compare_exchange_weak(mark->next, mark)) {
  }
  return mark;
}

struct ThreadMarkHolder {
  ThreadMark* mark = take_mark();
  ~ThreadMarkHolder() {
    if (mark != nullptr) mark->taken.store(false);
  }
};

thread_local ThreadMarkHolder t_mark;

}  // namespace

RunningCall::RunningCall(std::uint64_t handle) noexcept {
  ThreadMark* mark = t_mark.mark;
  if (mark == nullptr) return;
  const std::uint64_t generation = storage::process_generation();
  if (mark->generation.load(std::memory_order_relaxed) != generation) {
    for (auto& place : mark->handles) place.store(0);
    mark->generation.store(generation);
  }
  for (auto& place : mark->handles) {
    if (place.load(std::memory_order_relaxed) != 0) continue;
    // Dekker's handshake with a closer, who takes the handle out of its slot and then looks here.
    place.store(handle, std::memory_order_seq_cst);
    place_ = &place;
    return;
  }
}

RunningCall::~RunningCall() {
  if (place_ != nullptr) place_->store(0, std::memory_order_release);
}

void RunningCall::wait_for_others(std::uint64_t handle) noexcept {
  const std::uint64_t generation = storage::process_generation();
  for (ThreadMark* mark = g_marks.load(); mark != nullptr; mark = mark->next) {
    if (mark == t_mark.mark) continue;
    for (auto& place : mark->handles) {
      while (place.load(std::memory_order_seq_cst) == handle &&
             mark->generation.load() == generation) {
        ::sched_yield();
      }
    }
  }
}

}  // namespace tokenry::capi
