// Every slot: its record, and for a token the details row, the label index, the owner and the
// scopes that the record must agree with.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/bytes.hpp"
#include "engine/examination.hpp"
#include "engine/store.hpp"
#include "model/names.hpp"
#include "record/token_rows.hpp"

namespace tokenry::engine {

using base::Bytes;
using base::Result;
using base::Status;
using model::TokenDetails;
using model::TokenState;
using record::VerifierRecord;
using storage::Table;

namespace {

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// A freed record says nothing but its generation.
bool is_blank(const VerifierRecord& record) {
  VerifierRecord blank;
  blank.set_generation(record.generation());
  return std::ranges::equal(blank.body(), record.body());
}

// Generations above this one may have been the last of their slot.
constexpr std::uint32_t kSpentGeneration = UINT32_MAX - kGenerationStep;

class TokenCheck {
 public:
  explicit TokenCheck(Examination& examination) : all_(examination) {}

  Status run();

 private:
  // What is known of an owner by name.
  struct OwnerFacts {
    std::optional<model::Owner> owner;
    bool readable = false;
    std::uint64_t hash = 0;
  };

  Status check_page(std::uint32_t page, Bytes value);
  Status check_slot(std::uint32_t slot, const VerifierRecord& record);
  SlotUse judge_record(std::uint32_t slot, const VerifierRecord& record);
  SlotUse judge_free(std::uint32_t slot, const VerifierRecord& record);
  Status check_token(std::uint32_t slot, const VerifierRecord& record);
  void check_details(const StoredToken& stored);
  Status check_index(const TokenDetails& details);
  Status check_owner(const StoredToken& stored);
  void check_effective(const StoredToken& stored, const model::Owner& owner);
  Result<const OwnerFacts*> owner_facts(const std::string& name);
  void check_page_count(std::uint64_t pages);
  void report(const TokenDetails& details, const std::string& what);
  void report_slot(std::uint32_t slot, const std::string& what);

  Examination& all_;
  std::unordered_map<std::string, OwnerFacts> owners_;
};

void TokenCheck::report_slot(std::uint32_t slot, const std::string& what) {
  all_.findings.add("slot " + std::to_string(slot) + ": " + what);
}

void TokenCheck::report(const TokenDetails& details, const std::string& what) {
  all_.findings.add("token " + id_text(details.id) + " in slot " +
                    std::to_string(model::slot_of(details.id)) + ": " + what);
}

Status TokenCheck::run() {
  const std::uint64_t page_count = all_.rows.view().count(Table::verifiers);
  const auto per_page = static_cast<std::uint64_t>(all_.rows.records_per_page());
  if (page_count > UINT32_MAX / per_page + 1) {
    all_.findings.add("there are more pages of records than slots");
    return {};
  }
  all_.slots.assign(page_count * per_page, SlotUse::unused);
  storage::Cursor cursor(all_.rows.view(), Table::verifiers);
  std::uint64_t expected = 0;
  for (bool more = cursor.first(); more; more = cursor.next(), ++expected) {
    const std::uint32_t page = storage::key_number(cursor.key());
    if (page != expected) {
      all_.findings.add("page " + std::to_string(expected) +
                        " of the records is missing; its tokens are refused");
      return {};
    }
    TOKENRY_TRY(check_page(page, cursor.value()));
    all_.progress(expected, page_count);
  }
  TOKENRY_TRY(cursor.status());
  check_page_count(page_count);
  return {};
}

void TokenCheck::check_page_count(std::uint64_t pages) {
  if (!all_.counters) return;
  const std::uint64_t per_page = all_.rows.records_per_page();
  const std::uint64_t needed = (all_.counters->next_slot + per_page - 1) / per_page;
  if (pages == needed) return;
  all_.findings.add("there are " + std::to_string(pages) + " pages of records, but " +
                    std::to_string(all_.counters->next_slot) + " slots need " +
                    std::to_string(needed));
}

Status TokenCheck::check_page(std::uint32_t page, Bytes value) {
  const std::size_t per_page = all_.rows.records_per_page();
  if (value.size() != record::kPageSpare + per_page * record::kRecordSize) {
    all_.findings.add("page " + std::to_string(page) + " of the records has a wrong size");
    return {};
  }
  if (!is_zero(value.first(record::kPageSpare))) {
    all_.findings.add("page " + std::to_string(page) +
                      " of the records has something in its spare "
                      "bytes");
  }
  for (std::size_t i = 0; i < per_page; ++i) {
    const auto slot = static_cast<std::uint32_t>(page * per_page + i);
    const VerifierRecord record(value.data() + record::offset_of(slot, per_page));
    TOKENRY_TRY(check_slot(slot, record));
  }
  return {};
}

Status TokenCheck::check_slot(std::uint32_t slot, const VerifierRecord& record) {
  const SlotUse use = judge_record(slot, record);
  all_.slots[slot] = use;
  if (use != SlotUse::unused) ++all_.used_slot_count;
  return use == SlotUse::token ? check_token(slot, record) : Status();
}

SlotUse TokenCheck::judge_record(std::uint32_t slot, const VerifierRecord& record) {
  const bool should_be_used = all_.counters && slot < all_.counters->next_slot;
  if (is_zero(record.bytes())) {
    if (!should_be_used) return SlotUse::unused;
    report_slot(slot, "its record was wiped; its token, if it had one, is refused");
    return SlotUse::unclear;
  }
  if (all_.counters && !should_be_used) {
    report_slot(slot, "has a record, though the counters row says that it was never used");
  }
  if (!all_.rows.record_sealed(slot, record)) {
    report_slot(slot,
                "the seal of its record does not match: data.mdb was changed from outside; "
                "the token is refused");
    return SlotUse::unclear;
  }
  if (record.state() == TokenState::free) return judge_free(slot, record);
  if (record.flags_known() && record.kind() == record::kKindBlake2b128) return SlotUse::token;
  report_slot(slot, "its record is of an unknown kind; the token is refused");
  return SlotUse::unclear;
}

SlotUse TokenCheck::judge_free(std::uint32_t slot, const VerifierRecord& record) {
  if (!is_blank(record)) {
    report_slot(slot, "is free but its record is not blank");
    return SlotUse::unclear;
  }
  return record.generation() > kSpentGeneration ? SlotUse::spent : SlotUse::reusable;
}

Status TokenCheck::check_token(std::uint32_t slot, const VerifierRecord& record) {
  ++all_.token_count;
  const Result<StoredToken> stored = all_.rows.token(model::make_id(record.generation(), slot));
  if (!stored.ok()) {
    if (!is_unreadable(stored.code())) return stored.status();
    report_slot(slot, stored.status().text());
    return {};
  }
  check_details(stored.value());
  TOKENRY_TRY(check_index(stored.value().token.details));
  return check_owner(stored.value());
}

void TokenCheck::check_details(const StoredToken& stored) {
  const TokenDetails& details = stored.token.details;
  const bool is_revoked = stored.record.state() == TokenState::revoked;
  if (is_revoked != (details.revoked_at_ms != 0)) {
    report(details, is_revoked ? "is revoked, but its details row has no time for it"
                               : "is not revoked, but its details row says when it was");
  }
  if (stored.record.has(VerifierRecord::kNetworks) == details.networks.empty()) {
    report(details, "its record and its details row disagree on whether there is an allow-list");
  }
  if (stored.record.has(VerifierRecord::kLimits) != details.limits.any()) {
    report(details, "its record and its details row disagree on whether there are limits");
  }
  if (stored.record.has(VerifierRecord::kHasPrevious) !=
      (details.previous_secret_created_at_ms != 0)) {
    report(details, "its record and its details row disagree on whether it was rotated");
  }
  for (const Status& status : {model::check_owner(details.owner), model::check_label(details.label),
                               model::check_note(details.note)}) {
    if (!status.ok()) report(details, "its details row breaks a rule: " + status.text());
  }
}

Status TokenCheck::check_index(const TokenDetails& details) {
  TOKENRY_ASSIGN(const bool indexed, all_.rows.is_indexed(details));
  if (indexed) {
    ++all_.indexed_count;
  } else {
    report(details, "the label index does not lead to it; its name is not found");
  }
  return {};
}

Status TokenCheck::check_owner(const StoredToken& stored) {
  const TokenDetails& details = stored.token.details;
  const VerifierRecord& record = stored.record;
  TOKENRY_ASSIGN(const OwnerFacts* const facts, owner_facts(details.owner));
  const bool is_revoked = record.state() == TokenState::revoked;
  // Revoking a token whose rows were altered leaves no owner's hash.
  if (record.owner_hash() != facts->hash && !(is_revoked && record.owner_hash() == 0)) {
    report(details, "its record is of another owner than its details row");
  }
  // What is revoked stays as it was, whatever becomes of its owner.
  if (is_revoked || !facts->readable) return {};
  if (!facts->owner) {
    report(details, "its owner has no row");
    return {};
  }
  if (record.owner_suspended() != facts->owner->suspended) {
    report(details, facts->owner->suspended ? "works, though its owner is suspended"
                                            : "is held back as if its owner were suspended");
  }
  check_effective(stored, *facts->owner);
  return {};
}

void TokenCheck::check_effective(const StoredToken& stored, const model::Owner& owner) {
  if (!all_.catalog) return;
  const model::ScopeBits expected =
      all_.catalog->expand(stored.token.details.granted) & owner.ceiling;
  const model::ScopeBits found = stored.record.effective();
  if (found == expected) return;
  report(stored.token.details,
         found.without(expected).empty()
             ? "has fewer scopes than were granted within its owner's ceiling"
             : "has scopes that were not granted or are above its owner's ceiling");
}

Result<const TokenCheck::OwnerFacts*> TokenCheck::owner_facts(const std::string& name) {
  constexpr std::size_t kRemembered = 10'000;
  const auto known = owners_.find(name);
  if (known != owners_.end()) return &known->second;
  if (owners_.size() >= kRemembered) owners_.clear();
  OwnerFacts facts;
  facts.hash = all_.rows.keys().owner_hash(name);
  Result<std::optional<model::Owner>> owner = all_.rows.owner(name);
  if (!owner.ok() && !is_unreadable(owner.code())) return owner.status();
  facts.readable = owner.ok();  // if not, check_owners has said so
  if (owner.ok()) facts.owner = *std::move(owner);
  return &owners_.emplace(name, std::move(facts)).first->second;
}

}  // namespace

Status check_tokens(Examination& examination) { return TokenCheck(examination).run(); }

}  // namespace tokenry::engine
