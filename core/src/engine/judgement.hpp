// One verification judged step by step, in the order of docs/design.md, Verdicts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/store.hpp"
#include "engine/verify_call.hpp"
#include "model/verdict.hpp"
#include "usage/limits.hpp"

namespace tokenry::engine {

class Judgement {
 public:
  Judgement(Store& store, const Request& request);

  model::Verdict run();

 private:
  // What a step came to: on to the next one, the verdict stands, or all again on a newer snapshot.
  enum class Step { on, done, again };

  void judge_until_done();
  Step judge();
  Step deny(model::Reason reason);
  Step unavailable(const std::string& why);

  Step tampered(const std::string& what);
  Step not_committed(const base::Status& why);
  // Without the snapshot: who receives the line may verify on this thread.
  void report(const std::string& line);
  Step check_secret();
  Step check_token();
  Step check_conditions();
  Step check_scopes();
  Step charge_limits();
  Step charge_rates(usage::Cell& cell);
  Step spend_use(usage::Cell& cell);
  Step lease_uses(usage::Cell& cell, std::uint16_t tag);
  Step retire_previous();
  void give_charges_back();
  void record_use();
  void record_denial();
  void note_secret(const usage::SlotCell& cell);
  usage::SlotCell cell();

  Store& store_;
  const Request& request_;
  VerifyCall call_;
  model::Verdict verdict_;
  Shown shown_ = Shown::none;
  std::optional<record::Conditions> conditions_;
  std::array<usage::RateWindow, model::kMaxRates> windows_{};
  usage::OlderTags older_tags_;
  usage::Cells* cells_ = nullptr;
  bool rates_charged_ = false;
  bool use_spent_ = false;
  bool counted_ = false;  // something that is to be folded
};

}  // namespace tokenry::engine
