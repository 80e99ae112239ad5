// create: makes a token and shows its text, once.
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "conditions.hpp"
#include "delivery.hpp"
#include "secret_io.hpp"
#include "times.hpp"
#include "token_ref.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

struct CreateTokenOptions {
  std::string owner;
  std::string label;
  std::optional<std::vector<std::string>> scopes;
  bool no_scopes = false;
  std::optional<std::string> expires;
  std::optional<std::string> not_before;
  std::string note;
  std::optional<std::string> like;
  ConditionOptions conditions;
  DeliveryOptions delivery;
};

// The scopes to grant by name; what is wrong with them is said before the store is opened.
void check_scope_options(const CreateTokenOptions& options) {
  const bool has_scopes = options.scopes && !options.scopes->empty();
  if (options.no_scopes && (has_scopes || options.like)) {
    fail_usage("--no-scopes cannot stand with --scope or --like");
  }
  if (!options.no_scopes && !has_scopes && !options.like) {
    fail_usage(
        "a token needs scopes: give --scope S or --like T, or --no-scopes for a token that "
        "may do nothing but prove who it is");
  }
}

std::vector<std::string> scopes_to_grant(const Store& store, const CreateTokenOptions& options,
                                         const std::optional<TokenRef>& like) {
  std::vector<std::string> names = options.scopes.value_or(std::vector<std::string>());
  if (like) {
    const std::vector<std::string> granted = store.show(like->resolve(store)).scopes;
    names.insert(names.end(), granted.begin(), granted.end());
    if (names.empty()) fail_usage("--like: that token has no scopes; give --no-scopes instead");
  }
  return names;
}

// A token whose text nobody has seen is of no use and must not stay.
[[noreturn]] void take_back(Store& store, const std::string& actor, const Issued& issued,
                            const DeliveryFailure& failure) {
  Status status;
  store.revoke(actor, {issued.info().id}, Change::kApply, status);
  if (status.ok()) {
    store.purge(actor, {issued.info().id}, Change::kApply, status);
    fail_io(failure.what + ", so the new token was removed again", failure.error_number);
  }
  fail_io(failure.what + ", and the new token " + issued.info().id_text + " could not be revoked",
          failure.error_number);
}

int run_create(Context& context, const CreateTokenOptions& options) {
  check_scope_options(options);
  Delivery delivery(options.delivery);
  const Conditions conditions = parse_conditions(options.conditions);
  const std::int64_t now = now_ms();
  TokenSpec spec;
  spec.owner = options.owner;
  spec.label = options.label;
  spec.note = options.note;
  if (options.expires) spec.expires_at_ms = parse_time("--expires", *options.expires, now);
  if (options.not_before) {
    spec.not_before_ms = parse_time("--not-before", *options.not_before, now);
  }
  spec.allow_ips = conditions.allow_ips.value_or(std::vector<std::string>());
  spec.max_uses = conditions.max_uses.value_or(0);
  spec.rates = conditions.rates.value_or(std::vector<Rate>());
  std::optional<TokenRef> like;
  if (options.like) like.emplace(*options.like);

  protect_process_memory();
  Store store = context.open_store();
  const std::string actor = context.actor();
  spec.scopes = scope_set(store, scopes_to_grant(store, options, like));
  delivery.prepare();
  const Issued issued = store.create(actor, spec);
  if (const auto failure = delivery.deliver(context, issued)) {
    take_back(store, actor, issued, *failure);
  }
  warn_of_escalation(store, issued.info().scopes);
  return kExitDone;
}

}  // namespace

void add_create(Command program, Context& context) {
  Command command = program.add("create", "Make a token and print its text, once");
  const auto options = std::make_shared<CreateTokenOptions>();
  command.text("OWNER", options->owner, "", "Who it acts for; made if missing", Needed::kYes);
  command.text("LABEL", options->label, "", "Its name, unique among the owner's live tokens",
               Needed::kYes);
  command.list("--scope", options->scopes, "S[,S...]", "What it may do; may be repeated");
  command.flag("--no-scopes", options->no_scopes, "It may do nothing but prove who it is");
  command.text(
      "--expires", options->expires, "WHEN",
      "90d, 12h, 30m (minutes), 1s, 2w; a date, which is that day's end in UTC; an RFC 3339 "
      "time; never, the default");
  command.text("--not-before", options->not_before, "WHEN",
               "When it begins to work, as in --expires; never: at once, the default");
  command.text("--note", options->note, "TEXT", "A remark");
  command.text("--like", options->like, "T", "Grant the scopes of that token, too");
  add_condition_options(command, options->conditions);
  add_delivery_options(command, options->delivery);
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_create(context, *options); };
  });
}

}  // namespace tokenry::cli
