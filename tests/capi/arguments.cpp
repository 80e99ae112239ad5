#include "arguments.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace capi_tests {

namespace {

tokenry_head head_of(tokenry_store* store) {
  auto head = sized<tokenry_head>();
  EXPECT_EQ(tokenry_log_head(store, &head), TOKENRY_OK) << tokenry_last_error();
  return head;
}

std::vector<std::uint8_t> first_body(tokenry_store* store) {
  tokenry_log* log = nullptr;
  tokenry_event* event = nullptr;
  EXPECT_EQ(tokenry_log_open(store, nullptr, &log), TOKENRY_OK);
  EXPECT_EQ(tokenry_log_next(log, &event), TOKENRY_OK) << tokenry_last_error();
  std::vector<std::uint8_t> body(event->body, event->body + event->body_size);
  tokenry_event_free(event);
  EXPECT_EQ(tokenry_log_free(log), TOKENRY_OK);
  return body;
}

}  // namespace

Scene::Scene()
    : world(StoreTraits{.open_flags = TOKENRY_OPEN_NO_MAINTENANCE}),  // nothing changes by itself
      foreign(StoreTraits{.prefix = "frgn"}),
      live(make_token(world.store(), "root", "live", {"read"})),
      revoked(make_token(world.store(), "root", "gone", {"read"})),
      rotating(make_token(world.store(), "root", "rotating", {"read"})),
      read_set(scope_set(world.store(), {"read"})),
      foreign_set(scope_set(foreign.store(), {"read"})),
      denied(verify(world.store(), live.text, {"edit"})),
      closed_store(open_store(world.path())) {
  EXPECT_EQ(revoke(world.store(), revoked.id), TOKENRY_OK);
  rotate(world.store(), rotating.id);
  EXPECT_EQ(denied.reason, TOKENRY_SCOPE_DENIED);
  const Token theirs = make_token(foreign.store(), "root", "theirs", {"read"});
  foreign_verdict = verify(foreign.store(), theirs.text);
  EXPECT_EQ(foreign_verdict.reason, TOKENRY_ALLOWED);
  EXPECT_EQ(tokenry_close(closed_store), TOKENRY_OK);
  kept_head = head_of(world.store());
  foreign_head = head_of(foreign.store());
  event_body = first_body(world.store());
}

std::string Scene::picture() const {
  return picture_of(world.store()) + files_in(world.directory().path());
}

Arguments::Arguments(Scene& its_scene)
    : scene(its_scene),
      store(scene.world.store()),
      path(scene.world.path()),
      credentials(scene.live.text),
      head_text(""),
      names_pointer(names.data()),
      ids{scene.live.id},
      ids_pointer(ids.data()),
      codes(1, 0),
      id(scene.live.id),
      body_pointer(scene.event_body.data()),
      body_size(scene.event_body.size()) {
  EXPECT_EQ(tokenry_list(store, nullptr, &cursor), TOKENRY_OK) << tokenry_last_error();
  EXPECT_EQ(tokenry_log_open(store, nullptr, &log), TOKENRY_OK) << tokenry_last_error();
  store_options->map_size_bytes = kSmallMapBytes;
  scope->name = "added";
  scope->name_size = 5;
  *ceiling = scene.read_set;
  spec->owner = "root";
  spec->owner_size = 4;
  spec->label = "new";
  spec->label_size = 3;
  spec->scopes = &scene.read_set;
  edit->fields = TOKENRY_EDIT_NOTE;
  edit->note = "noted";
  edit->note_size = 5;
  request->credentials = scene.live.text.data();
  request->credentials_size = scene.live.text.size();
  *verdict = scene.denied;
  *head = scene.kept_head;
  char line[512];
  EXPECT_EQ(tokenry_head_print(&scene.kept_head, line, sizeof line, nullptr), TOKENRY_OK);
  head_text.set(line);
  std::memset(buffer, 'x', sizeof buffer);
}

Arguments::~Arguments() {
  tokenry_cursor_free(cursor);
  tokenry_log_free(log);
}

int Arguments::create_store_call() {
  return tokenry_store_create(path.data(), path.size(), actor.data(), actor.size(),
                              store_options.get());
}

int Arguments::open_call() {
  return with_output<tokenry_store>(
      [&](tokenry_store** opened) {
        return tokenry_open(path.data(), path.size(), open_options.get(), opened);
      },
      [](tokenry_store* opened) { EXPECT_EQ(tokenry_close(opened), TOKENRY_OK); });
}

// The scene's store itself stays open for what comes after.
int Arguments::close_call() {
  if (store == scene.world.store()) store = open_store(scene.world.path());
  return tokenry_close(store);
}

int Arguments::list_call() {
  return with_output<tokenry_cursor>(
      [&](tokenry_cursor** begun) { return tokenry_list(store, filter.get(), begun); },
      [](tokenry_cursor* begun) { EXPECT_EQ(tokenry_cursor_free(begun), TOKENRY_OK); });
}

int Arguments::cursor_free_call() {
  const int code = tokenry_cursor_free(cursor);
  cursor = nullptr;
  return code;
}

int Arguments::log_open_call() {
  return with_output<tokenry_log>(
      [&](tokenry_log** begun) { return tokenry_log_open(store, log_filter.get(), begun); },
      [](tokenry_log* begun) { EXPECT_EQ(tokenry_log_free(begun), TOKENRY_OK); });
}

int Arguments::log_free_call() {
  const int code = tokenry_log_free(log);
  log = nullptr;
  return code;
}

// Safe is a head that says nothing and that nobody signed.
int Arguments::head_call(const std::function<int(tokenry_head*)>& call) {
  std::memset(new_head->hash, 0xA5, sizeof new_head->hash);
  std::memset(new_head->signature, 0xA5, sizeof new_head->signature);
  new_head->sequence = 0xDEAD0;
  const int code = call(new_head.get());
  if (new_head.get() == nullptr) return code;
  auto blank = sized<tokenry_head>();
  blank.struct_size = new_head->struct_size;
  const bool is_blank = std::memcmp(&blank, new_head.get(), sizeof blank) == 0;
  outputs_are_safe = is_blank == (code != TOKENRY_OK);
  return code;
}

int Arguments::log_head_call() {
  return head_call([&](tokenry_head* out) { return tokenry_log_head(store, out); });
}

int Arguments::head_parse_call() {
  return head_call([&](tokenry_head* out) {
    return tokenry_head_parse(head_text.data(), head_text.size(), out);
  });
}

int Arguments::head_print_call() {
  std::size_t size = 0xDEAD0;
  const int code = tokenry_head_print(head.get(), has_buffer ? buffer : nullptr, capacity, &size);
  if (code == TOKENRY_OK) {
    outputs_are_safe = size == std::strlen(buffer);
  } else {
    const bool is_blank = !has_buffer || capacity == 0 || buffer[0] == '\0';
    outputs_are_safe = is_blank && size < sizeof buffer;
  }
  return code;
}

int Arguments::scope_set_call() {
  std::memset(set->bits, 0xA5, sizeof set->bits);
  const int code =
      tokenry_scope_set_make(store, names_pointer, name_sizes.data(), name_count, set.get());
  if (code == TOKENRY_OK || set.get() == nullptr) return code;
  // Safe is a set that no call takes: as the empty set, it would require nothing.
  set.set_size(sizeof(tokenry_scope_set));
  auto checked = sized<tokenry_request>();
  checked.credentials = scene.live.text.data();
  checked.credentials_size = scene.live.text.size();
  checked.required = set.get();
  outputs_are_safe =
      tokenry_verify(scene.world.store(), &checked, nullptr) == TOKENRY_INVALID_ARGUMENT;
  return code;
}

int Arguments::verify_call() {
  const int code = tokenry_verify(store, request.get(), judged_verdict.get());
  if (judged_verdict.get() == nullptr) return code;
  const tokenry_verdict& judged = *judged_verdict;
  const bool is_allowed = code == TOKENRY_ALLOWED && judged.reason == TOKENRY_ALLOWED;
  const bool is_unavailable = code >= 100 && judged.reason == TOKENRY_UNAVAILABLE &&
                              judged.http_status == 503 && judged.id == 0 &&
                              judged.store_tag == 0 && judged.effective_bits[0] == 0;
  outputs_are_safe = is_allowed || is_unavailable;
  return code;
}

int Arguments::challenge_call() {
  std::size_t size = 0xDEAD0;
  const int code = tokenry_verdict_challenge(store, verdict.get(), realm.data(), realm.size(),
                                             has_buffer ? buffer : nullptr, capacity, &size);
  if (code == TOKENRY_OK) {
    outputs_are_safe = size == std::strlen(buffer);
  } else {
    const bool is_blank = !has_buffer || capacity == 0 || buffer[0] == '\0';
    outputs_are_safe = is_blank && size < sizeof buffer;
  }
  return code;
}

}  // namespace capi_tests
