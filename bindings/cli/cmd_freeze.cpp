// freeze and thaw: the whole store at once.
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"

namespace tokenry::cli {
namespace {

int answer(Context& context, bool frozen) {
  if (context.options.json) {
    context.output.line(frozen_json(frozen));
  } else {
    context.output.line(frozen ? "frozen: every token is refused until thaw" : "thawed");
  }
  return kExitDone;
}

int run_freeze(Context& context, bool assume_yes) {
  Store store = context.open_store();
  confirm("Refuse every token of " + context.store_directory() + " until thaw?", assume_yes);
  store.freeze(context.actor());
  return answer(context, true);
}

int run_thaw(Context& context, bool assume_yes) {
  Store store = context.open_store();
  confirm("Let the tokens of " + context.store_directory() + " work again?", assume_yes);
  store.thaw(context.actor());
  return answer(context, false);
}

void add_one(Command program, Context& context, const char* name, const char* help,
             int (*run)(Context&, bool)) {
  Command command = program.add(name, help);
  const auto yes = std::make_shared<bool>(false);
  command.flag("--yes", *yes, "Do not ask; needed where there is no terminal");
  command.when_chosen([&context, run, yes] {
    context.command = [&context, run, yes] { return run(context, *yes); };
  });
}

}  // namespace

void add_freeze_thaw(Command program, Context& context) {
  add_one(program, context, "freeze", "Refuse every token until thaw", run_freeze);
  add_one(program, context, "thaw", "Let the tokens of a frozen store work again", run_thaw);
}

}  // namespace tokenry::cli
