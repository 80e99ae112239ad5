// rotate: gives a token a new secret; the old one goes on working for a while, or ends at once.
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "delivery.hpp"
#include "json.hpp"
#include "secret_io.hpp"
#include "times.hpp"
#include "token_ref.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

struct RotateOptions {
  std::string token;
  std::optional<std::string> overlap;
  bool retire_on_use = false;
  bool finish = false;
  bool abort = false;
  DeliveryOptions delivery;
};

void check_combination(const RotateOptions& options) {
  if (options.finish && options.abort) fail_usage("give either --finish or --abort, not both");
  const bool makes_secret =
      options.overlap || options.retire_on_use || options.delivery.out || options.delivery.as;
  if ((options.finish || options.abort) && makes_secret) {
    fail_usage(std::string(options.finish ? "--finish" : "--abort") +
               " makes no new secret: it cannot stand with --overlap, --retire-on-use, --out or "
               "--as");
  }
}

Rotation parse_rotation(const RotateOptions& options) {
  Rotation rotation;
  rotation.retires_on_use = options.retire_on_use;
  if (!options.overlap) return rotation;
  const std::optional<std::int64_t> overlap_ms = read_span(*options.overlap);
  if (!overlap_ms) {
    fail_usage(
        "--overlap: give 24h, 7d, 30m (minutes), 90s, 2w, or 0 to end the old secret at once, not "
        "\"" +
        *options.overlap + "\"");
  }
  rotation.overlap_ms = *overlap_ms;
  rotation.at_once = *overlap_ms == 0;
  if (rotation.at_once && rotation.retires_on_use) {
    fail_usage(
        "--retire-on-use needs an overlap: with --overlap 0 the old secret ends before the new one "
        "is used");
  }
  return rotation;
}

// The secret that nobody got cannot be taken back, and need not be: it is replaced by the next one,
// since nobody used it.
[[noreturn]] void fail_delivery(const Rotation& rotation, const TokenInfo& token,
                                const DeliveryFailure& failure) {
  const std::string old_secret =
      rotation.at_once ? "the old one no longer works"
                       : "the old one works until " + rfc3339(token.overlap_ends_at_ms);
  fail_io(failure.what + ", so the new secret is lost and " + old_secret +
              "; run the same command again, which replaces the lost secret",
          failure.error_number);
}

void print_remark(const Rotation& rotation, const TokenInfo& token) {
  if (rotation.at_once) {
    print_notice("the old secret no longer works");
    return;
  }
  print_notice("the old secret works until " + rfc3339(token.overlap_ends_at_ms) + " (" +
               relative(token.overlap_ends_at_ms, token.secret_created_at_ms) + ")" +
               (token.retires_on_use ? ", or until the new one is first used" : ""));
}

int run_rotate(Context& context, const RotateOptions& options) {
  const TokenRef ref(options.token);
  const Rotation rotation = parse_rotation(options);
  Delivery delivery(options.delivery);
  protect_process_memory();
  Store store = context.open_store();
  const std::uint64_t id = ref.resolve(store);
  delivery.prepare();
  const Issued issued = store.rotate(context.actor(), id, rotation);
  if (const auto failure = delivery.deliver(context, issued)) {
    fail_delivery(rotation, issued.info(), *failure);
  }
  if (!context.options.json) print_remark(rotation, issued.info());
  return kExitDone;
}

int run_end(Context& context, const RotateOptions& options) {
  const TokenRef ref(options.token);
  Store store = context.open_store();
  const std::uint64_t id = ref.resolve(store);
  const TokenInfo after = options.finish ? store.finish_rotation(context.actor(), id)
                                         : store.abort_rotation(context.actor(), id);
  if (context.options.json) {
    context.output.line(token_json_with_note(after));
  } else {
    print_token(after, now_ms(), context.output);
  }
  return kExitDone;
}

}  // namespace

void add_rotate(Command program, Context& context) {
  Command command =
      program.add("rotate", "Give a token a new secret; the old one works on for a while");
  const auto options = std::make_shared<RotateOptions>();
  command.text("T", options->token, "", kTokenHelp, Needed::kYes);
  command.text("--overlap", options->overlap, "SPAN",
               "How long the old secret goes on working: 24h, the default, 7d, 30m (minutes), up "
               "to 366d; 0 ends it at once");
  command.flag("--retire-on-use", options->retire_on_use,
               "End the old secret as soon as the new one is first used");
  command.flag("--finish", options->finish, "End the old secret now; make no new one");
  command.flag("--abort", options->abort, "Go back to the old secret while it still works");
  add_delivery_options(command, options->delivery);
  command.when_chosen([&context, options] {
    context.command = [&context, options] {
      check_combination(*options);
      return options->finish || options->abort ? run_end(context, *options)
                                               : run_rotate(context, *options);
    };
  });
}

}  // namespace tokenry::cli
