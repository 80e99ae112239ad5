#include "engine/maintainer.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "engine/store.hpp"
#include "storage/process.hpp"

namespace tokenry::engine {

using storage::ProcessLock;

namespace {

constexpr std::chrono::seconds kInterval(5);

}  // namespace

struct Maintainer::Thread {
  std::uint64_t generation = 0;
  std::mutex mutex;
  std::condition_variable wakes;
  bool ends = false;
  std::thread thread;

  void run(Store& store) {
    std::unique_lock lock(mutex);
    while (!wakes.wait_for(lock, kInterval, [this] { return ends; })) {
      lock.unlock();
      maintain(store);
      lock.lock();
    }
  }

  // Nothing that goes wrong here may end the host.
  static void maintain(Store& store) noexcept {
    try {
      const base::Result<Maintenance> done = store.maintain();
      if (done.ok()) return;
      store.report_seldom(LogLevel::warning, "maintenance failed: " + done.status().text());
    } catch (const std::exception&) {
      // Out of memory: another round comes.
    }
  }

  void end() {
    {
      const std::lock_guard lock(mutex);
      ends = true;
    }
    wakes.notify_all();
    thread.join();
  }
};

Maintainer::Maintainer(bool enabled) : enabled_(enabled) {}

Maintainer::~Maintainer() { stop(); }

void Maintainer::ensure_running(Store& store) noexcept {
  const std::uint64_t now = storage::process_generation();
  if (generation_.load(std::memory_order_relaxed) != now) start(store, now);
}

bool Maintainer::was_needed() const noexcept {
  return generation_.load(std::memory_order_relaxed) == storage::process_generation();
}

void Maintainer::start(Store& store, std::uint64_t generation) noexcept {
  const ProcessLock held;
  if (generation_.load() == generation) return;
  generation_.store(generation);
  // What a parent left behind cannot be joined or destroyed here.
  if (thread_) static_cast<void>(thread_.release());
  if (!enabled_ || stopped_) return;
  // The host's signals are for its own threads.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    auto made = std::make_unique<Thread>();
    made->generation = generation;
    made->thread = std::thread([thread = made.get(), &store] { thread->run(store); });
    thread_ = std::move(made);
  } catch (const std::exception&) {
    // Without it uses are folded when the store closes, or by another process.
    thread_ = nullptr;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Maintainer::stop() noexcept {
  std::unique_ptr<Thread> ending;
  {
    const ProcessLock held;
    stopped_ = true;
    ending = std::move(thread_);
  }
  if (!ending) return;
  if (ending->generation == storage::process_generation()) {
    ending->end();
  } else {
    static_cast<void>(ending.release());
  }
}

}  // namespace tokenry::engine
