// What every command stands on: the options before the command, the store they name, the output.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tokenry.hpp>

#include "output.hpp"

namespace tokenry::cli {

// The options that every command takes.
struct GlobalOptions {
  std::optional<std::string> store;
  std::optional<std::string> key_file;
  std::optional<std::string> actor;
  bool json = false;
};

class Context {
 public:
  GlobalOptions options;
  Output output;
  // The command that the arguments chose; it returns the exit code.
  std::function<int()> command;

  // --store, else $TOKENRY_STORE, else the user's default_store_directory().
  [[nodiscard]] std::string store_directory() const;

  // Whether store_directory() is the default one.
  [[nodiscard]] bool uses_default_store() const;

  // --actor, else who called sudo, else the login name.
  [[nodiscard]] std::string actor() const;

  // Opens the store. Throws Error.
  [[nodiscard]] Store open_store();

  // The newest line that the store logged: why a verification could not be judged, or what was
  // found altered; "" if there is none.
  [[nodiscard]] const std::string& logged() const { return logged_; }

 private:
  std::string logged_;
};

// /var/lib/tokenry for root, else tokenry below $XDG_DATA_HOME; always an absolute path.
std::string default_store_directory();

// Asks on the terminal before a change of many tokens at once. Where there is no terminal, or the
// answer is not yes, throws a usage Failure. assume_yes (--yes) skips the question.
void confirm(const std::string& question, bool assume_yes);

}  // namespace tokenry::cli
