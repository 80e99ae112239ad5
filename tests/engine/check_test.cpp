// What `check` finds in rows that are whole each by itself but do not fit together: what somebody
// can make who writes to the tables without the key, or puts older rows back.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "check_fixture.hpp"
#include "data_file.hpp"
#include "record/token_rows.hpp"
#include "storage/registry.hpp"
#include "storage/write_transaction.hpp"

namespace tokenry::engine {
namespace {

using storage::NumberKey;
using storage::Table;

class Check : public CheckTest {
 protected:
  void SetUp() override {
    CheckTest::SetUp();
    given("amy/one", {"list-accts"});
    given("amy/two", {"edit-dns"});
    given("bob/one", {"all"});
    given("bob/gone");
    ASSERT_EQ(revoke("bob/gone"), Code::ok);
    given("bob/freed");
    ASSERT_EQ(revoke("bob/freed"), Code::ok);
    ASSERT_EQ(purge("bob/freed"), Code::ok);
    ASSERT_EQ(found(), "");
  }

  // Changes tables as LMDB lets anybody do, without a seal.
  void write(const std::function<Status(storage::WriteTransaction&)>& change) {
    std::shared_ptr<storage::Environment> environment;
    const storage::ProcessLock held;
    environment = *storage::open_environment(held, directory());
    {
      auto transaction = storage::WriteTransaction::begin(environment, storage::Growth::allowed);
      ASSERT_TRUE(transaction.ok()) << transaction.status().text();
      const Status status = change(**transaction);
      ASSERT_TRUE(status.ok()) << status.text();
      ASSERT_TRUE((*transaction)->commit().ok());
    }
    storage::release_environment(held, environment);
  }
  void put(Table table, base::Bytes key, base::Bytes value) {
    write([&](storage::WriteTransaction& write) { return write.put(table, key, value); });
  }
  void remove(Table table, base::Bytes key) {
    write([&](storage::WriteTransaction& write) { return write.remove(table, key); });
  }
  // The page of records with the slot's record replaced.
  void put_record(std::uint32_t slot, const ByteList& record) {
    ByteList page = row_of(*store_, Table::verifiers, 0U);
    std::copy(record.begin(), record.end(),
              page.begin() + static_cast<std::ptrdiff_t>(record::offset_of(slot, 31)));
    put(Table::verifiers, NumberKey(0), page);
  }

  std::uint32_t slot(std::string_view name) const { return model::slot_of(id_of(name)); }
  std::string token(std::string_view name) const {
    return "token " + id_text(id_of(name)) + " in slot " + std::to_string(slot(name)) + ": ";
  }
  std::string at_slot(std::string_view name) const {
    return "slot " + std::to_string(slot(name)) + ": ";
  }
  static ByteList id_value(std::uint64_t id) {
    ByteList value(8);
    base::store_le(value.data(), id, 8);
    return value;
  }
};

TEST_F(Check, CountsWhatItLookedAt) {
  const auto report = check();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->rows_checked);
  EXPECT_EQ(report->token_count, 4U);
  // 5 slots used; 4 details, 4 labels, 2 owners, 5 scopes, 1 free slot, control, format, counters.
  // And an event for the store, its catalog's making, each token and what became of two of them,
  // with the head.
  EXPECT_EQ(report->row_count, 5U + 4 + 4 + 2 + 5 + 1 + 3 + 9 + 1);
  EXPECT_GT(report->page_count, 10U);
}

TEST_F(Check, IsCleanAfterEverythingThatAnOperatorDoes) {
  ASSERT_EQ(set_ceiling("amy", {"list-accts"}), Code::ok);
  ASSERT_EQ(suspend_owner("amy"), Code::ok);
  ASSERT_EQ(rename_owner("amy", "eve"), Code::ok);
  ASSERT_EQ(add_scope("later"), Code::ok);
  ASSERT_EQ(set_scopes("bob/one", {"later", "restart"}), Code::ok);
  ASSERT_EQ(rename("bob/one", "other"), Code::ok);
  given("bob/freed");
  ASSERT_EQ(delete_owner("bob"), Code::ok);
  given("bob/anew");
  ASSERT_EQ(suspend_owner("bob"), Code::ok);
  ASSERT_TRUE(store_->set_frozen(kActor, true).ok());
  EXPECT_EQ(found(), "");
}

TEST_F(Check, IsCleanInAnUnsealedStore) {
  make_store({.sealed = false});
  given_a_full_store(60);
  CheckOptions no_key;
  const auto report = check_store(directory(), no_key);
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_TRUE(report->findings.empty()) << report->findings.lines().front();
}

TEST_F(Check, IsCleanWhereTheMapHasAnOddSize) {
  CreateOptions options;
  options.key = &key_;
  options.map_size_bytes = kMinMapSizeBytes + 1;
  ASSERT_TRUE(create_store(scratch_.path("odd"), kActor, options).ok());
  const auto report = check_at(scratch_.path("odd"));
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->findings.empty()) << report->findings.lines().front();
}

TEST_F(Check, ALabelRemovedIsFound) {
  remove(Table::labels, base::as_bytes(record::live_label_key("amy", "one")));
  EXPECT_EQ(found(),
            token("amy/one") + "the label index does not lead to it; its name is not found\n");
}

TEST_F(Check, ALabelLedElsewhereIsFound) {
  put(Table::labels, base::as_bytes(record::live_label_key("amy", "one")),
      id_value(id_of("bob/one")));
  EXPECT_EQ(found(), token("amy/one") +
                         "the label index does not lead to it; its name is not found\n"
                         "label \"amy/one\": leads to token " +
                         id_text(id_of("bob/one")) + ", which has another label\n");
}

TEST_F(Check, ALabelAddedIsFound) {
  put(Table::labels, base::as_bytes(record::live_label_key("amy", "new")),
      id_value(id_of("amy/one")));
  put(Table::labels, base::as_bytes(record::live_label_key("amy", "none")), id_value(77));
  put(Table::labels, base::as_bytes("rubbish"), id_value(id_of("amy/one")));
  put(Table::labels, base::as_bytes(record::live_label_key("amy", "size")), ByteList(7));
  EXPECT_EQ(found(), "label \"amy/new\": leads to token " + id_text(id_of("amy/one")) +
                         ", which has another label\n"
                         "label \"amy/none\": leads to token " +
                         id_text(77) +
                         ", which there is not\n"
                         "label \"amy/size\": its entry has a wrong size\n"
                         "the label index has a key \"rubbish\" that is none: leads to token " +
                         id_text(id_of("amy/one")) + ", which has another label\n");
}

TEST_F(Check, DetailsRemovedAreFound) {
  remove(Table::details, NumberKey(slot("amy/two")));
  EXPECT_NE(found().find(at_slot("amy/two") + "details row"), std::string::npos) << found();
}

TEST_F(Check, DetailsOfAnotherSlotAreFound) {
  put(Table::details, NumberKey(slot("amy/two")), row_of(*store_, Table::details, slot("amy/one")));
  EXPECT_NE(found().find(at_slot("amy/two") + "the seal of details row"), std::string::npos);
}

TEST_F(Check, DetailsWithoutATokenAreFound) {
  put(Table::details, NumberKey(slot("bob/freed")),
      row_of(*store_, Table::details, slot("amy/one")));
  put(Table::details, NumberKey(4000), ByteList(100));
  EXPECT_EQ(found_in_rows(), at_slot("bob/freed") +
                                 "has a details row, but holds no token\n"
                                 "slot 4000: has a details row, but holds no token\n");
}

TEST_F(Check, AFreeSlotAddedIsFound) {
  put(Table::free_slots, NumberKey(slot("amy/one")), {});
  put(Table::free_slots, NumberKey(20), {});
  put(Table::free_slots, NumberKey(5000), {});
  EXPECT_EQ(found(), at_slot("amy/one") +
                         "is listed as free but holds a token\n"
                         "slot 20: is listed as free but was never used\n"
                         "slot 5000: is listed as free but was never used\n");
}

TEST_F(Check, AFreeSlotRemovedIsFound) {
  remove(Table::free_slots, NumberKey(slot("bob/freed")));
  EXPECT_EQ(found(),
            at_slot("bob/freed") + "is free but not listed as free; it will not be used again\n");
}

TEST_F(Check, AFreeSlotWithAValueIsFound) {
  put(Table::free_slots, NumberKey(slot("bob/freed")), ByteList(3));
  EXPECT_EQ(found(), at_slot("bob/freed") + "its row in free_slots is not empty\n");
}

TEST_F(Check, ARecordInAnotherSlotIsFound) {
  put_record(slot("amy/two"), record_of(*store_, slot("amy/one")));
  EXPECT_NE(found().find(at_slot("amy/two") + "the seal of its record does not match"),
            std::string::npos);
  put_record(7, record_of(*store_, slot("amy/one")));
  EXPECT_NE(found().find("slot 7: has a record, though"), std::string::npos);
}

TEST_F(Check, ARecordWipedIsFound) {
  put_record(slot("amy/two"), ByteList(record::kRecordSize));
  EXPECT_NE(found().find(at_slot("amy/two") + "its record was wiped"), std::string::npos);
}

// The seals of older rows hold: what gives them away is what they do not agree with.
TEST_F(Check, AnOlderRecordIsFoundWhereScopesChanged) {
  const ByteList older = record_of(*store_, slot("bob/one"));
  ASSERT_EQ(set_scopes("bob/one", {"restart"}), Code::ok);
  put_record(slot("bob/one"), older);
  EXPECT_EQ(
      found_in_rows(),
      token("bob/one") + "has scopes that were not granted or are above its owner's ceiling\n");
  EXPECT_TRUE(log_tells_of("the record of slot 2", "not the one")) << found();
}

TEST_F(Check, AnOlderRecordIsFoundWhereTheCeilingChanged) {
  const ByteList older = record_of(*store_, slot("bob/one"));
  ASSERT_EQ(set_ceiling("bob", {"restart"}), Code::ok);
  const ByteList newer = record_of(*store_, slot("bob/one"));
  put_record(slot("bob/one"), older);
  EXPECT_EQ(
      found_in_rows(),
      token("bob/one") + "has scopes that were not granted or are above its owner's ceiling\n");
  put_record(slot("bob/one"), newer);
  ASSERT_EQ(set_ceiling("bob", {"all"}), Code::ok);
  put_record(slot("bob/one"), newer);
  EXPECT_EQ(found_in_rows(),
            token("bob/one") + "has fewer scopes than were granted within its owner's ceiling\n");
}

TEST_F(Check, AnOlderRecordIsFoundWhereTheTokenWasRevoked) {
  const ByteList older = record_of(*store_, slot("bob/one"));
  ASSERT_EQ(revoke("bob/one"), Code::ok);
  put_record(slot("bob/one"), older);
  EXPECT_EQ(found_in_rows(),
            token("bob/one") + "is not revoked, but its details row says when it was\n");
}

TEST_F(Check, AnOlderRecordIsFoundWhereTheOwnerWasSuspendedOrRenamed) {
  const ByteList older = record_of(*store_, slot("bob/one"));
  ASSERT_EQ(suspend_owner("bob"), Code::ok);
  const ByteList newer = record_of(*store_, slot("bob/one"));
  put_record(slot("bob/one"), older);
  EXPECT_EQ(found_in_rows(), token("bob/one") + "works, though its owner is suspended\n");
  ASSERT_EQ(resume_owner("bob"), Code::ok);
  put_record(slot("bob/one"), newer);
  EXPECT_EQ(found_in_rows(), token("bob/one") + "is held back as if its owner were suspended\n");
  put_record(slot("bob/one"), older);
  ASSERT_EQ(rename_owner("bob", "rob"), Code::ok);
  put_record(slot("bob/one"), older);
  EXPECT_EQ(found_in_rows(),
            token("bob/one") + "its record is of another owner than its details row\n");
}

TEST_F(Check, ARowOfAnOwnerRemovedIsFound) {
  remove(Table::owners, base::as_bytes("amy"));
  EXPECT_EQ(found_in_rows(), token("amy/one") + "its owner has no row\n" + token("amy/two") +
                                 "its owner has no row\n");
  EXPECT_TRUE(log_tells_of("the row of owner amy", "missing")) << found();
}

// All rows of a token put back as they were: they agree with each other, and the log alone tells.
TEST_F(Check, ARevokedTokenBroughtBackWholeIsFoundByTheLog) {
  const std::uint32_t bob = slot("bob/one");
  const ByteList record = record_of(*store_, bob);
  const ByteList details = row_of(*store_, Table::details, bob);
  const std::uint64_t id = id_of("bob/one");
  const std::string live_label = record::live_label_key("bob", "one");
  ASSERT_EQ(revoke("bob/one"), Code::ok);
  const auto revoked = store_->show(id);
  ASSERT_TRUE(revoked.ok());
  put_record(bob, record);
  put(Table::details, NumberKey(bob), details);
  remove(Table::labels, base::as_bytes(record::label_key(revoked->details)));
  put(Table::labels, base::as_bytes(live_label), id_value(id));
  EXPECT_EQ(verify("bob/one"), model::Reason::allowed) << "a verification does not notice";
  EXPECT_EQ(found_in_rows(), "");
  EXPECT_TRUE(log_tells_of("the record of slot 2", "not the one")) << found();
  EXPECT_TRUE(log_tells_of("the details row of slot 2", "not the one")) << found();
}

// The whole file put back: it agrees with itself, and a head kept elsewhere alone tells.
TEST_F(Check, AnOlderFileIsFoundByAKeptHead) {
  const std::string older = content_of(directory() + "/data.mdb");
  ASSERT_EQ(revoke("bob/one"), Code::ok);
  const auto kept = store_->head();
  ASSERT_TRUE(kept.ok());
  const auto found_with_head = [&] {
    CheckOptions options;
    options.key = &key_;
    options.kept_head = *kept;
    const auto report = check_store(directory(), options);
    EXPECT_TRUE(report.ok()) << report.status().text();
    return report.ok() ? report->findings.lines() : std::vector<std::string>();
  };
  EXPECT_TRUE(found_with_head().empty());
  close();
  write_file(directory() + "/data.mdb", older);
  EXPECT_EQ(found(), "");
  const std::vector<std::string> lines = found_with_head();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("the log ends at event"), std::string::npos) << lines.front();
}

TEST_F(Check, UsageRowsAreWatched) {
  const auto limited = [&](std::string_view label) {
    TokenSpec spec;
    spec.owner = "amy";
    spec.label = label;
    spec.max_uses = 5;
    std::vector<Issued> issued(1);
    model::Catalog catalog;
    EXPECT_TRUE(store_->create("test", {&spec, 1}, issued, catalog).ok());
    return issued.front().token.details.id;
  };
  const std::uint32_t removed = model::slot_of(limited("removed"));
  const std::uint32_t altered = model::slot_of(limited("altered"));
  ASSERT_EQ(found(), "");
  ByteList row = row_of(*store_, Table::usage, altered);
  row[36] ^= 1;
  put(Table::usage, NumberKey(altered), row);
  remove(Table::usage, NumberKey(removed));
  put(Table::usage, NumberKey(4000), row);
  const std::string text = found();
  EXPECT_NE(text.find("no usage row for it; it is refused"), std::string::npos) << text;
  EXPECT_NE(text.find("slot " + std::to_string(altered) + ": its usage row"), std::string::npos)
      << text;
  EXPECT_NE(text.find("slot 4000: its usage row"), std::string::npos) << text;
}

TEST_F(Check, AnOwnerAlteredIsFound) {
  ByteList row = row_of(*store_, Table::owners, "amy");
  row[20] ^= 1;
  put(Table::owners, base::as_bytes("amy"), row);
  EXPECT_NE(found().find("owner \"amy\": the seal"), std::string::npos) << found();
}

TEST_F(Check, RowsOnceInAStoreAreWatched) {
  const ByteList counters = row_of(*store_, Table::meta, "counters");
  remove(Table::meta, base::as_bytes("counters"));
  EXPECT_NE(found().find("counters row is missing"), std::string::npos) << found();
  put(Table::meta, base::as_bytes("counters"), counters);
  EXPECT_EQ(found(), "");
  remove(Table::control, base::as_bytes("control"));
  EXPECT_NE(found().find("every verification is refused"), std::string::npos) << found();
}

TEST_F(Check, OlderCountersAreFound) {
  const ByteList older = row_of(*store_, Table::meta, "counters");
  given("bob/again");  // takes the slot that was freed
  given("amy/late");
  put(Table::meta, base::as_bytes("counters"), older);
  EXPECT_EQ(found(), at_slot("amy/late") +
                         "has a record, though the counters row says that it was never used\n");
}

TEST_F(Check, PagesOfRecordsMissingAreFound) {
  for (int i = 0; i < 70; ++i) given("amy/more" + std::to_string(i));
  const ByteList page = row_of(*store_, Table::verifiers, 1U);
  remove(Table::verifiers, NumberKey(1));
  EXPECT_NE(found().find("page 1 of the records is missing"), std::string::npos) << found();
  put(Table::verifiers, NumberKey(1), page);
  EXPECT_EQ(found(), "");
  put(Table::verifiers, NumberKey(3), ByteList(page.size()));
  EXPECT_EQ(found(), "there are 4 pages of records, but 74 slots need 3\n");
}

TEST_F(Check, SomethingInSpareBytesIsFound) {
  ByteList page = row_of(*store_, Table::verifiers, 0U);
  page[5] = 1;
  put(Table::verifiers, NumberKey(0), page);
  EXPECT_EQ(found(), "page 0 of the records has something in its spare bytes\n");
}

TEST_F(Check, ScopesAreWatched) {
  const ByteList row = row_of(*store_, Table::scopes, 2U);
  put(Table::scopes, NumberKey(9), row);
  EXPECT_EQ(found(), "scope 9 has a row, but the control row counts 5 scopes\n");
  remove(Table::scopes, NumberKey(9));
  remove(Table::scopes, NumberKey(2));
  EXPECT_NE(found().find("scope 2: scope 2 is missing"), std::string::npos) << found();
}

TEST_F(Check, RowsWithoutAPlaceAreFound) {
  put(Table::aliases, base::as_bytes("x"), ByteList(8));
  put(Table::meta, base::as_bytes("y"), ByteList(8));
  put(Table::control, base::as_bytes("z"), ByteList(8));
  EXPECT_EQ(found(),
            "table meta has a row \"y\" that has no place in it\n"
            "table control has a row \"z\" that has no place in it\n"
            "table aliases has a row \"x\" that has no place in it\n");
}

TEST_F(Check, AFormatRowAlteredIsFound) {
  ByteList row = row_of(*store_, Table::meta, "format");
  row[64] ^= 1;  // when it was made
  put(Table::meta, base::as_bytes("format"), row);
  close();
  EXPECT_NE(found().find("the store cannot be opened: the seal of the format row"),
            std::string::npos)
      << found();
}

TEST_F(Check, ATamperedTokenIsCleanOnceItIsRevoked) {
  remove(Table::details, NumberKey(slot("amy/two")));
  EXPECT_NE(found(), "");
  ASSERT_EQ(revoke("amy/two"), Code::ok);
  EXPECT_EQ(found(), "");
}

TEST_F(Check, ManyProblemsAreCountedAndTheFirstThousandKept) {
  for (const std::uint32_t count : {999U, 1000U, 1001U, 1500U}) {
    write([&](storage::WriteTransaction& write) -> Status {
      for (std::uint32_t i = 0; i < count; ++i) {
        TOKENRY_TRY(write.put(Table::details, NumberKey(5000 + i), ByteList(100)));
      }
      return {};
    });
    const auto report = check();
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->findings.total(), count);
    EXPECT_EQ(report->findings.lines().size(), std::min<std::size_t>(count, 1000));
    EXPECT_EQ(report->findings.lines().front(), "slot 5000: has a details row, but holds no token");
  }
}

// ---- what keeps the data from being looked at is an error

TEST_F(Check, SaysWhyItCannotLook) {
  const auto code = [&](const CheckOptions& options) {
    return check_store(directory(), options).code();
  };
  EXPECT_EQ(check_at(scratch_.path("none")).code(), Code::store_missing);
  EXPECT_EQ(check_at(scratch_.path("")).code(), Code::store_missing);
  EXPECT_EQ(code({}), Code::key_missing);
  StoreKey other;
  CheckOptions wrong;
  wrong.key = &other;
  EXPECT_EQ(code(wrong), Code::key_wrong);
  CheckOptions no_key_file;
  no_key_file.key_file = scratch_.path("key");
  write_file(no_key_file.key_file, "rubbish");
  ASSERT_EQ(::chmod(no_key_file.key_file.c_str(), 0600), 0);
  EXPECT_EQ(code(no_key_file), Code::store_damaged);
}

TEST_F(Check, LooksAtPagesFirstWhateverTheKey) {
  close();
  ASSERT_EQ(::truncate((directory() + "/data.mdb").c_str(), 20000), 0);
  const auto report = check_store(directory(), {});
  ASSERT_TRUE(report.ok()) << report.status().text();
  ASSERT_EQ(report->findings.total(), 1U);
  EXPECT_NE(report->findings.lines().front().find("is truncated: it has 4 pages of"),
            std::string::npos);
}

TEST_F(Check, LeavesTheStoreAsItWas) {
  close();
  const std::string before = content_of(directory() + "/data.mdb");
  EXPECT_EQ(found(), "");
  EXPECT_EQ(content_of(directory() + "/data.mdb"), before);
}

TEST_F(Check, TellsHowFarItIsUpToTheEnd) {
  std::uint64_t last = 0;
  std::uint64_t end = 0;
  CheckOptions options;
  options.key = &key_;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(last, done);
    last = done;
    end = total;
  };
  ASSERT_TRUE(check_store(directory(), options).ok());
  EXPECT_GT(end, 0U);
  EXPECT_EQ(last, end);
}

}  // namespace
}  // namespace tokenry::engine
