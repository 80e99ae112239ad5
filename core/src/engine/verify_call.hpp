// One verification's reading: the credentials taken apart, the store at one moment, and copies of
// the rows that it is judged by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.hpp"
#include "engine/store.hpp"
#include "model/verdict.hpp"
#include "record/token_rows.hpp"
#include "record/usage_row.hpp"
#include "record/verifier_record.hpp"
#include "storage/reader.hpp"
#include "token/header.hpp"
#include "token/text.hpp"

namespace tokenry::engine {

// Which of a token's secrets was shown.
enum class Shown { none, newest, previous };

class VerifyCall {
 public:
  VerifyCall(Store& store, std::string_view credentials);

  // What the text alone came to; allowed if it is a token.
  model::Reason outcome() const { return outcome_; }
  std::uint64_t id() const { return token_.id; }
  std::uint32_t generation() const { return candidate_.record.generation(); }
  const base::Status& failure() const { return failure_; }

  // Begins at the newest commit and copies the record; again where it was called before. False if
  // the store cannot be read. The snapshot stays until the call ends, or release().
  bool load();
  void release() { snapshot_.reset(); }

  // ---- after load()
  const record::VerifierRecord& record() const { return candidate_.record; }
  bool is_frozen() const { return store_frozen_; }

  // Compares with both secrets; all parts are computed before any is looked at.
  Shown shown_secret() const;
  // Whether all that this verification rests on is as the store sealed it.
  bool is_intact() const;
  bool owner_fits() const;

  // Whether the record's flags say that the details row must be heeded.
  bool has_conditions() const {
    return record().has(record::VerifierRecord::kNetworks) ||
           record().has(record::VerifierRecord::kLimits);
  }
  // Copies the details row; nothing if it is not there, not as it was sealed, or does not say what
  // the flags announce. Its networks are valid until the next copy or load().
  std::optional<record::Conditions> conditions();
  // Likewise the usage row's lease for a file of cells.
  std::optional<record::LeaseView> lease(std::uint64_t cells_id);

 private:
  // A copied record and whether it is the presented id's own.
  struct Candidate {
    record::VerifierRecord record;
    std::uint32_t slot = 0;
    bool in_place = false;
  };

  bool copy_candidate(const Rows& rows, std::uint64_t page_count);
  std::optional<base::Bytes> copy_row(storage::Table table, char domain);
  bool fail(base::Status status);
  Rows rows() const { return {*snapshot_, *store_.keys_, store_.format_.records_per_page}; }

  Store& store_;
  token::Credentials credentials_;
  token::ParsedToken token_;
  model::Reason outcome_ = model::Reason::unavailable;
  std::optional<storage::Snapshot> snapshot_;
  Candidate candidate_;
  bool store_intact_ = false;
  bool store_frozen_ = false;
  base::Status failure_;
  std::array<std::uint8_t, record::kMaxDetailsRow> row_;  // copied to, and so never cleared
};

}  // namespace tokenry::engine
