// An unsealed store believes its file, but no byte in a row may bring the process down, and a
// secret that does not match never gets an `ok`.
#include "engine/listing.hpp"
#include "tamper_fixture.hpp"

namespace tokenry::engine {
namespace {

class TamperedUnsealed : public TamperTest {
 protected:
  void SetUp() override {
    make_store({.sealed = false});
    given("root/bot", {"edit-dns"}, {.note = "a note"});
    given("root/gone");
    revoke("root/gone");
  }

  // Everything that reads, and changes up to their commit.
  void use_all() {
    const std::uint64_t id = id_of("root/bot");
    const Reason reason =
        store_->verify({.credentials = text_of("root/bot"), .required = {}}).reason;
    EXPECT_LE(static_cast<int>(reason), model::kReasonCount);
    Listing listing(store_, {});
    for (auto next = listing.next(); next.ok() && *next; next = listing.next()) {
      EXPECT_NE((*next)->token.details.id, 0U);
    }
    EXPECT_TRUE(store_->facts().ok());
    std::vector<Code> codes(1);
    for (const auto action : {Store::Action::suspend, Store::Action::revoke}) {
      const Status status = store_->act(kActor, action, {&id, 1}, true, codes);
      EXPECT_EQ(status.code(), codes[0]);
    }
    TokenEdit change;
    change.id = id;
    change.label = "other";
    change.set_scopes = model::ScopeBits::everything();
    const auto edited = store_->edit(kActor, change, true);
    EXPECT_TRUE(edited.ok() || !edited.status().text().empty());
    const auto owners = store_->owners();
    EXPECT_TRUE(owners.ok() || !owners.status().text().empty());
    const auto catalog = store_->catalog();
    EXPECT_TRUE(catalog.ok() || !catalog.status().text().empty());
  }

  // Each byte with a low and the high bit changed.
  void use_all_with_every_byte_changed(const ByteList& row) {
    std::vector<std::size_t> bits;
    for (std::size_t byte = 0; byte < row.size(); ++byte) {
      bits.push_back(8 * byte + byte % 7);
      bits.push_back(8 * byte + 7);
    }
    with_each_flipped(row, bits, [&](std::size_t /*bit*/) { use_all(); });
  }
};

TEST_F(TamperedUnsealed, ARecordWithoutTheSecretsHashIsUnknown) {
  const ByteList row = record("root/bot");
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    EXPECT_EQ(verify("root/bot") == Reason::unknown, !secret_still_matches(bit)) << bit;
  });
}

TEST_F(TamperedUnsealed, UnknownFlagsAndKindsAreNeverOk) {
  std::vector<std::size_t> bits;
  for (std::size_t bit = 105 * 8; bit < 108 * 8; ++bit) {
    // All but those that a record may have by itself: owner suspended, and those of a rotation.
    const std::size_t flag = bit - 106 * 8;
    if (flag < 2 || (flag > 4 && flag != 7)) bits.push_back(bit);
  }
  with_each_flipped(record("root/bot"), bits, [&](std::size_t bit) {
    EXPECT_NE(verify("root/bot"), Reason::allowed) << bit;
  });
}

TEST_F(TamperedUnsealed, NoByteOfARecordBringsItDown) {
  use_all_with_every_byte_changed(record("root/bot"));
}
TEST_F(TamperedUnsealed, NoByteOfADetailsRowBringsItDown) {
  use_all_with_every_byte_changed(details("root/bot"));
}
TEST_F(TamperedUnsealed, NoByteOfAnOwnerRowBringsItDown) {
  use_all_with_every_byte_changed(owner_row("root"));
}
TEST_F(TamperedUnsealed, NoByteOfAScopeRowBringsItDown) {
  use_all_with_every_byte_changed(scope_row(1));
}
TEST_F(TamperedUnsealed, NoByteOfTheControlRowBringsItDown) {
  use_all_with_every_byte_changed(control_row());
}
TEST_F(TamperedUnsealed, NoByteOfTheCountersRowBringsItDown) {
  use_all_with_every_byte_changed(counters_row());
}

TEST_F(TamperedUnsealed, DamagedDetailsDoNotStopRevocation) {
  ByteList row = details("root/bot");
  ByteList changed = row;
  changed[0] = 9;  // a row version that does not exist
  tamper(row, changed);
  EXPECT_NE(show_code("root/bot"), Code::ok);
  EXPECT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(verify("root/bot"), Reason::revoked);
}

}  // namespace
}  // namespace tokenry::engine
