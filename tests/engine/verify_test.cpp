// What a verification answers to every kind of credentials.
#include <sodium.h>

#include <random>

#include "store_fixture.hpp"
#include "token/text.hpp"

namespace tokenry::engine {
namespace {

class Verify : public StoreTest {
 protected:
  static std::string basic(const std::string& text) {
    std::string encoded(sodium_base64_ENCODED_LEN(text.size(), sodium_base64_VARIANT_ORIGINAL), 0);
    ::sodium_bin2base64(encoded.data(), encoded.size(),
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                        sodium_base64_VARIANT_ORIGINAL);
    return "Basic " + encoded.substr(0, encoded.find('\0'));
  }

  // A well-formed token with a secret that nobody has.
  static std::string forged(std::uint64_t id) {
    const base::SecretBytes<token::kSecretSize> secret;
    token::TokenText text;
    token::print_token("tkry", id, secret.span(), text);
    return std::string(text.view());
  }
};

// ---- forms

TEST_F(Verify, EveryFormOfHeader) {
  given("root/bot", {"edit-dns"});
  const std::string text = text_of("root/bot");
  for (const std::string& credentials :
       {text, "Bearer " + text, "bearer " + text, "Token " + text, "whm root:" + text,
        "WHM root:" + text, "cpanel root:" + text, basic("root:" + text), basic(text + ":"),
        "Authorization: whm root:" + text, "authorization: Bearer " + text + "\r\n"}) {
    EXPECT_EQ(verify_text(credentials, {"edit-dns"}), Reason::allowed) << credentials.substr(0, 15);
    EXPECT_EQ(verify_text(credentials, {"kill-dns"}), Reason::scope_denied);
  }
}

TEST_F(Verify, NothingIsNoCredentials) {
  EXPECT_EQ(verify_text(""), Reason::no_credentials);
  EXPECT_EQ(verify_text("  \t "), Reason::no_credentials);
  EXPECT_EQ(verify_text("Authorization: "), Reason::no_credentials);
}

TEST_F(Verify, BadHeadersAreToldAsSuch) {
  given("root/bot");
  const std::string text = text_of("root/bot");
  EXPECT_EQ(verify_text("Digest " + text), Reason::bad_header);
  EXPECT_EQ(verify_text("whm :" + text), Reason::bad_header);
  EXPECT_EQ(verify_text("Bearer " + text + ", Bearer " + text), Reason::bad_header);
  EXPECT_EQ(verify_text("Basic %%%"), Reason::bad_header);
  EXPECT_EQ(verify_text(text + std::string("\0", 1)), Reason::bad_header);
}

TEST_F(Verify, WhatIsNoTokenTextIsMalformed) {
  given("root/bot");
  const std::string text = text_of("root/bot");
  EXPECT_EQ(verify_text("x"), Reason::malformed);
  EXPECT_EQ(verify_text(text + "0"), Reason::malformed);
  EXPECT_EQ(verify_text(text.substr(1)), Reason::malformed);
  EXPECT_EQ(verify_text("acme" + text.substr(4)), Reason::malformed);
}

TEST_F(Verify, OneChangedDigitAnywhereIsMalformed) {
  given("root/bot");
  for (std::size_t i = 5; i < text_of("root/bot").size(); ++i) {
    std::string changed = text_of("root/bot");
    changed[i] = changed[i] == '7' ? '8' : '7';
    EXPECT_EQ(verify_text(changed), Reason::malformed) << i;
  }
}

TEST_F(Verify, GarbageOfAnySizeIsDenied) {
  given("root/bot");
  std::mt19937_64 random(7);
  for (const std::size_t size : {1U, 55U, 56U, 300U, 8192U, 8193U, 1U << 20}) {
    std::string garbage(size, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    const Reason reason = verify_text(garbage);
    EXPECT_TRUE(reason == Reason::bad_header || reason == Reason::malformed) << size;
  }
}

// ---- unknown

TEST_F(Verify, AWrongSecretIsUnknown) {
  given("root/bot");
  EXPECT_EQ(verify_text(forged(id_of("root/bot"))), Reason::unknown);
}

TEST_F(Verify, InAnEmptyStoreEveryTokenIsUnknown) {
  EXPECT_EQ(verify_text(forged(0)), Reason::unknown);
  EXPECT_EQ(verify_text(forged(UINT64_MAX)), Reason::unknown);
}

TEST_F(Verify, IdsBeyondTheEndAreUnknown) {
  given("root/bot");
  for (const std::uint32_t slot : {31U, 32U, 1'000'000U, UINT32_MAX}) {
    EXPECT_EQ(verify_text(forged(model::make_id(1, slot))), Reason::unknown) << slot;
  }
}

TEST_F(Verify, SlotsNeverUsedAreUnknown) {
  given("root/bot");
  EXPECT_EQ(verify_text(forged(model::make_id(0, 1))), Reason::unknown);
  EXPECT_EQ(verify_text(forged(model::make_id(0, 30))), Reason::unknown);
}

TEST_F(Verify, AnotherGenerationIsUnknown) {
  given("root/bot");
  EXPECT_EQ(verify_text(forged(id_of("root/bot") + (1ULL << 32))), Reason::unknown);
}

TEST_F(Verify, AnotherStoresTokenIsUnknown) {
  given("root/bot");
  const std::string text = text_of("root/bot");
  make_store();
  given("root/bot");
  EXPECT_EQ(verify_text(text), Reason::unknown);
}

TEST_F(Verify, NothingIsToldOfATokenWhoseSecretWasNotShown) {
  given("root/bot", {"edit-dns"});
  revoke("root/bot");
  const model::Verdict verdict = judge(forged(id_of("root/bot")));
  EXPECT_EQ(verdict.reason, Reason::unknown);
  EXPECT_EQ(verdict.id, 0U);
  EXPECT_TRUE(verdict.effective.empty());
  EXPECT_EQ(verdict.expires_at_ms, 0);
}

// ---- owners in headers

TEST_F(Verify, TheHeadersUserMustBeTheOwner) {
  given("root/bot");
  given("amy/bot");
  const std::string text = text_of("root/bot");
  EXPECT_EQ(verify_text("whm amy:" + text), Reason::owner_mismatch);
  EXPECT_EQ(verify_text("cpanel Root:" + text), Reason::owner_mismatch);
  EXPECT_EQ(verify_text(basic("amy:" + text)), Reason::owner_mismatch);
  EXPECT_EQ(judge("whm amy:" + text).id, id_of("root/bot")) << "the right secret was shown";
}

TEST_F(Verify, ARenamedOwnerIsKnownByTheNewNameAlone) {
  given("root/bot");
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(verify_text("whm admin:" + text_of("root/bot")), Reason::allowed);
  EXPECT_EQ(verify_text("whm root:" + text_of("root/bot")), Reason::owner_mismatch);
}

TEST_F(Verify, TheOwnerIsJudgedBeforeScopesAndAfterState) {
  given("root/bot");
  const std::string wrong_user = "whm amy:" + text_of("root/bot");
  EXPECT_EQ(verify_text(wrong_user, {"edit-dns"}), Reason::owner_mismatch);
  suspend("root/bot");
  EXPECT_EQ(verify_text(wrong_user), Reason::suspended);
}

// ---- scopes

TEST_F(Verify, AllRequiredScopesMustBeThere) {
  given("root/bot", {"edit-dns", "list-accts"});
  EXPECT_EQ(verify("root/bot", {"edit-dns", "list-accts"}), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"edit-dns", "restart"}), Reason::scope_denied);
}

TEST_F(Verify, ATokenWithoutScopesStillProvesWhoItIs) {
  given("root/bot");
  EXPECT_EQ(verify("root/bot"), Reason::allowed);
  EXPECT_EQ(verify("root/bot", {"edit-dns"}), Reason::scope_denied);
}

TEST_F(Verify, AVerdictNamesTheMissingScopes) {
  given("root/bot", {"edit-dns"});
  const model::Verdict verdict = judge(text_of("root/bot"), {"edit-dns", "restart", "kill-dns"});
  EXPECT_EQ(verdict.reason, Reason::scope_denied);
  EXPECT_EQ(verdict.missing, bits({"restart", "kill-dns"}));
  EXPECT_EQ(verdict.effective, bits({"edit-dns"}));
  EXPECT_EQ(verdict.id, id_of("root/bot"));
}

TEST_F(Verify, SetsOfManyScopesAreJudgedBitByBit) {
  StoreKind kind;
  kind.scopes.clear();
  for (int i = 0; i < 256; ++i) {
    kind.scopes.push_back({.name = "s" + std::to_string(i), .group = "", .text = ""});
  }
  make_store(kind);
  model::ScopeBits granted;
  for (std::size_t bit = 0; bit < 256; ++bit) {
    if (bit % 3 != 0) granted.add(bit);
  }
  given("root/bot");
  TokenEdit change;
  change.set_scopes = granted;
  ASSERT_EQ(edit("root/bot", change), Code::ok);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    model::ScopeBits required = granted;
    required.add(bit);
    const model::Verdict verdict =
        store_->verify({.credentials = text_of("root/bot"), .required = required});
    ASSERT_EQ(verdict.reason, bit % 3 != 0 ? Reason::allowed : Reason::scope_denied) << bit;
    ASSERT_EQ(verdict.missing.count(), bit % 3 != 0 ? 0U : 1U);
  }
}

// ---- verdicts of denials

TEST_F(Verify, WhoShowedTheSecretIsNamedInEveryDenial) {
  given("root/bot", {"edit-dns"});
  suspend("root/bot");
  const model::Verdict verdict = judge(text_of("root/bot"));
  EXPECT_EQ(verdict.id, id_of("root/bot"));
  EXPECT_EQ(verdict.effective, bits({"edit-dns"}));
  EXPECT_TRUE(verdict.missing.empty());
}

// ---- identify

TEST_F(Verify, IdentifyNamesATokenInAnyState) {
  given("root/bot");
  revoke("root/bot");
  const auto id = store_->identify("whm amy:" + text_of("root/bot"));
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(*id, id_of("root/bot"));
}

TEST_F(Verify, IdentifySaysWhatIsNoToken) {
  given("root/bot");
  EXPECT_EQ(store_->identify("x").code(), Code::invalid_argument);
  EXPECT_EQ(store_->identify("").code(), Code::invalid_argument);
  EXPECT_EQ(store_->identify(forged(id_of("root/bot"))).code(), Code::not_found);
  EXPECT_EQ(store_->identify(forged(model::make_id(9, 5000))).code(), Code::not_found);
}

TEST_F(Verify, NoErrorOrLogLineHoldsASecret) {
  given("root/bot");
  std::string text = text_of("root/bot");
  const std::string secret = text.substr(16, 33);
  text[20] = text[20] == '7' ? '8' : '7';
  EXPECT_EQ(store_->identify(text).status().text().find(secret.substr(10)), std::string::npos);
  store_->close();
  store_->verify({.credentials = text_of("root/bot"), .required = {}});
  ASSERT_FALSE(log_.empty());
  for (const std::string& line : log_) EXPECT_EQ(line.find(secret.substr(10)), std::string::npos);
}

}  // namespace
}  // namespace tokenry::engine
