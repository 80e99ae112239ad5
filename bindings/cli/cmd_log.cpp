// log: who changed what and when; exported, checked and followed.
#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <deque>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "codec.hpp"
#include "commands.hpp"
#include "log_json.hpp"
#include "log_verify.hpp"
#include "log_view.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"
#include "token_ref.hpp"

namespace tokenry::cli {
namespace {

constexpr int kPollMs = 500;

struct LogOptions {
  bool follow = false;
  std::optional<std::string> token;
  std::optional<std::string> owner;
  std::optional<std::string> since;
  std::optional<std::string> limit;
  bool export_all = false;
  bool head = false;
  std::optional<std::string> verify;
  bool asks_public_key = false;
  std::optional<std::string> public_key;
};

// ---- which of the command's forms

void check_forms(const LogOptions& options) {
  std::vector<std::string> forms;
  if (options.follow) forms.emplace_back("--follow");
  if (options.export_all) forms.emplace_back("--export");
  if (options.head) forms.emplace_back("--head");
  if (options.verify) forms.emplace_back("--verify");
  if (options.asks_public_key && !options.verify) forms.emplace_back("--public-key");
  if (forms.size() > 1) fail_usage("give either " + join(forms, " or "));
  const bool filters = options.token || options.owner || options.since || options.limit;
  if (filters && !forms.empty() && !options.follow) {
    fail_usage(forms.front() +
               " is of the whole log: leave out --token, --owner, --since and --limit");
  }
  if (options.verify && !options.public_key) {
    fail_usage(
        "--verify: give the store's public key too, --public-key K; log --public-key "
        "prints it where the store is");
  }
  if (!options.verify && options.public_key) {
    fail_usage("--public-key: a key is given with --verify only");
  }
}

LogFilter make_filter(const LogOptions& options, const Store& store) {
  LogFilter filter;
  if (options.token) filter.id = TokenRef(*options.token).resolve(store);
  if (options.owner) {
    if (options.owner->empty()) fail_usage("--owner: give an owner's name");
    filter.owner = *options.owner;
  }
  if (options.since) filter.since_ms = parse_past_time("--since", *options.since, now_ms());
  return filter;
}

// ---- reading

// Reads to the end of the log, past what does not fit; that is told when all else is printed.
class LogWalk {
 public:
  LogWalk(const Store& store, const LogFilter& filter) : log_(store.log(filter)) {}

  // Nothing at the end, for now.
  std::optional<Event> next() {
    for (;;) {
      Status status;
      std::optional<Event> event = log_.next(status);
      if (status.ok()) return event;
      if (status.code() != Code::kTampered) throw Failure(status);
      if (fault_count_++ == 0) first_fault_ = status.message();
    }
  }

  void throw_faults() const {
    if (fault_count_ == 0) return;
    std::string message = first_fault_;
    if (fault_count_ > 1) message += "; " + counted(fault_count_ - 1, "more fault");
    throw Failure(Code::kTampered, message);
  }

 private:
  Log log_;
  std::size_t fault_count_ = 0;
  std::string first_fault_;
};

// More rows of a change are nothing to a person.
bool is_shown(const Event& event, bool json) { return json || event.operation != Operation::kRows; }

// Calls print for each event up to the end of the log, or for the newest of them.
template <typename Print>
void print_events(LogWalk& walk, bool json, std::uint64_t limit, Print&& print) {
  std::deque<Event> newest;
  while (std::optional<Event> event = walk.next()) {
    if (!is_shown(*event, json)) continue;
    if (limit == 0) {
      print(*event);
      continue;
    }
    newest.push_back(*std::move(event));
    if (newest.size() > limit) newest.pop_front();
  }
  for (const Event& event : newest) print(event);
}

int run_list(Context& context, const LogOptions& options, std::uint64_t limit) {
  const Store store = context.open_store();
  LogWalk walk(store, make_filter(options, store));
  Output& output = context.output;
  if (context.options.json) {
    print_events(walk, true, limit, [&](const Event& event) { output.line(event_json(event)); });
  } else {
    Table table(event_headings());
    bool is_empty = true;
    print_events(walk, false, limit, [&](const Event& event) {
      table.add(event_cells(event));
      is_empty = false;
    });
    if (is_empty) {
      print_notice("no events match");
    } else {
      table.print(output);
    }
  }
  output.flush();
  walk.throw_faults();
  return kExitDone;
}

// ---- following

volatile std::sig_atomic_t g_stopped = 0;

void stop(int /*signal*/) { g_stopped = 1; }

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = stop;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

// Waits a while. False when there is nobody to print for: a signal, or a reader that has gone.
bool wait_for_more() {
  pollfd output{STDOUT_FILENO, 0, 0};
  const int ready = poll(&output, 1, kPollMs);
  if (g_stopped != 0) return false;
  if (ready < 0 && errno != EINTR) fail_io("cannot wait for events", errno);
  return ready <= 0 || (output.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

int run_follow(Context& context, const LogOptions& options, std::uint64_t limit) {
  stop_on_signals();
  const Store store = context.open_store();
  LogWalk walk(store, make_filter(options, store));
  const bool json = context.options.json;
  const auto print = [&](const Event& event) {
    context.output.line(json ? event_json(event) : event_line(event));
  };
  print_events(walk, json, limit, print);
  for (;;) {
    context.output.flush();
    walk.throw_faults();
    if (!wait_for_more()) return kExitDone;
    print_events(walk, json, 0, print);
  }
}

// ---- for auditors

// The events up to a head, and the head.
int run_export(Context& context) {
  const Store store = context.open_store();
  const Head head = store.head();
  LogWalk walk(store, LogFilter());
  std::uint64_t sequence = 0;
  while (sequence < head.sequence) {
    const std::optional<Event> event = walk.next();
    if (!event) break;
    sequence = event->sequence;
    context.output.line(event_json(*event));
  }
  context.output.line(export_head_json(head));
  context.output.flush();
  walk.throw_faults();
  return kExitDone;
}

int run_head(Context& context) {
  const Head head = context.open_store().head();
  context.output.line(context.options.json ? head_json(head) : print_head(head));
  return kExitDone;
}

int run_public_key(Context& context) {
  const Head head = context.open_store().head();
  if (head.public_key == PublicKey{}) {
    throw Failure(Code::kConflict, "the store is not sealed: it has no key, and signs nothing");
  }
  context.output.line(context.options.json ? public_key_json(head.public_key)
                                           : print_hex(head.public_key));
  return kExitDone;
}

int run_verify(Context& context, const LogOptions& options) {
  PublicKey key{};
  const auto bytes = parse_hex(*options.public_key, key.size());
  if (!bytes)
    fail_usage("--public-key: give 64 small hexadecimal digits, as log --public-key does");
  std::copy(bytes->begin(), bytes->end(), key.begin());
  const ExportFacts facts = verify_export(*options.verify, key);
  if (context.options.json) {
    context.output.line(export_facts_json(facts));
    return kExitDone;
  }
  std::string text = counted(facts.count, "event");
  if (facts.count != 0) {
    text += ", from " + std::to_string(facts.first) + " to " + std::to_string(facts.last);
  }
  context.output.line("valid: " + text + ", signed " + rfc3339(facts.head.at_ms));
  return kExitDone;
}

int run_log(Context& context, const LogOptions& options) {
  check_forms(options);
  const std::uint64_t limit = options.limit ? parse_count("--limit", *options.limit) : 0;
  if (options.verify) return run_verify(context, options);
  if (options.asks_public_key) return run_public_key(context);
  if (options.head) return run_head(context);
  if (options.export_all) return run_export(context);
  return options.follow ? run_follow(context, options, limit) : run_list(context, options, limit);
}

}  // namespace

void add_log(Command program, Context& context) {
  Command command = program.add("log", "Show who changed what, and when; check an export");
  const auto options = std::make_shared<LogOptions>();
  command.flag("--follow", options->follow, "Go on with what is added, until interrupted");
  command.text("--token", options->token, "T", "Only events of this token; an id also if purged");
  command.text("--owner", options->owner, "O", "Only events of this owner and its tokens");
  command.text("--since", options->since, "E",
               "Only events since then: 7d or 12h ago, 2027-01-31, or an RFC 3339 time");
  command.text("--limit", options->limit, "N", "Only the newest so many");
  command.flag("--export", options->export_all,
               "Print all events as JSON lines and the signed head as the last one");
  command.flag("--head", options->head, "Print the signed head: a line to keep elsewhere");
  command.text("--verify", options->verify, "FILE",
               "Check an export, - for standard input; needs no store");
  command.text_or_flag("--public-key", options->asks_public_key, options->public_key, "K",
                       "The key to verify with; without K: print the store's");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_log(context, *options); };
  });
}

}  // namespace tokenry::cli
