#include "arguments.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace capi_tests {

Scene::Scene()
    : foreign(StoreTraits{.prefix = "frgn"}),
      live(make_token(world.store(), "root", "live", {"read"})),
      revoked(make_token(world.store(), "root", "gone", {"read"})),
      read_set(scope_set(world.store(), {"read"})),
      foreign_set(scope_set(foreign.store(), {"read"})),
      denied(verify(world.store(), live.text, {"edit"})),
      closed_store(open_store(world.path())) {
  EXPECT_EQ(revoke(world.store(), revoked.id), TOKENRY_OK);
  EXPECT_EQ(denied.reason, TOKENRY_SCOPE_DENIED);
  const Token theirs = make_token(foreign.store(), "root", "theirs", {"read"});
  foreign_verdict = verify(foreign.store(), theirs.text);
  EXPECT_EQ(foreign_verdict.reason, TOKENRY_ALLOWED);
  EXPECT_EQ(tokenry_close(closed_store), TOKENRY_OK);
}

std::string Scene::picture() const {
  return picture_of(world.store()) + files_in(world.directory().path());
}

Arguments::Arguments(Scene& its_scene)
    : scene(its_scene),
      store(scene.world.store()),
      path(scene.world.path()),
      credentials(scene.live.text),
      names_pointer(names.data()),
      ids{scene.live.id},
      ids_pointer(ids.data()),
      codes(1, 0),
      id(scene.live.id) {
  EXPECT_EQ(tokenry_list(store, nullptr, &cursor), TOKENRY_OK) << tokenry_last_error();
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
  std::memset(buffer, 'x', sizeof buffer);
}

Arguments::~Arguments() { tokenry_cursor_free(cursor); }

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
