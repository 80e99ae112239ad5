#include "json.hpp"

#include <nlohmann/json.hpp>

#include "times.hpp"

namespace tokenry::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What is counted against a limit, or null where there is none.
Json json_limit(std::uint64_t limit, std::uint64_t value) {
  return limit == 0 ? Json() : Json(value);
}

// An RFC 3339 string, or null for 0.
Json json_time(std::int64_t time) { return time == 0 ? Json() : Json(rfc3339(time)); }

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json json_rates(const std::vector<Rate>& rates) {
  Json array = Json::array();
  for (const Rate& rate : rates) {
    Json item;
    item["count"] = rate.count;
    item["period_ms"] = rate.period_ms;
    array.push_back(item);
  }
  return array;
}

void put_usage_and_conditions(const TokenInfo& token, Json& object) {
  object["last_used_ip"] = text_or_null(token.last_used_ip);
  object["use_count"] = token.use_count;
  object["denied_count"] = token.denied_count;
  object["exercised_scopes"] = token.exercised_scopes;
  object["allow_ips"] = token.allow_ips;
  object["max_uses"] = json_limit(token.max_uses, token.max_uses);
  object["uses_left"] = json_limit(token.max_uses, token.uses_left);
  object["rates"] = json_rates(token.rates);
  object["overlap_ends_at"] = json_time(token.overlap_ends_at_ms);
  object["retires_on_use"] = token.retires_on_use;
  object["newest_secret_used"] = token.newest_secret_used;
  object["previous_secret_seen_at"] = json_time(token.previous_secret_seen_at_ms);
}

Json token_object(const TokenInfo& token) {
  Json object;
  object["id"] = token.id_text;
  object["owner"] = token.owner;
  object["label"] = token.label;
  object["scopes"] = token.scopes;
  object["effective_scopes"] = token.effective_scopes;
  object["status"] = name(token.status);
  object["created_at"] = json_time(token.created_at_ms);
  object["created_by"] = token.created_by;
  object["secret_created_at"] = json_time(token.secret_created_at_ms);
  object["not_before"] = json_time(token.not_before_ms);
  object["expires_at"] = json_time(token.expires_at_ms);
  object["last_used_at"] = json_time(token.last_used_at_ms);
  put_usage_and_conditions(token, object);
  return object;
}

void put_token_of_verdict(const Verdict& verdict, const VerdictInfo& info, Json& object) {
  object["id"] = print_id(*verdict.id());
  object["owner"] = text_or_null(info.owner);
  object["label"] = text_or_null(info.label);
  object["scopes"] = info.scopes;
  if (verdict.reason() == Reason::kScopeDenied) object["missing_scopes"] = info.missing_scopes;
}

}  // namespace

std::string token_json(const TokenInfo& token) { return one_line(token_object(token)); }

std::string token_json_with_note(const TokenInfo& token) {
  Json object = token_object(token);
  object["note"] = token.note;
  return one_line(object);
}

std::string created_json_tail(const TokenInfo& token) {
  Json object;
  object["id"] = token.id_text;
  object["owner"] = token.owner;
  object["label"] = token.label;
  object["scopes"] = token.scopes;
  object["effective_scopes"] = token.effective_scopes;
  object["created_at"] = json_time(token.created_at_ms);
  object["expires_at"] = json_time(token.expires_at_ms);
  return one_line(object).substr(1);
}

std::string verdict_json(const Verdict& verdict, const VerdictInfo& info) {
  Json object;
  object["allowed"] = verdict.allowed();
  object["reason"] = name(verdict.reason());
  object["http_status"] = verdict.http_status();
  if (verdict.id()) put_token_of_verdict(verdict, info, object);
  if (verdict.retry_after_ms() != 0) object["retry_after_ms"] = verdict.retry_after_ms();
  return one_line(object);
}

std::string format_text(std::uint32_t format_version) {
  return std::to_string(format_version >> 16) + "." + std::to_string(format_version & 0xFFFF);
}

std::string outcomes_json(std::string_view done, const std::vector<TokenOutcome>& outcomes,
                          bool dry_run) {
  Json ids = Json::array();
  Json failed = Json::array();
  for (const TokenOutcome& outcome : outcomes) {
    if (outcome.code == Code::kOk) {
      ids.push_back(print_id(outcome.id));
      continue;
    }
    Json item;
    item["token"] = outcome.shown;
    item["code"] = name(outcome.code);
    failed.push_back(item);
  }
  Json object;
  object[std::string(done)] = ids;
  object["failed"] = failed;
  object["dry_run"] = dry_run;
  return one_line(object);
}

std::string scope_json(const Scope& scope) {
  Json object;
  object["name"] = scope.name;
  object["group"] = scope.group;
  object["text"] = scope.text;
  object["everything"] = scope.everything;
  object["escalates"] = scope.escalates;
  return one_line(object);
}

std::string owner_json(const OwnerInfo& owner) {
  Json object;
  object["name"] = owner.name;
  object["suspended"] = owner.suspended;
  object["ceiling_everything"] = owner.ceiling_everything;
  object["ceiling"] = owner.ceiling;
  object["token_count"] = owner.token_count;
  object["created_at"] = json_time(owner.created_at_ms);
  object["created_by"] = owner.created_by;
  return one_line(object);
}

std::string deleted_owner_json(const std::string& owner, std::uint64_t revoked_count) {
  Json object;
  object["deleted"] = owner;
  object["revoked_count"] = revoked_count;
  return one_line(object);
}

std::string store_json(const StoreInfo& info) {
  Json object;
  object["store_id"] = info.store_id;
  object["format_version"] = format_text(info.format_version);
  object["prefix"] = info.prefix;
  object["sealed"] = info.sealed;
  object["frozen"] = info.frozen;
  object["scope_count"] = info.scope_count;
  object["owner_count"] = info.owner_count;
  object["active_count"] = info.active_count;
  object["not_yet_valid_count"] = info.not_yet_valid_count;
  object["expired_count"] = info.expired_count;
  object["owner_suspended_count"] = info.owner_suspended_count;
  object["suspended_count"] = info.suspended_count;
  object["revoked_count"] = info.revoked_count;
  object["tampered_count"] = info.tampered_count;
  object["tampered_first"] = text_or_null(info.tampered_first);
  object["slot_count"] = info.slot_count;
  object["free_slot_count"] = info.free_slot_count;
  object["map_size_bytes"] = info.map_size_bytes;
  object["used_bytes"] = info.used_bytes;
  object["data_file_bytes"] = info.data_file_bytes;
  object["reader_count"] = info.reader_count;
  object["reader_limit"] = info.reader_limit;
  object["transaction_id"] = info.transaction_id;
  object["cells_path"] = text_or_null(info.cells_path);
  object["cells_bytes"] = info.cells_bytes;
  object["cells_problem"] = text_or_null(info.cells_problem);
  return one_line(object);
}

std::string frozen_json(bool frozen) {
  Json object;
  object["frozen"] = frozen;
  return one_line(object);
}

std::string backup_json(const std::string& directory, const BackupFacts& facts) {
  Json object;
  object["backup"] = directory;
  object["has_key"] = facts.has_key;
  object["data_bytes"] = facts.data_bytes;
  return one_line(object);
}

std::string check_json(const CheckReport& report) {
  Json object;
  object["clean"] = report.clean();
  object["finding_count"] = report.total_finding_count;
  object["findings"] = report.findings;
  object["rows_checked"] = report.rows_checked;
  object["page_count"] = report.page_count;
  object["token_count"] = report.token_count;
  object["row_count"] = report.row_count;
  return one_line(object);
}

std::string created_store_json(const std::string& directory, const StoreInfo& info) {
  Json object;
  object["store"] = directory;
  object["store_id"] = info.store_id;
  object["prefix"] = info.prefix;
  object["sealed"] = info.sealed;
  object["scope_count"] = info.scope_count;
  return one_line(object);
}

std::string json_array(const std::vector<std::string>& items) {
  std::string array = "[";
  for (const std::string& item : items) {
    if (array.size() > 1) array += ",\n";
    array += item;
  }
  return array += ']';
}

std::string error_json(Code code, const std::string& message) {
  Json object;
  object["error"]["code"] = name(code);
  object["error"]["message"] = message;
  return one_line(object);
}

}  // namespace tokenry::cli
