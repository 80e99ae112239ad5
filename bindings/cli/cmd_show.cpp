// show: prints all about one token.
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "times.hpp"
#include "token_ref.hpp"
#include "token_view.hpp"

namespace tokenry::cli {

void add_show(Command program, Context& context) {
  Command command = program.add("show", "Show all about a token");
  const auto token = std::make_shared<std::string>();
  command.text("T", *token, "", kTokenHelp, Needed::kYes);
  command.when_chosen([&context, token] {
    context.command = [&context, token] {
      const TokenRef ref(*token);
      const Store store = context.open_store();
      const TokenInfo info = store.show(ref.resolve(store));
      if (context.options.json) {
        context.output.line(token_json_with_note(info));
      } else {
        print_token(info, now_ms(), context.output);
      }
      return kExitDone;
    };
  });
}

}  // namespace tokenry::cli
