// A forked child that talks with its parent over pipes and is always reaped by its pid.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace tokenry::test {

// No wait of these tests is longer: a hang is a failure with a name.
inline constexpr int kPatienceMs = 30'000;

// The address sanitizer's allocator takes no part in fork(): a thread that is just beginning, as
// that of a store's maintenance after the first use, may hold a lock of it, for which the child
// would wait for ever. So there, and there alone, threads get the time to begin; those that never
// rest are not waited for.
inline void let_threads_begin() {
#ifdef __SANITIZE_ADDRESS__
  const auto all_rest = [] {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      if (task.path().filename() == std::to_string(::getpid())) continue;
      std::string line;
      std::getline(std::ifstream(task.path() / "stat"), line);
      const std::size_t name_end = line.rfind(')');
      if (name_end != std::string::npos && line.compare(name_end + 2, 1, "S") != 0) return false;
    }
    return true;
  };
  int rests = 0;
  for (int i = 0; i < 100 && rests < 5; ++i) {
    rests = all_rest() ? rests + 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
#endif
}

// One end of the talk. Single characters are signals; what a child says last is why it failed.
class Link {
 public:
  Link(int in, int out) : in_(in), out_(out) {}

  void say(const std::string& text) const {
    if (::write(out_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("the other side has gone");
    }
  }

  // The next character; 0 if the other side has gone or says nothing in time.
  char hear(int patience_ms = kPatienceMs) const {
    pollfd waiting{in_, POLLIN, 0};
    char heard = 0;
    if (::poll(&waiting, 1, patience_ms) != 1 || ::read(in_, &heard, 1) != 1) return 0;
    return heard;
  }

  void expect(char wanted) const {
    const char heard = hear();
    if (heard != wanted) {
      throw std::runtime_error(std::string("expected to hear ") + wanted + ", heard " + heard +
                               rest());
    }
  }

  // Ends the child as failed, for this reason.
  void require(bool holds, const std::string& what) const {
    if (!holds) throw std::runtime_error(what);
  }

  // All that the other side still says until it closes.
  std::string rest() const {
    std::string all;
    while (const char heard = hear(1000)) all += heard;
    return all;
  }

 private:
  int in_;
  int out_;
};

enum class Leave { at_once, by_exit };  // _exit(2), or exit(3) with its handlers and destructors
enum class Make { by_fork, by_raw_clone };  // the latter runs no pthread_atfork handler

class Child {
 public:
  // Answers 0 where all went well.
  using Body = std::function<int(const Link&)>;

  explicit Child(const Body& body, Leave leave = Leave::at_once, Make make = Make::by_fork) {
    if (::pipe(to_child_) != 0 || ::pipe(to_parent_) != 0) std::abort();
    std::fflush(nullptr);
    let_threads_begin();
    pid_ = make == Make::by_fork
               ? ::fork()
               : static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
    if (pid_ < 0) std::abort();
    if (pid_ == 0) run(body, leave);
    ::close(to_child_[0]);
    ::close(to_parent_[1]);
  }

  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  Link link() const { return Link(to_parent_[0], to_child_[1]); }
  void say(char signal) const { link().say(std::string(1, signal)); }
  char hear(int patience_ms = kPatienceMs) const { return link().hear(patience_ms); }
  void send_signal(int number) const { ::kill(pid_, number); }

  // Waits for the end. "" if the child ended well, else why not.
  std::string end(int patience_ms = kPatienceMs) {
    const int status = reap(patience_ms);
    const std::string said = link().rest();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
    if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status)) + ": " + said;
    return "signal " + std::to_string(WTERMSIG(status)) + ": " + said;
  }

  // Waits for the end; the status as waitpid gives it.
  int reap(int patience_ms = kPatienceMs) {
    const auto give_up_at =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > give_up_at) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    pid_ = -1;
    return status;
  }

  void kill_at_once() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  [[noreturn]] void run(const Body& body, Leave leave) {
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
    const Link link(to_child_[0], to_parent_[1]);
    int code = 1;
    try {
      code = body(link);
    } catch (const std::exception& error) {
      const std::string text = error.what();
      if (::write(to_parent_[1], text.data(), text.size()) < 0) code = 2;
    }
    if (leave == Leave::by_exit) std::exit(code);
    ::_exit(code);
  }

  int to_child_[2] = {-1, -1};
  int to_parent_[2] = {-1, -1};
  pid_t pid_ = -1;
};

// Whether it comes to hold within the time; asks every few milliseconds.
inline bool eventually(const std::function<bool()>& holds, int patience_ms) {
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up_at) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace tokenry::test
