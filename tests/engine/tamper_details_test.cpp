// A sealed store whose details, owners or label index were changed in the file. No verification
// reads them, so the token goes on as its record says; but nothing they say is believed, and they
// keep nobody from stopping it.
#include "engine/listing.hpp"
#include "storage/registry.hpp"
#include "tamper_fixture.hpp"

namespace tokenry::engine {
namespace {

class TamperedDetails : public TamperTest {
 protected:
  void SetUp() override {
    TamperTest::SetUp();
    given("root/bad", {"restart"});
    given("root/good", {"restart"});
  }
  void tamper_with_bad() { flip(details("root/bad"), 74 * 8); }

  // Takes a row out of the file, which needs no key either.
  void remove_details(std::string_view name) {
    const storage::ProcessLock held;
    auto environment = storage::open_environment(held, directory());
    ASSERT_TRUE(environment.ok());
    {
      const auto write = storage::WriteTransaction::begin(*environment, storage::Growth::spare);
      ASSERT_TRUE(write.ok());
      const storage::NumberKey key(model::slot_of(id_of(name)));
      ASSERT_TRUE((*write)->remove(storage::Table::details, key).ok());
      ASSERT_TRUE((*write)->commit().ok());
    }
    storage::release_environment(held, *std::move(environment));
  }
};

TEST_F(TamperedDetails, EveryBitCounts) {
  const ByteList row = details("root/bad");
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    ASSERT_EQ(show_code("root/bad"), Code::tampered) << "byte " << bit / 8;
  });
  EXPECT_EQ(show_code("root/bad"), Code::ok);
}

TEST_F(TamperedDetails, LeaveVerificationAlone) {
  tamper_with_bad();
  EXPECT_EQ(verify("root/bad", {"restart"}), Reason::allowed);
}

TEST_F(TamperedDetails, AreCountedAndNamedByStat) {
  tamper_with_bad();
  EXPECT_EQ(tampered_count(), 1U);
  EXPECT_EQ(first_tampered(), "details of slot 0");
}

TEST_F(TamperedDetails, HideNeitherTheirTokenNorOthersFromAList) {
  tamper_with_bad();
  Listing listing(store_, {});
  const auto bad = listing.next();
  ASSERT_TRUE(bad.ok() && *bad);
  EXPECT_TRUE((*bad)->token.tampered);
  EXPECT_EQ((*bad)->token.details.id, id_of("root/bad"));
  const auto good = listing.next();
  ASSERT_TRUE(good.ok() && *good);
  EXPECT_FALSE((*good)->token.tampered);
}

TEST_F(TamperedDetails, DoNotStopRevocation) {
  tamper_with_bad();
  EXPECT_EQ(revoke("root/bad"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::revoked);
  EXPECT_EQ(find("root/bad"), id_of("root/bad"));
  EXPECT_EQ(create("root/bad"), Code::ok) << "the label is free";
  EXPECT_EQ(purge("root/bad"), Code::ok);
  EXPECT_EQ(tampered_count(), 0U);
}

TEST_F(TamperedDetails, DoNotStopSuspension) {
  tamper_with_bad();
  EXPECT_EQ(suspend("root/bad"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::suspended);
}

TEST_F(TamperedDetails, DoNotSaveATokenFromItsOwnersSuspension) {
  tamper_with_bad();
  ASSERT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::owner_suspended);
  EXPECT_EQ(verify("root/good"), Reason::owner_suspended);
  ASSERT_EQ(resume_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::allowed);
}

TEST_F(TamperedDetails, DoNotSaveATokenFromItsOwnersCeiling) {
  tamper_with_bad();
  ASSERT_EQ(set_ceiling("root", {"edit-dns"}), Code::ok);
  EXPECT_EQ(verify("root/bad", {"restart"}), Reason::scope_denied);
  EXPECT_EQ(verify("root/good", {"restart"}), Reason::scope_denied);
  ASSERT_EQ(set_ceiling("root", {"all"}), Code::ok);
  EXPECT_EQ(verify("root/bad", {"restart"}), Reason::scope_denied) << "never widened again";
  EXPECT_EQ(verify("root/good", {"restart"}), Reason::allowed);
}

TEST_F(TamperedDetails, DoNotSaveATokenFromItsOwnersEnd) {
  tamper_with_bad();
  ASSERT_EQ(delete_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::revoked);
  EXPECT_EQ(verify("root/good"), Reason::revoked);
}

TEST_F(TamperedDetails, FollowARenamedOwnerByTheRecord) {
  tamper_with_bad();
  ASSERT_EQ(rename_owner("root", "admin"), Code::ok);
  EXPECT_EQ(verify_text("whm admin:" + text_of("root/bad")), Reason::allowed);
  EXPECT_EQ(verify_text("whm root:" + text_of("root/bad")), Reason::owner_mismatch);
  ASSERT_EQ(suspend_owner("admin"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::owner_suspended);
}

TEST_F(TamperedDetails, MissingOnesAreNoBetter) {
  remove_details("root/bad");
  EXPECT_EQ(show_code("root/bad"), Code::tampered);
  EXPECT_EQ(first_tampered(), "details of slot 0");
  EXPECT_EQ(revoke("root/bad"), Code::ok);
  EXPECT_EQ(verify("root/bad"), Reason::revoked);
}

TEST_F(TamperedDetails, OfTheSlotsEarlierTokenDoNotStopRevocation) {
  given("root/one");
  const ByteList earlier = details("root/one");
  revoke("root/one");
  purge("root/one");
  given("root/two");
  ASSERT_EQ(model::slot_of(id_of("root/one")), model::slot_of(id_of("root/two")));
  tamper(details("root/two"), earlier);
  EXPECT_NE(show_code("root/two"), Code::ok) << "sealed for this slot, but for another token";
  ASSERT_EQ(suspend_owner("root"), Code::ok);
  EXPECT_EQ(verify("root/two"), Reason::owner_suspended);
  ASSERT_EQ(revoke("root/two"), Code::ok);
  EXPECT_EQ(verify("root/two"), Reason::revoked);
}

// ---- owners

class TamperedOwner : public TamperTest {};

TEST_F(TamperedOwner, EveryBitCounts) {
  given("root/bot");
  const ByteList row = owner_row("root");
  with_each_flipped(row, all_bits(row), [&](std::size_t bit) {
    ASSERT_EQ(store_->owner("root").code(), Code::tampered) << "byte " << bit / 8;
  });
}

TEST_F(TamperedOwner, GetsNoNewTokensAndIsToldByStat) {
  given("root/bot");
  flip(owner_row("root"), 16 * 8);
  EXPECT_EQ(create("root/new"), Code::tampered);
  EXPECT_EQ(first_tampered(), "owner root");
  EXPECT_EQ(verify("root/bot"), Reason::allowed) << "the record says all that counts";
  EXPECT_EQ(revoke("root/bot"), Code::ok);
}

// ---- the label index, which has no seals

class TamperedIndex : public TamperTest {
 protected:
  // Lets OWNER/LABEL lead to another token.
  void redirect(std::string_view name, std::uint64_t to) {
    const auto [owner, label] = split(name);
    std::string entry(owner);
    entry += '\0';
    entry += label;
    entry.append(2, '\0');
    ByteList from(entry.begin(), entry.end());
    from.resize(from.size() + 8);
    ByteList with = from;
    base::store_le(&from[from.size() - 8], id_of(name), 8);
    base::store_le(&with[with.size() - 8], to, 8);
    tamper(from, with);
  }
};

TEST_F(TamperedIndex, DoesNotLeadARevocationToAnotherToken) {
  given("root/leaked");
  given("root/fine");
  redirect("root/leaked", id_of("root/fine"));
  EXPECT_EQ(store_->find("root", "leaked").code(), Code::tampered);
  EXPECT_EQ(store_->find("root", "fine").code(), Code::ok);
}

TEST_F(TamperedIndex, IsCountedByStat) {
  given("root/leaked");
  given("root/fine");
  redirect("root/leaked", id_of("root/fine"));
  EXPECT_EQ(tampered_count(), 1U);
  EXPECT_EQ(first_tampered(), "label of slot 0");
}

TEST_F(TamperedIndex, StillRevokesById) {
  given("root/leaked");
  given("root/fine");
  redirect("root/leaked", id_of("root/fine"));
  EXPECT_EQ(revoke("root/leaked"), Code::ok);
  EXPECT_EQ(verify("root/leaked"), Reason::revoked);
  EXPECT_EQ(verify("root/fine"), Reason::allowed);
}

}  // namespace
}  // namespace tokenry::engine
