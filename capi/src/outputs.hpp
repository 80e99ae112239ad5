// Objects that go out to C: each is the C struct with the memory that it points into.
#pragma once

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

  const char* const* data() const { return pointers_.data(); }
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::vector<const char*> pointers_;
};

struct TokenInfoOut : tokenry_token_info {
  TokenInfoOut(model::Token token, const model::Catalog& catalog);

 private:
  model::TokenDetails details_;
  std::string id_text_;
  NameArray scopes_;
  NameArray effective_scopes_;
};

struct OwnerInfoOut : tokenry_owner_info {
  OwnerInfoOut(engine::OwnerSummary summary, const model::Catalog& catalog);

 private:
  model::Owner owner_;
  NameArray ceiling_;
};

}  // namespace tokenry::capi
