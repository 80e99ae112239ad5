// Verification: text -> record -> verdict. The snapshot begins after the call did, so a revocation
// that returned before the call is always seen.
#include "engine/judgement.hpp"
#include "engine/store.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;

model::Verdict Store::verify(const Request& request) { return Judgement(*this, request).run(); }

Result<std::uint64_t> Store::identify(std::string_view credentials) {
  VerifyCall call(*this, credentials);
  if (call.outcome() != model::Reason::allowed) {
    return Status(Code::invalid_argument, std::string("the text is not a token of this store (") +
                                              model::reason_name(static_cast<int>(call.outcome())) +
                                              ")");
  }
  if (!call.load()) return call.failure();
  if (call.shown_secret() == Shown::none) {
    return Status(Code::not_found,
                  "no token has this secret; the id in its text is " + id_text(call.id()));
  }
  return call.id();
}

std::string id_text(std::uint64_t id) {
  std::string text(token::kIdText, '0');
  token::print_id(id, text.data());
  return text;
}

}  // namespace tokenry::engine
