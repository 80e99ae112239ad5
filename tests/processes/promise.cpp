// The promise, measured: no verification that begins after a secret was ended, in any process,
// answers ok for it; and none before it was to end is denied. A secret ends when tokenry_revoke()
// returned, or a rotation at once, or the first use of a new secret that retires the old one.
//
// Verifiers in several processes judge tokens in a loop while an editor makes and ends them. All
// write down what they did on one clock, in memory that they share. The checks must be able to
// fail: each fault below breaks one of the promises on purpose, and the run then passes only if the
// check found it.
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/child.hpp"
#include "support/scratch.hpp"
#include "tokenry.hpp"

namespace tokenry::test {
namespace {

enum class Fault {
  none,
  cached_verdicts,  // verifiers answer from memory: revocations go unseen
  early_revocation  // the editor writes down only afterwards that it ends one: denials come early
};

struct Plan {
  int process_count = 8;
  int thread_count = 4;
  double seconds = 5;
  Fault fault = Fault::none;
};

constexpr std::size_t kTokenCount = 1 << 14;
constexpr std::size_t kLiveCount = 64;  // tokens that verifiers look at, at any time

// 0 means "not yet".
struct Token {
  std::array<char, 96> text;
  std::atomic<std::int64_t> end_called_ns;
  std::atomic<std::int64_t> end_returned_ns;
};

struct Shared {
  std::atomic<std::uint64_t> published;  // tokens [0, published) may be read
  std::atomic<bool> stop;
  std::atomic<std::uint64_t> verified;
  std::atomic<std::uint64_t> allowed;
  std::atomic<std::uint64_t> began_after_return;
  std::atomic<std::uint64_t> began_soon_after_return;  // within 100 microseconds
  std::atomic<std::uint64_t> stale_yes;
  std::atomic<std::uint64_t> early_no;
  std::atomic<std::uint64_t> other_answers;
  std::array<Token, kTokenCount> tokens;
};

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// One verifying thread; its own counts, added up at the end.
class Verifier {
 public:
  Verifier(Shared& shared, const Store& store, Fault fault, std::uint64_t seed)
      : shared_(shared), store_(store), fault_(fault), random_(seed * 2 + 1) {
    if (fault_ == Fault::cached_verdicts) cached_.resize(kTokenCount);
  }

  void run() {
    while (!shared_.stop.load(std::memory_order_relaxed)) {
      const std::uint64_t published = shared_.published.load(std::memory_order_acquire);
      if (published == 0) continue;
      random_ = random_ * 6364136223846793005 + 1442695040888963407;
      const std::uint64_t window = std::min<std::uint64_t>(published, kLiveCount);
      look_at(published - 1 - (random_ >> 33) % window);
    }
    shared_.verified += verified_;
    shared_.allowed += allowed_;
    shared_.began_after_return += began_after_return_;
    shared_.began_soon_after_return += began_soon_after_return_;
    shared_.stale_yes += stale_yes_;
    shared_.early_no += early_no_;
    shared_.other_answers += other_answers_;
  }

 private:
  void look_at(std::size_t index) {
    const Token& token = shared_.tokens[index];
    const std::int64_t began_ns = now_ns();
    const Reason reason = judge(index);
    const std::int64_t returned_ns = token.end_returned_ns.load();
    const std::int64_t called_ns = token.end_called_ns.load();
    const bool began_after_return = returned_ns != 0 && returned_ns < began_ns;
    ++verified_;
    began_after_return_ += began_after_return;
    began_soon_after_return_ += began_after_return && began_ns - returned_ns < 100'000;
    allowed_ += reason == Reason::kAllowed;
    stale_yes_ += reason == Reason::kAllowed && began_after_return;
    const bool ended = reason == Reason::kRevoked || reason == Reason::kRetiredSecret;
    early_no_ += ended && called_ns == 0;
    other_answers_ += reason != Reason::kAllowed && !ended;
  }

  Reason judge(std::size_t index) {
    if (fault_ == Fault::cached_verdicts && cached_[index]) return Reason::kAllowed;
    const Reason reason = store_.verify(shared_.tokens[index].text.data()).reason();
    if (fault_ == Fault::cached_verdicts) cached_[index] = reason == Reason::kAllowed;
    return reason;
  }

  Shared& shared_;
  const Store& store_;
  Fault fault_;
  std::uint64_t random_;
  std::vector<bool> cached_;
  std::uint64_t verified_ = 0;
  std::uint64_t allowed_ = 0;
  std::uint64_t began_after_return_ = 0;
  std::uint64_t began_soon_after_return_ = 0;
  std::uint64_t stale_yes_ = 0;
  std::uint64_t early_no_ = 0;
  std::uint64_t other_answers_ = 0;
};

void verify_in_threads(Shared& shared, const Store& store, const Plan& plan, int process) {
  std::vector<std::thread> threads;
  for (int i = 0; i < plan.thread_count; ++i) {
    threads.emplace_back([&shared, &store, &plan, seed = process * 100 + i] {
      Verifier(shared, store, plan.fault, static_cast<std::uint64_t>(seed)).run();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void publish(Shared& shared, Store& store, std::size_t index, std::vector<std::uint64_t>& ids) {
  const std::string label = std::to_string(index);
  const Issued issued =
      store.create("promise", {.owner = "owner", .label = label, .note = {}, .scopes = {}});
  std::memcpy(shared.tokens[index].text.data(), issued.token().data(), issued.token().size());
  ids.push_back(issued.info().id);
  shared.published.store(index + 1, std::memory_order_release);
}

enum class Ending { revoke, rotate_at_once, retire_on_use };
constexpr int kEndings = 3;

// Ends the token's first secret, each in one of the ways.
void end_secret(Shared& shared, Store& store, std::size_t index, std::uint64_t id, Fault fault) {
  Token& token = shared.tokens[index];
  const auto ending = static_cast<Ending>(index % kEndings);
  std::string fresh;
  if (ending == Ending::retire_on_use) {
    fresh = store.rotate("promise", id, {.retires_on_use = true}).token();
  }
  if (fault != Fault::early_revocation) token.end_called_ns.store(now_ns());
  switch (ending) {
    case Ending::revoke:
      store.revoke("promise", {id});
      break;
    case Ending::rotate_at_once:
      static_cast<void>(store.rotate("promise", id, {.at_once = true}));
      break;
    case Ending::retire_on_use:
      if (!store.verify(fresh).allowed()) throw std::runtime_error("a new secret is denied");
      break;
  }
  token.end_returned_ns.store(now_ns());
  if (fault != Fault::early_revocation) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  token.end_called_ns.store(now_ns());
}

// Makes tokens and ends each some time later, until the time or the room for tokens is up.
std::size_t edit(Shared& shared, Store& store, const Plan& plan) {
  const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(plan.seconds * 1e9);
  std::vector<std::uint64_t> ids;
  std::size_t ended = 0;
  while (now_ns() < end_ns && ids.size() < kTokenCount) {
    publish(shared, store, ids.size(), ids);
    // Half of the window is alive and half ended.
    if (ids.size() > kLiveCount / 2) {
      end_secret(shared, store, ended, ids[ended], plan.fault);
      ++ended;
    }
    // Leaves the processor to the verifiers; at memory speed all tokens would be gone at once.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  shared.stop = true;
  return ended;
}

// Says what does not hold; all of it, not the first alone.
bool check(bool holds, const char* what) {
  if (!holds) std::printf("FAILED: %s\n", what);
  return holds;
}
bool all_hold(std::initializer_list<bool> checks) {
  return std::find(checks.begin(), checks.end(), false) == checks.end();
}

bool judge_run(const Shared& shared, std::size_t ended, const Plan& plan) {
  std::printf(
      "%d processes x %d threads: %llu verifications, %llu allowed, %zu ended, %llu "
      "verifications began after one returned (%llu within 100 us): %llu stale yes, %llu early no, "
      "%llu other answers\n",
      plan.process_count, plan.thread_count,
      static_cast<unsigned long long>(shared.verified.load()),
      static_cast<unsigned long long>(shared.allowed.load()), ended,
      static_cast<unsigned long long>(shared.began_after_return.load()),
      static_cast<unsigned long long>(shared.began_soon_after_return.load()),
      static_cast<unsigned long long>(shared.stale_yes.load()),
      static_cast<unsigned long long>(shared.early_no.load()),
      static_cast<unsigned long long>(shared.other_answers.load()));
  // Enough was seen for a no to mean something.
  const bool seen = all_hold(
      {check(ended >= 20, "at least 20 secrets ended"),
       check(shared.allowed >= 1000, "at least 1000 verifications allowed"),
       check(shared.began_after_return >= 1000, "at least 1000 verifications began after an end"),
       check(shared.other_answers == 0, "only ok, revoked and retired_secret are answered")});
  const bool stale = shared.stale_yes != 0;
  const bool early = shared.early_no != 0;
  switch (plan.fault) {
    case Fault::none:
      return all_hold({seen, check(!stale, "no ok after a secret was ended"),
                       check(!early, "no denial before it was to end")});
    case Fault::cached_verdicts:
      return all_hold({seen, check(stale, "cached verdicts are found out")});
    case Fault::early_revocation:
      return all_hold({seen, check(early, "denials before the time written down are found out")});
  }
  return false;
}

bool run(const Plan& plan) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "store";
  create_store(path, "promise");
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return check(false, "shared memory");
  auto& shared = *new (memory) Shared{};

  std::size_t ended = 0;
  bool all_ended_well = true;
  if (plan.process_count <= 1) {
    // All in this process, where the thread sanitizer sees every thread.
    Store store = Store::open(path);
    std::thread verifiers([&] { verify_in_threads(shared, store, plan, 0); });
    ended = edit(shared, store, plan);
    verifiers.join();
  } else {
    std::vector<std::unique_ptr<Child>> children;
    for (int process = 0; process < plan.process_count; ++process) {
      children.push_back(std::make_unique<Child>([&, process](const Link&) {
        const Store store = Store::open(path);
        verify_in_threads(shared, store, plan, process);
        return 0;
      }));
    }
    Store store = Store::open(path);
    ended = edit(shared, store, plan);
    for (const auto& child : children) {
      const std::string trouble = child->end();
      all_ended_well = check(trouble.empty(), trouble.c_str()) && all_ended_well;
    }
  }
  const bool kept = judge_run(shared, ended, plan);
  ::munmap(memory, sizeof(Shared));
  return all_ended_well && kept;
}

bool parse(int count, char** arguments, Plan& plan) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    const std::string value = arguments[i + 1];
    if (name == "--processes") {
      plan.process_count = std::stoi(value);
    } else if (name == "--threads") {
      plan.thread_count = std::stoi(value);
    } else if (name == "--seconds") {
      plan.seconds = std::stod(value);
    } else if (name == "--fault" && value == "cached-verdicts") {
      plan.fault = Fault::cached_verdicts;
    } else if (name == "--fault" && value == "early-revocation") {
      plan.fault = Fault::early_revocation;
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

}  // namespace
}  // namespace tokenry::test

int main(int count, char** arguments) {
  tokenry::test::Plan plan;
  if (!tokenry::test::parse(count, arguments, plan)) {
    std::fprintf(stderr,
                 "usage: promise [--processes N] [--threads N] [--seconds S]\n"
                 "               [--fault cached-verdicts|early-revocation]\n");
    return 2;
  }
  try {
    return tokenry::test::run(plan) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "promise: %s\n", error.what());
    return 1;
  }
}
