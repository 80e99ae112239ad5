/*
 * client.c - the life of an API token, through the installed C interface.
 *
 *   cc -std=c99 client.c $(pkg-config --cflags --libs tokenry) -o client
 *   ./client STORE_DIR        (STORE_DIR must not exist; its parent must)
 *
 * Makes a store with the scopes of WHM, gives deploy-bot a token that may edit DNS zones, judges
 * the Authorization header that deploy-bot would send, revokes the token and judges it again. Ends
 * with 0 only if every step went as described.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tokenry.h>

/* Who changes the store, with the size: recorded with every change. */
#define ACTOR "client.c", (sizeof("client.c") - 1)

static const int64_t kDayMs = INT64_C(24) * 60 * 60 * 1000;

/* Ends the program if a step failed. The library's text says what was wrong; it never holds a
 * secret, so that it may be printed and logged. */
static void must(int code, const char* step) {
  if (code == TOKENRY_OK) return;
  fprintf(stderr, "%s: %s: %s\n", step, tokenry_status_name(code), tokenry_last_error());
  exit(1);
}

static void expect(int is_true, const char* what) {
  if (is_true) return;
  fprintf(stderr, "expected: %s\n", what);
  exit(1);
}

/* Through a volatile pointer, so that the compiler does not leave it out. */
static void wipe(char* text, size_t size) {
  volatile char* bytes = text;
  while (size > 0) bytes[--size] = '\0';
}

/* ---- the main flow ---- */

static tokenry_store* make_store(const char* path) {
  tokenry_store* store = NULL;
  tokenry_store_options options;
  memset(&options, 0, sizeof(options));
  options.struct_size = sizeof(options);
  options.catalog = "whm";
  options.catalog_size = strlen(options.catalog);

  must(tokenry_store_create(path, strlen(path), ACTOR, &options), "create the store");
  must(tokenry_open(path, strlen(path), NULL, &store), "open the store");
  return store;
}

/* A set of one scope: prepared once, used for any number of verifications. */
static tokenry_scope_set scope_set(tokenry_store* store, const char* name) {
  tokenry_scope_set set;
  memset(&set, 0, sizeof(set));
  set.struct_size = sizeof(set);
  must(tokenry_scope_set_make(store, &name, NULL, 1, &set), "resolve a scope");
  return set;
}

static tokenry_issued* make_token(tokenry_store* store, const tokenry_scope_set* scopes) {
  tokenry_issued* issued = NULL;
  tokenry_token_spec spec;
  memset(&spec, 0, sizeof(spec));
  spec.struct_size = sizeof(spec);
  spec.owner = "root";
  spec.owner_size = strlen(spec.owner);
  spec.label = "deploy-bot";
  spec.label_size = strlen(spec.label);
  spec.scopes = scopes;
  spec.expires_at_ms = (int64_t)time(NULL) * 1000 + 90 * kDayMs;
  must(tokenry_create(store, ACTOR, &spec, &issued), "create the token");
  return issued;
}

/* What a server does with the value of a request's Authorization header. */
static int judge(tokenry_store* store, const char* header, const tokenry_scope_set* required,
                 tokenry_verdict* verdict) {
  tokenry_request request;
  memset(&request, 0, sizeof(request));
  request.struct_size = sizeof(request);
  request.credentials = header;
  request.credentials_size = strlen(header);
  request.required = required;

  memset(verdict, 0, sizeof(*verdict));
  verdict->struct_size = sizeof(*verdict);
  return tokenry_verify(store, &request, verdict);
}

static void print_verdict(tokenry_store* store, const char* what, const tokenry_verdict* verdict) {
  tokenry_verdict_info* info = NULL;
  must(tokenry_verdict_describe(store, verdict, &info), "describe the verdict");
  printf("%-22s %d %s", what, (int)verdict->http_status, info->reason);
  if (info->owner != NULL) printf(" (%s/%s)", info->owner, info->label);
  if (info->missing_scope_count > 0) printf(", missing: %s", info->missing_scopes[0]);
  printf("\n");
  tokenry_verdict_info_free(info);
}

static void main_flow(const char* path) {
  tokenry_store* store = make_store(path);
  const tokenry_scope_set edit_dns = scope_set(store, "edit-dns");
  const tokenry_scope_set kill_dns = scope_set(store, "kill-dns");
  tokenry_issued* issued = make_token(store, &edit_dns);
  const uint64_t id = issued->info->id;
  tokenry_verdict verdict;
  char header[256];

  expect(strlen(issued->token) == issued->token_size, "a token's text ends where its size says");
  expect(issued->info->status == TOKENRY_STATUS_ACTIVE, "a new token is active");
  snprintf(header, sizeof(header), "whm root:%s", issued->token);
  tokenry_issued_free(issued); /* wipes its text: whoever needs the token has it by now */

  expect(judge(store, header, &edit_dns, &verdict) == TOKENRY_ALLOWED, "edit-dns is allowed");
  expect(verdict.id == id && verdict.http_status == 200, "200, and who it was");
  print_verdict(store, "edit a zone", &verdict);

  expect(judge(store, header, &kill_dns, &verdict) == TOKENRY_SCOPE_DENIED, "kill-dns is denied");
  expect(verdict.id == id && verdict.http_status == 403, "403, and who it was");
  print_verdict(store, "remove a zone", &verdict);

  must(tokenry_revoke(store, ACTOR, &id, 1, 0, NULL), "revoke the token");
  expect(judge(store, header, &edit_dns, &verdict) == TOKENRY_REVOKED,
         "a revoked token is refused");
  expect(verdict.http_status == 401, "401 after the revocation");
  print_verdict(store, "edit a zone, revoked", &verdict);

  wipe(header, sizeof(header));
  must(tokenry_close(store), "close the store");
}

/* ---- mistakes are answered by codes ---- */

static void mistakes(const char* path) {
  const char* unknown = "edit-dsn";
  tokenry_store* store = NULL;
  tokenry_store* closed;
  tokenry_token_info* info = NULL;
  tokenry_scope_set set;
  tokenry_verdict verdict;
  memset(&set, 0, sizeof(set));
  set.struct_size = sizeof(set);

  expect(tokenry_open(NULL, 0, NULL, &store) == TOKENRY_INVALID_ARGUMENT, "a path is needed");
  expect(store == NULL, "a failed call leaves NULL in its output");
  expect(tokenry_open(path, strlen(path), NULL, NULL) == TOKENRY_INVALID_ARGUMENT,
         "an output is needed");
  expect(tokenry_store_create(path, strlen(path), ACTOR, NULL) == TOKENRY_STORE_EXISTS,
         "a store is never overwritten");
  expect(tokenry_last_error()[0] != '\0', "a failed call leaves a text");

  must(tokenry_open(path, strlen(path), NULL, &store), "open the store again");
  expect(tokenry_scope_set_make(store, &unknown, NULL, 1, &set) == TOKENRY_UNKNOWN_SCOPE,
         "a scope that the catalog does not have");
  expect(strstr(tokenry_last_error(), "edit-dns") != NULL, "the text names the nearest scope");
  expect(tokenry_show(store, 0, &info) == TOKENRY_NOT_FOUND && info == NULL, "no such token");
  expect(judge(store, "whm root:nonsense", NULL, &verdict) == TOKENRY_MALFORMED, "no token at all");
  expect(judge(store, "", NULL, &verdict) == TOKENRY_NO_CREDENTIALS, "no credentials");

  closed = store;
  must(tokenry_close(store), "close the store again");
  expect(tokenry_close(closed) == TOKENRY_CLOSED, "a closed handle is known as such");
  expect(judge(closed, "whm root:nonsense", NULL, &verdict) == TOKENRY_CLOSED,
         "a closed handle is never followed");
  expect(verdict.reason == TOKENRY_UNAVAILABLE, "and never allows");
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s STORE_DIR\n", argv[0]);
    return 2;
  }
  printf("tokenry %s\n", tokenry_version());
  main_flow(argv[1]);
  mistakes(argv[1]);
  return 0;
}
