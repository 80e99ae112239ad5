#include "context.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "failure.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

// The variable's value; "" where it is not set, since an empty one means the same.
std::string environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

struct Account {
  std::string name;
  std::string home;
};

// The account of the process's real user; empty fields where the system knows none.
Account login_account() {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 * 1024);
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return {};
  return {entry.pw_name, entry.pw_dir};
}

bool is_absolute(std::string_view path) { return path.substr(0, 1) == "/"; }

// One line from the terminal, without its end.
std::string read_answer() {
  std::string answer;
  char character = '\0';
  while (read(STDIN_FILENO, &character, 1) == 1 && character != '\n') answer += character;
  return answer;
}

}  // namespace

std::string default_store_directory() {
  if (geteuid() == 0) return "/var/lib/tokenry";
  // A relative XDG_DATA_HOME is invalid and to be ignored, as its specification says.
  const std::string data = environment("XDG_DATA_HOME");
  if (is_absolute(data)) return data + "/tokenry";
  std::string home = environment("HOME");
  if (!is_absolute(home)) home = login_account().home;
  if (is_absolute(home)) return home + "/.local/share/tokenry";
  fail_usage("no home directory to find a store in; give --store DIR or set TOKENRY_STORE");
}

bool Context::uses_default_store() const {
  return !options.store && environment("TOKENRY_STORE").empty();
}

std::string Context::store_directory() const {
  if (options.store) {
    if (options.store->empty()) fail_usage("--store: give a directory, not an empty text");
    return *options.store;
  }
  const std::string from_environment = environment("TOKENRY_STORE");
  return from_environment.empty() ? default_store_directory() : from_environment;
}

std::string Context::actor() const {
  if (options.actor) return *options.actor;
  std::string name = environment("SUDO_USER");
  if (name.empty()) name = login_account().name;
  if (!name.empty()) return name;
  return "uid:" + std::to_string(getuid());
}

Store Context::open_store() {
  OpenOptions open_options;
  open_options.log = [this](LogLevel, std::string_view line) { logged_ = line; };
  if (options.key_file) open_options.key_file = *options.key_file;
  return Store::open(store_directory(), open_options);
}

void confirm(const std::string& question, bool assume_yes) {
  if (assume_yes) return;
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
    fail_usage("nothing was changed: without a terminal to ask on, this needs --yes");
  }
  (void)write_all(STDERR_FILENO, printable(question) + " [y/N] ");
  const std::string answer = read_answer();
  if (answer != "y" && answer != "Y" && answer != "yes" && answer != "YES") {
    fail_usage("nothing was changed: the question was not answered with yes");
  }
}

}  // namespace tokenry::cli
