#include "log_json.hpp"

#include <nlohmann/json.hpp>

#include "codec.hpp"
#include "times.hpp"

namespace tokenry::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json time_or_null(std::int64_t time) { return time == 0 ? Json() : Json(rfc3339(time)); }

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json field_value(const EventField& field) {
  switch (field.kind) {
    case FieldKind::kText:
      return field.text;
    case FieldKind::kTime:
      return time_or_null(field.number);
    case FieldKind::kNumber:
      return field.number == 0 ? Json() : Json(field.number);
    case FieldKind::kFlag:
      break;
  }
  return true;
}

// A name that comes again (`scope`) adds its text to what stands there, after a space.
Json fields_object(const Event& event) {
  Json object = Json::object();
  for (const EventField& field : event.fields) {
    if (object.contains(field.name) && field.kind == FieldKind::kText) {
      object[field.name] = object[field.name].get<std::string>() + " " + field.text;
    } else {
      object[field.name] = field_value(field);
    }
  }
  return object;
}

}  // namespace

std::string event_json(const Event& event) {
  Json object;
  object["sequence"] = event.sequence;
  object["at"] = time_or_null(event.at_ms);
  object["operation"] = event.operation_name;
  object["id"] = text_or_null(event.id_text);
  object["actor"] = event.actor;
  object["owner"] = text_or_null(event.owner);
  object["label"] = text_or_null(event.label);
  object["fields"] = fields_object(event);
  object["body"] = print_base64(event.body);
  object["hash"] = print_hex(event.hash);
  object["previous_hash"] = print_hex(event.previous_hash);
  return one_line(object);
}

std::string export_head_json(const Head& head) {
  Json object;
  object["head"] = print_head(head);
  return one_line(object);
}

std::string head_json(const Head& head) {
  Json object;
  object["head"] = print_head(head);
  object["store_id"] = print_hex(head.store_id);
  object["sequence"] = head.sequence;
  object["signed_at"] = time_or_null(head.at_ms);
  object["hash"] = print_hex(head.hash);
  object["public_key"] = print_hex(head.public_key);
  return one_line(object);
}

std::string public_key_json(const PublicKey& key) {
  Json object;
  object["public_key"] = print_hex(key);
  return one_line(object);
}

std::string export_facts_json(const ExportFacts& facts) {
  Json object;
  object["valid"] = true;
  object["event_count"] = facts.count;
  object["first_sequence"] = facts.count == 0 ? Json() : Json(facts.first);
  object["last_sequence"] = facts.count == 0 ? Json() : Json(facts.last);
  object["store_id"] = print_hex(facts.head.store_id);
  object["signed_at"] = time_or_null(facts.head.at_ms);
  return one_line(object);
}

}  // namespace tokenry::cli
