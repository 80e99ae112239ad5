// What somebody who can write data.mdb does to log and rows, and what finds it.
#include <filesystem>

#include "log_fixture.hpp"

namespace tokenry::engine {
namespace {

class LogTamper : public LogTest {
 protected:
  // Puts data.mdb back as it was.
  void keep_file() { copy_to("kept.mdb"); }
  void put_file_back() {
    close();
    std::filesystem::copy_file(scratch_.path("kept.mdb"), directory() + "/data.mdb",
                               std::filesystem::copy_options::overwrite_existing);
    reopen();
  }
  Status check_kept(const token::Head& head) { return store_->check_head(head); }
  ByteList details_row(std::string_view name) {
    return row_of(*store_, storage::Table::details, model::slot_of(id_of(name)));
  }
  void put_details(std::string_view name, const ByteList& row) {
    put_row(directory(), storage::Table::details, storage::NumberKey(model::slot_of(id_of(name))),
            row);
  }

 private:
  void copy_to(const std::string& name) {
    close();
    std::filesystem::copy_file(directory() + "/data.mdb", scratch_.path(name));
    reopen();
  }
};

TEST_F(LogTamper, NothingIsFoundWhereNothingWasDone) {
  EXPECT_EQ(findings(), Names{});
  given("root/a", {"restart"});
  given("root/b");
  given("anna/c");
  edit("root/a", {.note = "n"});
  suspend("root/b");
  revoke("root/a");
  purge("root/a");
  given("root/reuses-the-slot");
  set_ceiling("root", {"restart"});
  suspend_owner("anna");
  rename_owner("anna", "beth");
  add_scope("new");
  (void)store_->set_frozen(kActor, true);
  EXPECT_EQ(findings(), Names{});
  delete_owner("beth");
  EXPECT_EQ(findings(), Names{});
  reopen();
  EXPECT_EQ(findings(), Names{});
}

TEST_F(LogTamper, EveryFlippedBitOfAnEventIsFound) {
  given("root/a");
  given("root/b");
  const ByteList row = event_row(2);
  for (std::size_t bit = 0; bit < 8 * row.size(); bit += 43) {
    put_event(2, with_flipped_bit(row, bit));
    ASSERT_FALSE(findings().empty()) << "bit " << bit;
  }
  put_event(2, row);
  EXPECT_EQ(findings(), Names{});
}

TEST_F(LogTamper, ARemovedEventIsFound) {
  given("root/a");
  given("root/b");
  given("root/c");
  remove_event(2);
  remove_event(3);
  EXPECT_EQ(findings(), Names{"events 2 to 3 are missing"});
}

TEST_F(LogTamper, ACutEndIsFound) {
  given("root/a");
  remove_event(2);
  EXPECT_EQ(findings(), Names{"event 2 is missing"});
}

TEST_F(LogTamper, AnAddedEventIsFound) {
  given("root/a");
  model::Event event;
  event.operation = model::Operation::frozen;
  event.sequence = 3;
  event.actor = "forger";
  ByteList row = record::encode_event(event);
  const auto hash = token::chain_next(store_->head()->hash, row);
  row.insert(row.end(), hash.begin(), hash.end());
  put_event(3, row);
  EXPECT_EQ(findings(), Names{"the log goes on after its head, which stands at event 2"});
}

TEST_F(LogTamper, AnExchangedLastEventIsFound) {
  given("root/a");
  ByteList body = event_row(2);
  body.resize(body.size() - 32);
  body[40] ^= 1;
  const ByteList first = event_row(1);
  token::ChainHash before{};
  std::copy(first.end() - 32, first.end(), before.begin());
  const auto hash = token::chain_next(before, body);
  body.insert(body.end(), hash.begin(), hash.end());
  put_event(2, body);
  EXPECT_EQ(findings(), Names{"the log's head does not fit event 2"});
}

TEST_F(LogTamper, AnAlteredOrMissingHeadIsFound) {
  given("root/a");
  const ByteList head = head_row();
  put_head(with_flipped_bit(head, 8 * 20));
  EXPECT_EQ(findings(), Names{"the log's head was altered"});
  EXPECT_EQ(store_->head().code(), Code::tampered);
  EXPECT_EQ(store_->facts()->tampered_first, "head of the log");
  remove_row(directory(), storage::Table::meta, base::as_bytes("head"));
  EXPECT_EQ(findings(), Names{"the log's head is missing"});
  EXPECT_EQ(store_->head().code(), Code::tampered);
}

TEST_F(LogTamper, AnOldDetailsRowPutBackIsFound) {
  given("root/a");
  const ByteList old_row = details_row("root/a");
  rename("root/a", "renamed");
  put_details("root/a", old_row);
  EXPECT_EQ(store_->facts()->tampered_first, "label of slot 0") << "its own seal holds";
  EXPECT_EQ(findings(), Names{"the details row of slot 0 is not the one that event 3 wrote: an "
                              "older one was put back, or it was altered"});
}

TEST_F(LogTamper, AnOldPageOfRecordsPutBackIsFound) {
  given("root/a");
  const ByteList old_page = row_of(*store_, storage::Table::verifiers, 0);
  revoke("root/a");
  EXPECT_EQ(verify("root/a"), Reason::revoked);
  put_row(directory(), storage::Table::verifiers, storage::NumberKey(0), old_page);
  EXPECT_EQ(verify("root/a"), Reason::allowed) << "verification alone cannot know";
  EXPECT_EQ(findings(), Names{"the record of slot 0 is not the one that event 3 wrote: an older "
                              "one was put back, or it was altered"});
}

TEST_F(LogTamper, AnOldControlRowPutBackIsFound) {
  const ByteList old_row = row_of(*store_, storage::Table::control, "control");
  (void)store_->set_frozen(kActor, true);
  put_row(directory(), storage::Table::control, base::as_bytes("control"), old_row);
  EXPECT_EQ(findings(), Names{"the control row is not the one that event 2 wrote: an older one "
                              "was put back, or it was altered"});
}

TEST_F(LogTamper, ARemovedRowPutBackIsFound) {
  given("anna/a");
  const ByteList owner = row_of(*store_, storage::Table::owners, "anna");
  delete_owner("anna");
  put_row(directory(), storage::Table::owners, base::as_bytes("anna"), owner);
  EXPECT_EQ(findings(), Names{"the row of owner anna is there again, though event 4 removed it"});
}

TEST_F(LogTamper, ARemovedRowIsFound) {
  given("anna/a");
  remove_row(directory(), storage::Table::owners, base::as_bytes("anna"));
  remove_row(directory(), storage::Table::details, storage::NumberKey(0));
  remove_row(directory(), storage::Table::scopes, storage::NumberKey(3));
  remove_row(directory(), storage::Table::verifiers, storage::NumberKey(0));
  EXPECT_EQ(findings(), (Names{"the details row of slot 0 is missing, though event 2 wrote it",
                               "the row of owner anna is missing, though event 2 wrote it",
                               "the record of slot 0 is missing, though event 2 wrote it",
                               "the row of scope 3 is missing, though event 1 wrote it"}));
}

// Rows, log and head all put back together: consistent in itself.
TEST_F(LogTamper, AWholeFilePutBackIsFoundByAKeptHeadAlone) {
  given("root/a");
  keep_file();
  revoke("root/a");
  const token::Head kept = *store_->head();
  EXPECT_TRUE(check_kept(kept).ok());
  put_file_back();
  EXPECT_EQ(verify("root/a"), Reason::allowed);
  EXPECT_EQ(findings(), Names{});
  const Status status = check_kept(kept);
  EXPECT_EQ(status.code(), Code::tampered);
  EXPECT_EQ(status.text(),
            "the log ends at event 2, before the kept head at event 3: it was cut, or the store "
            "was put back from an older copy");
}

TEST_F(LogTamper, AFilePutBackThatWentOnIsFoundByAKeptHead) {
  given("root/a");
  keep_file();
  revoke("root/a");
  const token::Head kept = *store_->head();
  put_file_back();
  given("root/b");
  given("root/c");
  const Status status = check_kept(kept);
  EXPECT_EQ(status.code(), Code::tampered);
  EXPECT_EQ(status.text(),
            "another event stands at the place of the kept head, event 3: the log was exchanged");
}

TEST_F(LogTamper, AKeptHeadHoldsWhileTheLogGoesOn) {
  const token::Head first = *store_->head();
  given("root/a");
  const token::Head second = *store_->head();
  given("root/b");
  EXPECT_TRUE(check_kept(first).ok());
  EXPECT_TRUE(check_kept(second).ok());
}

TEST_F(LogTamper, AKeptHeadThatIsNotThisStoresIsRefused) {
  token::Head forged = *store_->head();
  forged.at_ms += 1;
  EXPECT_EQ(check_kept(forged).code(), Code::tampered);
  EXPECT_EQ(check_kept(forged).text(), "the kept head was not signed by this store");
  token::Head other = *store_->head();
  other.store_id[0] ^= 1;
  EXPECT_EQ(check_kept(other).code(), Code::invalid_argument);
}

TEST_F(LogTamper, WithABrokenLogOnlyWhatStopsTokensGoesThrough) {
  given("root/a");
  given("root/b");
  remove_event(3);
  const Names broken = findings();
  ASSERT_FALSE(broken.empty());
  EXPECT_EQ(create("root/c"), Code::tampered);
  EXPECT_EQ(rename("root/a", "x"), Code::tampered);
  EXPECT_EQ(add_scope("new"), Code::tampered);
  EXPECT_TRUE(log_.empty());
  EXPECT_EQ(revoke("root/a"), Code::ok);
  EXPECT_EQ(verify("root/a"), Reason::revoked);
  EXPECT_EQ(log_, Names{"the log does not fit its head: data.mdb was changed from outside"});
  EXPECT_EQ(suspend("root/b"), Code::ok);
  EXPECT_TRUE(store_->set_frozen(kActor, true).ok());
  // The damage is still to be seen, and the events were added.
  EXPECT_EQ(read_log().back(), "frozen");
  EXPECT_FALSE(findings().empty());
  EXPECT_EQ(create("root/c"), Code::tampered);
}

TEST_F(LogTamper, AReplayedHeadNeverOverwritesEvents) {
  given("root/a");
  const ByteList old_head = head_row();
  given("root/b");
  put_head(old_head);
  const ByteList third = event_row(3);
  EXPECT_EQ(create("root/c"), Code::tampered);
  EXPECT_EQ(revoke("root/a"), Code::ok);
  EXPECT_EQ(event_row(3), third);
  EXPECT_EQ(read_log().back(), "revoked a");
}

TEST_F(LogTamper, RowsThatAreNoEventsDoNotKeepATokenFromBeingStopped) {
  given("root/a");
  given("root/b");
  put_row(directory(), storage::Table::events, base::as_bytes("\xFFjunk"), base::as_bytes("junk"));
  EXPECT_EQ(findings().front(), "a row of the log cannot be read");
  EXPECT_EQ(create("root/c"), Code::tampered);
  EXPECT_EQ(revoke("root/a"), Code::ok);
  EXPECT_EQ(verify("root/a"), Reason::revoked);
  remove_row(directory(), storage::Table::events, base::as_bytes("\xFFjunk"));
  put_event(UINT64_MAX, event_row(3));
  EXPECT_EQ(create("root/c"), Code::tampered);
  EXPECT_EQ(revoke("root/b"), Code::ok);
  EXPECT_EQ(verify("root/b"), Reason::revoked);
  EXPECT_FALSE(findings().empty());
}

TEST_F(LogTamper, AllOfTheLogRemovedIsFound) {
  given("root/a");
  for (std::uint64_t sequence = last(); sequence > 0; --sequence) remove_event(sequence);
  remove_row(directory(), storage::Table::meta, base::as_bytes("head"));
  EXPECT_EQ(findings(), Names{"the log's head is missing"});
  EXPECT_EQ(create("root/b"), Code::tampered);
  EXPECT_EQ(revoke("root/a"), Code::ok);
  EXPECT_FALSE(findings().empty());
}

TEST_F(LogTamper, AnUnsealedStoreHasAChainAndAHeadWithoutSignature) {
  make_store({.sealed = false});
  given("root/a");
  const token::Head head = *store_->head();
  EXPECT_EQ(head.sequence, 2U);
  EXPECT_EQ(head.signature, token::Signature{});
  EXPECT_EQ(store_->public_key(), token::PublicKey{});
  EXPECT_EQ(findings(), Names{});
  EXPECT_TRUE(check_kept(head).ok());
  ByteList row = event_row(2);
  row[40] ^= 1;
  put_event(2, row);
  EXPECT_EQ(findings(), Names{"event 2 was altered"});
  remove_event(2);
  EXPECT_EQ(create("root/b"), Code::store_damaged);
  EXPECT_EQ(check_kept(head).code(), Code::tampered);
}

}  // namespace
}  // namespace tokenry::engine
