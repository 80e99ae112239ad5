// How the text of a new token, or its new secret, reaches who asked for it: on standard output, or
// in a file of its own. Shared by the commands that make one.
#pragma once

#include <optional>
#include <string>
#include <tokenry.hpp>

#include "arguments.hpp"
#include "context.hpp"
#include "secret_file.hpp"

namespace tokenry::cli {

// --out and --as, as they were typed.
struct DeliveryOptions {
  std::optional<std::string> out;
  std::optional<std::string> as;
};

// Declares --out and --as. options must outlive the parsing.
void add_delivery_options(Command& command, DeliveryOptions& options);

// Why nobody got the text.
struct DeliveryFailure {
  std::string what;
  int error_number = 0;
};

class Delivery {
 public:
  // Checks the options. Throws a usage Failure.
  explicit Delivery(const DeliveryOptions& options);

  // Makes the file, if there is to be one: before the token is made, so that a path that cannot be
  // written costs none. Throws Failure.
  void prepare();

  // Writes the text, and prints the rest of what `create` prints. A value if the text got nowhere:
  // the token is of no use then. Throws Failure where the text is in the file, but standard output
  // failed.
  [[nodiscard]] std::optional<DeliveryFailure> deliver(Context& context, const Issued& issued);

 private:
  enum class Form { kToken, kHeader, kEnvironment };

  [[nodiscard]] bool write_file(const Issued& issued) noexcept;
  [[nodiscard]] bool print(Context& context, const Issued& issued) const;

  std::optional<std::string> out_;
  Form form_ = Form::kToken;
  std::optional<SecretFile> file_;
};

}  // namespace tokenry::cli
