// New tokens as they go out to C.
#pragma once

#include <memory>
#include <vector>

#include "base/secret.hpp"
#include "engine/store.hpp"
#include "outputs.hpp"
#include "tokenry.h"

namespace tokenry::capi {

struct IssuedOut : tokenry_issued {
  IssuedOut(const engine::Issued& issued, const model::Catalog& catalog)
      : tokenry_issued{}, info_(issued.token, catalog) {
    text_.append(issued.text.view());
    text_.append(std::string_view("\0", 1));
    struct_size = sizeof(tokenry_issued);
    token_size = static_cast<uint32_t>(text_.size() - 1);
    token = text_.data();
    info = &info_;
  }

 private:
  base::SecretText<tokenry::token::TokenText::capacity() + 1> text_;  // wiped when it ends
  TokenInfoOut info_;
};

struct IssuedListOut : tokenry_issued_list {
  IssuedListOut() : tokenry_issued_list{} { struct_size = sizeof(tokenry_issued_list); }

  void add(std::unique_ptr<IssuedOut> issued_token) {
    pointers_.push_back(issued_token.get());
    owned_.push_back(std::move(issued_token));
    count = pointers_.size();
    issued = pointers_.data();
  }
  void clear() {
    owned_.clear();
    pointers_.clear();
    count = 0;
    issued = nullptr;
  }
  std::unique_ptr<IssuedOut> take_only() { return std::move(owned_.front()); }

 private:
  std::vector<std::unique_ptr<IssuedOut>> owned_;
  std::vector<const tokenry_issued*> pointers_;
};

}  // namespace tokenry::capi
