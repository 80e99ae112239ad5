#include "delivery.hpp"

#include <cerrno>

#include "failure.hpp"
#include "json.hpp"

namespace tokenry::cli {

void add_delivery_options(Command& command, DeliveryOptions& options) {
  command.text("--out", options.out, "FILE",
               "Write the token to a new file of mode 0600 instead of standard output");
  command.text("--as", options.as, "token|header|env",
               "What FILE holds: the token, the default; a header line for curl -H @FILE; or "
               "TOKENRY_TOKEN=...");
}

Delivery::Delivery(const DeliveryOptions& options) : out_(options.out) {
  if (!options.as) return;
  if (!options.out) fail_usage("--as says what the file of --out holds; give --out FILE too");
  if (*options.as == "header") {
    form_ = Form::kHeader;
  } else if (*options.as == "env") {
    form_ = Form::kEnvironment;
  } else if (*options.as != "token") {
    fail_usage("--as: give token, header or env, not \"" + *options.as + "\"");
  }
}

void Delivery::prepare() {
  if (out_) file_.emplace(*out_);
}

std::optional<DeliveryFailure> Delivery::deliver(Context& context, const Issued& issued) {
  if (file_ && !write_file(issued)) return DeliveryFailure{"--out: cannot write " + *out_, errno};
  if (!print(context, issued)) {
    const int error_number = errno;
    if (!file_) return DeliveryFailure{"cannot write to standard output", error_number};
    fail_io("the token is in " + *out_ + ", but standard output failed", error_number);
  }
  if (!context.options.json) {
    const std::string shown = issued.info().owner + "/" + issued.info().label;
    print_notice(out_ ? "the token of " + shown + " is in " + *out_ + "; it is not shown again"
                      : "copy it now, it is not shown again");
  }
  return std::nullopt;
}

bool Delivery::write_file(const Issued& issued) noexcept {
  switch (form_) {
    case Form::kHeader:
      return file_->write({"Authorization: whm ", issued.info().owner, ":", issued.token(), "\n"});
    case Form::kEnvironment:
      return file_->write({"TOKENRY_TOKEN=", issued.token(), "\n"});
    case Form::kToken:
      break;
  }
  return file_->write({issued.token(), "\n"});
}

// The token's text is written from where the library holds it; a token is of characters that JSON
// takes as they are.
bool Delivery::print(Context& context, const Issued& issued) const {
  if (context.options.json) {
    const std::string rest = created_json_tail(issued.info()) + "\n";
    if (file_) return context.output.write_secret({"{\"token\":null,", rest});
    return context.output.write_secret({"{\"token\":\"", issued.token(), "\",", rest});
  }
  return file_ || context.output.write_secret({issued.token(), "\n"});
}

}  // namespace tokenry::cli
