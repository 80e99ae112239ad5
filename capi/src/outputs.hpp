// Objects that go out to C: each is the C struct with the memory that it points into.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store.hpp"
#include "model/catalog.hpp"
#include "model/token.hpp"
#include "tokenry.h"

namespace tokenry::capi {

// Names as an array of C strings, which stays valid as long as this object does.
class NameArray {
 public:
  NameArray() = default;
  explicit NameArray(const std::vector<std::string_view>& names)
      : names_(names.begin(), names.end()) {
    for (const std::string& name : names_) pointers_.push_back(name.c_str());
  }
  NameArray(const NameArray&) = delete;
  NameArray& operator=(const NameArray&) = delete;

  void add(std::string name);

  const char* const* data() const { return pointers_.data(); }
  std::size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // whose elements stay where they are
  std::vector<const char*> pointers_;
};

struct TokenInfoOut : tokenry_token_info {
  TokenInfoOut(model::Token token, const model::Catalog& catalog);

 private:
  void put_usage(const model::TokenUsage& usage);
  void put_conditions();

  model::TokenDetails details_;
  std::string id_text_;
  NameArray scopes_;
  NameArray effective_scopes_;
  NameArray exercised_scopes_;
  NameArray allow_ips_;
  std::string last_used_ip_;
  std::vector<tokenry_rate> rates_;
};

struct OwnerInfoOut : tokenry_owner_info {
  OwnerInfoOut(engine::OwnerSummary summary, const model::Catalog& catalog);

 private:
  model::Owner owner_;
  NameArray ceiling_;
};

}  // namespace tokenry::capi
