/*
 * tokenry.h - the C interface of Tokenry, an embedded store for API tokens.
 *
 * This is the one stable face of the library; bindings and programs stand on it alone.
 *
 * RULES OF THE WHOLE API
 *
 * Results    Every call that can fail returns an int. 0 is success. Codes of 100 and above are a
 *            status (enum tokenry_status): the call itself failed, nothing was changed.
 *            tokenry_verify alone also returns 1 to 99, the reason of a denial (enum
 *            tokenry_reason), so that 0 means "allow" and nothing else does. Numbers never change.
 * Errors     tokenry_last_error() gives one line of text for the calling thread's last failure.
 *            No message, log line or output but tokenry_issued.token ever holds a secret.
 * Strings    In: pointer and length in bytes, UTF-8, no embedded NUL, no terminator needed; a NULL
 *            pointer with length 0 is "not given". Out: NUL-terminated and owned by the object
 *            that they came in; valid until that object is freed.
 * Structs    Each begins with struct_size. Set it to sizeof(the struct) and zero the rest before
 *            filling it: a zero field means "default". Structs grow only at the end; the shorter
 *            one of an earlier version is taken, and what it lacks is zero; the longer one of a
 *            later version is taken if what this version does not know of it is zero.
 *            Structs that the library allocates carry their size for the same reason.
 * Outputs    Output pointers are nulled (output structs: made safe) before anything else and
 *            filled only on success. Every *_free function accepts NULL.
 * Times      int64_t milliseconds since 1970-01-01T00:00:00Z; 0 is "none".
 * Actor      Every call that changes the store takes an actor, who does it: 1 to 128 bytes of
 *            UTF-8 without control characters. It is recorded, not checked.
 * Handles    tokenry_store, tokenry_cursor and tokenry_log handles are numbers in disguise: a
 *            closed, stale or invented one answers TOKENRY_CLOSED and is never dereferenced.
 * Threads    A store handle may be used from any number of threads at once, and the store from any
 *            number of processes. A cursor or log is for one thread at a time.
 * Forks      A store handle works on in the child after fork(); the child's first call reopens it.
 * Promise    No verification that begins after tokenry_revoke() returned, in any process of the
 *            host, answers 0 for that token, while data.mdb and lock.mdb keep their inodes.
 */
#ifndef TOKENRY_H
#define TOKENRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- codes ------------------------------------------------------------------------------- */

/* What a call came to. 1 to 99 are kept for enum tokenry_reason. */
enum tokenry_status {
  TOKENRY_OK = 0,
  TOKENRY_INVALID_ARGUMENT = 100, /* an argument breaks a rule; the text says which */
  TOKENRY_UNKNOWN_SCOPE = 101, /* a scope name is not in the catalog; the text names the nearest */
  TOKENRY_NOT_FOUND = 102,     /* no such token, owner or group */
  TOKENRY_CONFLICT = 103,      /* the store's state forbids it: name taken, owner suspended, ... */
  TOKENRY_CLOSED = 104,        /* the handle is closed or never was one */
  TOKENRY_STORE_MISSING = 105, /* no store at that path */
  TOKENRY_STORE_EXISTS = 106,  /* creation: the path holds something already */
  TOKENRY_PERMISSION_DENIED = 107,
  TOKENRY_STORE_BUSY =
      108, /* opening kept failing under other openers, or no reader slot is free */
  TOKENRY_STORE_FULL = 109,    /* disk or map is full; nothing was lost, revocation still works */
  TOKENRY_STORE_DAMAGED = 110, /* not a store, truncated, or a row that cannot be */
  TOKENRY_FORMAT_UNSUPPORTED = 111, /* written by a newer format or with another page layout */
  TOKENRY_KEY_MISSING = 112,
  TOKENRY_KEY_WRONG = 113,
  TOKENRY_TAMPERED = 114,               /* a row's seal does not match */
  TOKENRY_FILESYSTEM_UNSUPPORTED = 115, /* network file system */
  TOKENRY_IO_ERROR = 116,
  TOKENRY_NO_MEMORY = 117,
  TOKENRY_STORE_OPEN_ELSEWHERE = 118, /* another copy of the library in this process has it open */
  TOKENRY_INTERNAL_ERROR = 119
};

/* The outcome of a verification, in words: tokenry_reason_name(). */
enum tokenry_reason {
  TOKENRY_ALLOWED = 0, /* in words: "ok" */
  TOKENRY_NO_CREDENTIALS = 1,
  TOKENRY_BAD_HEADER = 2,
  TOKENRY_MALFORMED = 3,
  TOKENRY_UNKNOWN = 4,
  TOKENRY_EXPIRED = 5,
  TOKENRY_NOT_YET_VALID = 6,
  TOKENRY_REVOKED = 7,
  TOKENRY_SUSPENDED = 8,
  TOKENRY_OWNER_SUSPENDED = 9,
  TOKENRY_OWNER_MISMATCH = 10,
  TOKENRY_RETIRED_SECRET = 11,
  TOKENRY_ADDRESS_DENIED = 12,
  TOKENRY_SCOPE_DENIED = 13,
  TOKENRY_RATE_LIMITED = 14,
  TOKENRY_USES_EXHAUSTED = 15,
  TOKENRY_VERDICT_TAMPERED = 16,
  TOKENRY_FROZEN = 17,
  TOKENRY_UNAVAILABLE = 18
};

/* A token's status as people see it. The first that applies, in this order of precedence: tampered,
 * revoked, suspended, owner_suspended, expired, not_yet_valid, active. A tampered token's details
 * or record were altered from outside: what could not be trusted is left empty; revoke it by its
 * id. */
enum tokenry_token_status {
  TOKENRY_STATUS_ACTIVE = 1,
  TOKENRY_STATUS_NOT_YET_VALID = 2,
  TOKENRY_STATUS_EXPIRED = 3,
  TOKENRY_STATUS_OWNER_SUSPENDED = 4,
  TOKENRY_STATUS_SUSPENDED = 5,
  TOKENRY_STATUS_REVOKED = 6,
  TOKENRY_STATUS_TAMPERED = 7 /* in listings; tokenry_show answers the status TOKENRY_TAMPERED */
};

/* Limits of the interface, in bytes unless said otherwise. */
enum tokenry_limit {
  TOKENRY_MAX_SCOPES = 256, /* scopes a store, count */
  TOKENRY_MAX_SCOPE_NAME = 64,
  TOKENRY_MAX_SCOPE_TEXT = 256, /* a scope's group and text, each */
  TOKENRY_MAX_OWNER = 128,
  TOKENRY_MAX_LABEL = 64,
  TOKENRY_MAX_ACTOR = 128,
  TOKENRY_MAX_NOTE = 1024,
  TOKENRY_MIN_PREFIX = 2,
  TOKENRY_MAX_PREFIX = 10,
  TOKENRY_KEY_SIZE = 32,
  TOKENRY_ID_TEXT_SIZE = 11,      /* an id as base62 digits, without terminator */
  TOKENRY_MAX_CREDENTIALS = 8192, /* longer credentials are malformed or a bad header */
  TOKENRY_MAX_NETWORKS = 100,     /* addresses and networks a token, count */
  TOKENRY_MAX_RATES = 2,          /* rates a token, count */
  TOKENRY_MAX_RATE_COUNT = 1000000
};

/* The library's version, "major.minor.patch". Static; never fails. */
const char* tokenry_version(void);

/* One line for the calling thread's last failed call, or "". Valid until the thread's next call
 * that fails; never NULL. A successful call does not clear it. */
const char* tokenry_last_error(void);

/* The name of a status ("not_found"), a reason ("scope_denied") or a token status ("expired").
 * Static; an unknown number gives "unknown_code". */
const char* tokenry_status_name(int status);
const char* tokenry_reason_name(int reason);
const char* tokenry_token_status_name(int token_status);

/* The HTTP status that answers a reason (RFC 6750): 200 for TOKENRY_ALLOWED, else 400, 401, 403,
 * 429 or 503. An unknown number gives 503. */
int tokenry_reason_http_status(int reason);

/* ---- ids --------------------------------------------------------------------------------- */

/* A token's id is 64 bits; its text is the 11 base62 digits that also stand in the token.
 * Prints id and a terminator into text. Codes: TOKENRY_INVALID_ARGUMENT if text is NULL. */
int tokenry_id_print(uint64_t id, char text[12]);

/* Reads exactly 11 base62 digits into *id. Codes: TOKENRY_INVALID_ARGUMENT. */
int tokenry_id_parse(const char* text, size_t text_size, uint64_t* id);

/* ---- scopes ------------------------------------------------------------------------------ */

enum tokenry_scope_flag {
  TOKENRY_SCOPE_EVERYTHING = 1, /* contains every other scope, also those added later */
  TOKENRY_SCOPE_ESCALATES =
      2 /* lets its holder gain rights beyond the token; a warning for people */
};

/* A named permission. In: bit is ignored, scopes get the next free one. Names are 1 to 64 of
 * [A-Za-z0-9._:/-], the first a letter or digit; case-sensitive, yet two names that differ only in
 * case are refused. group and text are free UTF-8 of up to 256 bytes without control characters.
 * As input the lengths count; as output the strings are NUL-terminated as well. */
typedef struct tokenry_scope {
  uint32_t struct_size;
  uint32_t flags; /* enum tokenry_scope_flag, or-ed */
  uint32_t bit;   /* 0 to 255 */
  uint32_t reserved;
  const char* name;
  size_t name_size;
  const char* group;
  size_t group_size;
  const char* text;
  size_t text_size;
} tokenry_scope;

/* A catalog, in the order of its bits. Freed by tokenry_scope_list_free. */
typedef struct tokenry_scope_list {
  uint32_t struct_size;
  uint32_t count;
  const tokenry_scope* scopes;
} tokenry_scope_list;

/* Scopes resolved to bits: prepare once, use for every verification. A plain value, may be copied;
 * bits are never reused, so it never goes stale. It belongs to the store that made it. A zeroed
 * one (struct_size set) is the empty set of any store. */
typedef struct tokenry_scope_set {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t store_tag; /* which store made it; 0 is allowed with no bits set */
  uint64_t bits[4];   /* bit n stands in bits[n / 64] */
} tokenry_scope_set;

/* ---- store ------------------------------------------------------------------------------- */

/* An open store. Not a pointer that may be followed. */
typedef struct tokenry_store tokenry_store;

enum tokenry_log_level { TOKENRY_LOG_INFO = 1, TOKENRY_LOG_WARNING = 2, TOKENRY_LOG_ERROR = 3 };

/* Receives one line (no newline, NUL-terminated, valid during the call). Called on the thread that
 * noticed, never under a lock; it may call the library, must not close the store or throw. */
typedef void (*tokenry_log_callback)(void* context, int level, const char* line, size_t line_size);

enum tokenry_create_flag {
  TOKENRY_CREATE_UNSEALED = 1 /* no key, no seals: who can write the data file can make rights */
};

/* How to make a store. */
typedef struct tokenry_store_options {
  uint32_t struct_size;
  uint32_t flags;     /* enum tokenry_create_flag */
  const char* prefix; /* 2 to 10 of [a-z0-9]; default "tkry" */
  size_t prefix_size;
  const char* catalog; /* a built-in catalog: "whm"; not given: the scopes below, or none */
  size_t catalog_size;
  const tokenry_scope* scopes; /* the first's struct_size is the stride of the array */
  size_t scope_count;
  const char* group; /* Unix group that shares the store: 0660 files, 0640 key */
  size_t group_size;
  const char* key_file; /* where the key is made; default DIR/key. Must not exist */
  size_t key_file_size;
  const uint8_t* key; /* 32 bytes of the caller's own, instead of a key file; copied */
  size_t key_size;
  uint64_t map_size_bytes; /* fixed for ever; 16 MiB to 16 TiB; 0: 32 GiB of address space */
} tokenry_store_options;

/* Makes a new store: path must not exist, or be an empty directory; its parent must exist. Atomic:
 * a crash leaves either nothing at path or the complete store. options may be NULL.
 * Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_STORE_EXISTS, TOKENRY_STORE_MISSING (no parent
 * directory), TOKENRY_NOT_FOUND (group), TOKENRY_PERMISSION_DENIED, TOKENRY_STORE_FULL,
 * TOKENRY_FILESYSTEM_UNSUPPORTED, TOKENRY_IO_ERROR. */
int tokenry_store_create(const char* path, size_t path_size, const char* actor, size_t actor_size,
                         const tokenry_store_options* options);

enum tokenry_open_flag {
  TOKENRY_OPEN_NO_MAINTENANCE = 1 /* no thread: the host calls tokenry_maintain by itself */
};

/* How to open a store. */
typedef struct tokenry_open_options {
  uint32_t struct_size;
  uint32_t flags;       /* enum tokenry_open_flag */
  const char* key_file; /* default DIR/key */
  size_t key_file_size;
  const uint8_t* key; /* 32 bytes, instead of a key file; copied */
  size_t key_size;
  tokenry_log_callback log; /* may be NULL */
  void* log_context;
} tokenry_open_options;

/* Opens the store at path; opening it twice in a process shares one environment. options may be
 * NULL. On success *store is the handle, to be given back by tokenry_close.
 * Codes: TOKENRY_STORE_MISSING, TOKENRY_PERMISSION_DENIED, TOKENRY_KEY_MISSING, TOKENRY_KEY_WRONG,
 * TOKENRY_STORE_DAMAGED, TOKENRY_TAMPERED, TOKENRY_FORMAT_UNSUPPORTED, TOKENRY_STORE_BUSY,
 * TOKENRY_FILESYSTEM_UNSUPPORTED, TOKENRY_STORE_OPEN_ELSEWHERE, TOKENRY_IO_ERROR,
 * TOKENRY_NO_MEMORY, TOKENRY_INVALID_ARGUMENT. A store that fails to open is left as it was. */
int tokenry_open(const char* path, size_t path_size, const tokenry_open_options* options,
                 tokenry_store** store);

/* Closes the handle and waits for calls that run on it in other threads, then for its maintenance
 * thread, and for up to a second if another handle or process is folding. NULL is fine.
 * Codes: TOKENRY_CLOSED. Must not be called from the log callback. */
int tokenry_close(tokenry_store* store);

/* Counts and facts; walks every record in bounded steps. Freed by tokenry_store_info_free. */
typedef struct tokenry_store_info {
  uint32_t struct_size;
  uint32_t format_version; /* major << 16 | minor */
  uint32_t sealed;         /* 1 or 0 */
  uint32_t scope_count;
  const char* prefix;
  const char* store_id; /* 32 hex digits */
  uint64_t owner_count;
  uint64_t active_count; /* tokens by status now */
  uint64_t not_yet_valid_count;
  uint64_t expired_count;
  uint64_t owner_suspended_count;
  uint64_t suspended_count;
  uint64_t revoked_count;
  uint64_t tampered_count;    /* records and rows whose seal does not match */
  const char* tampered_first; /* "control", "scope 3", "record of slot 17", ...; NULL if none */
  uint64_t slot_count;        /* slots ever used, free ones included */
  uint64_t free_slot_count;
  uint64_t map_size_bytes;
  uint64_t used_bytes; /* of the map, pages to be reused included */
  uint64_t data_file_bytes;
  uint32_t reader_count; /* snapshot slots taken in all processes */
  uint32_t reader_limit;
  uint64_t transaction_id; /* of the snapshot that these figures began with */
  uint32_t frozen;         /* 1 or 0 */
  uint32_t reserved;
  const char* cells_path;    /* the file of usage cells in shared memory; NULL: there is none */
  const char* cells_problem; /* why uses are not counted and tokens with limits not admitted; NULL
                                if they are */
  uint64_t cells_bytes;
} tokenry_store_info;

/* Codes: TOKENRY_CLOSED, TOKENRY_INVALID_ARGUMENT, store errors. A tampered row is counted, not an
 * error. */
int tokenry_stat(tokenry_store* store, tokenry_store_info** info);
void tokenry_store_info_free(tokenry_store_info* info);

/* Freezes the whole store: from the next verification on, in every process, every token with a
 * right secret answers TOKENRY_FROZEN (HTTP 503), whatever it may do; nothing else changes, and
 * thawing gives all back as it was. For the first minute of an incident. Both are idempotent, and a
 * full disk or map does not stop them. Codes: TOKENRY_INVALID_ARGUMENT (actor), TOKENRY_TAMPERED
 * (the control row; every verification is refused then), store errors. */
int tokenry_freeze(tokenry_store* store, const char* actor, size_t actor_size);
int tokenry_thaw(tokenry_store* store, const char* actor, size_t actor_size);

/* Folds the usage that all processes recorded into the data file, and clears what processes left
 * behind that died. Call it every few seconds from a loop of your own, from any thread, or leave it
 * to the store: unless it was opened with TOKENRY_OPEN_NO_MAINTENANCE, a thread does it every 5
 * seconds once the process has counted a use or a denial. tokenry_close does it once more, with the
 * flag too, if the process counted any. What was not folded survives the death of every process,
 * but not a power cut. folded_count (may be NULL) gets the number of tokens whose usage was
 * written; 0 also where another handle or process is folding just now. Codes: TOKENRY_STORE_FULL,
 * store errors. */
int tokenry_maintain(tokenry_store* store, uint64_t* folded_count);

/* ---- backup and check -------------------------------------------------------------------- */

/* Tells how far long work has come: done of total, in units of its own, done never falling. Called
 * on the thread that made the call, at most ten times a second but for the last time, when done is
 * total. It may call the library, must not close the store or throw. */
typedef void (*tokenry_progress_callback)(void* context, uint64_t done, uint64_t total);

enum tokenry_backup_flag {
  TOKENRY_BACKUP_WITHOUT_KEY = 1 /* the data alone: it opens with the store's key only */
};

typedef struct tokenry_backup_options {
  uint32_t struct_size;
  uint32_t flags;                     /* enum tokenry_backup_flag */
  tokenry_progress_callback progress; /* may be NULL */
  void* progress_context;
} tokenry_backup_options;

/* Copies the store to the directory path, which must not exist; its parent must. Others go on
 * meanwhile; what was acknowledged before the call is in the copy. The copy is a store of its own
 * and private to its maker (0700, files 0600) whatever the store is: the data and, unless the flag
 * says otherwise, the key. Durable when the call returns; cut short by a crash it leaves nothing at
 * path, at the most a directory path.new-XXXXXX beside it that may be deleted. options may be NULL.
 * A store opened with a key, not a key file, has no key to write: TOKENRY_KEY_MISSING without the
 * flag. Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_CLOSED, TOKENRY_STORE_EXISTS (something is at
 * path), TOKENRY_STORE_MISSING (no parent directory), TOKENRY_KEY_MISSING, TOKENRY_KEY_WRONG (the
 * key file was replaced), TOKENRY_STORE_DAMAGED (it is none), TOKENRY_PERMISSION_DENIED,
 * TOKENRY_STORE_FULL (the disk of path), TOKENRY_STORE_BUSY, TOKENRY_IO_ERROR. */
int tokenry_backup(tokenry_store* store, const char* path, size_t path_size,
                   const tokenry_backup_options* options);

typedef struct tokenry_check_options {
  uint32_t struct_size;
  uint32_t flags;       /* 0 */
  const char* key_file; /* default DIR/key */
  size_t key_file_size;
  const uint8_t* key; /* 32 bytes, instead of a key file; copied */
  size_t key_size;
  tokenry_progress_callback progress; /* may be NULL */
  void* progress_context;
  const char* head; /* a line of the log's head that was kept elsewhere: the store must be true to
                       it still, or the log was cut or all of it put back from an older copy */
  size_t head_size;
} tokenry_check_options;

/* What an examination found. Freed by tokenry_check_report_free. */
typedef struct tokenry_check_report {
  uint32_t struct_size;
  uint32_t rows_checked; /* 1, or 0: pages are so damaged that the rows could not be looked at */
  size_t finding_count;  /* 0: all is well; else up to 1000 */
  const char* const* findings; /* one line each: what is wrong, where, what it means */
  uint64_t total_finding_count;
  uint64_t page_count;  /* pages of the data file in use or to be reused */
  uint64_t token_count; /* revoked ones included */
  uint64_t row_count;
} tokenry_check_report;

/* Examines the store at path, open or not, while others go on: first every page of data.mdb, each
 * number in it checked before it is used, so that no damage can harm the caller; then every row
 * against its seal and against every other row. Changes nothing. options may be NULL.
 * TOKENRY_OK with findings or without; a file too damaged to be opened is a finding. What keeps the
 * data from being looked at is an error. Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_STORE_MISSING,
 * TOKENRY_PERMISSION_DENIED, TOKENRY_KEY_MISSING, TOKENRY_KEY_WRONG, TOKENRY_STORE_DAMAGED (the key
 * file is none), TOKENRY_FORMAT_UNSUPPORTED, TOKENRY_STORE_BUSY, TOKENRY_FILESYSTEM_UNSUPPORTED,
 * TOKENRY_STORE_OPEN_ELSEWHERE, TOKENRY_IO_ERROR, TOKENRY_NO_MEMORY. */
int tokenry_check(const char* path, size_t path_size, const tokenry_check_options* options,
                  tokenry_check_report** report);
void tokenry_check_report_free(tokenry_check_report* report);

/* ---- catalog ----------------------------------------------------------------------------- */

/* Adds a scope to the catalog. Codes: TOKENRY_INVALID_ARGUMENT (name, text, 256 reached),
 * TOKENRY_CONFLICT (name taken, in any case), store errors. */
int tokenry_scope_add(tokenry_store* store, const char* actor, size_t actor_size,
                      const tokenry_scope* scope);
int tokenry_scope_list_get(tokenry_store* store, tokenry_scope_list** list);
void tokenry_scope_list_free(tokenry_scope_list* list);

/* Resolves count names to a set. name_sizes may be NULL if all names are NUL-terminated.
 * Codes: TOKENRY_UNKNOWN_SCOPE (the text names the nearest), TOKENRY_INVALID_ARGUMENT,
 * TOKENRY_TAMPERED (the catalog), store errors. set->struct_size must be set by the caller. After
 * a failure *set is one that every call refuses, so that nothing is taken to require nothing. */
int tokenry_scope_set_make(tokenry_store* store, const char* const* names, const size_t* name_sizes,
                           size_t count, tokenry_scope_set* set);

/* ---- owners ------------------------------------------------------------------------------ */

/* An account that tokens act for: 1 to 128 of [A-Za-z0-9._@+-]. Freed by tokenry_owner_info_free.
 */
typedef struct tokenry_owner_info {
  uint32_t struct_size;
  uint32_t suspended;          /* 1 or 0 */
  uint32_t ceiling_everything; /* 1: every scope, also those added later */
  uint32_t ceiling_count;
  const char* name;
  const char* const*
      ceiling;          /* names of the scopes that the owner may have, ceiling_count of them */
  uint64_t token_count; /* tokens that are not revoked */
  int64_t created_at_ms;
  const char* created_by;
} tokenry_owner_info;

/* All owners, by name. Freed by tokenry_owner_list_free. */
typedef struct tokenry_owner_list {
  uint32_t struct_size;
  uint32_t reserved;
  size_t count;
  const tokenry_owner_info* const* owners;
} tokenry_owner_list;

/* Makes an owner. ceiling NULL: everything. Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_CONFLICT
 * (exists), store errors. tokenry_create makes a missing owner by itself, with no ceiling. */
int tokenry_owner_create(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, const tokenry_scope_set* ceiling);

/* Sets the ceiling (NULL: everything) and narrows or widens the effective scopes of all the
 * owner's tokens in the same transaction; makes a missing owner. */
int tokenry_owner_set_ceiling(tokenry_store* store, const char* actor, size_t actor_size,
                              const char* owner, size_t owner_size,
                              const tokenry_scope_set* ceiling);

/* Suspends or resumes the owner with all tokens. Idempotent. Codes: TOKENRY_NOT_FOUND, ... */
int tokenry_owner_suspend(tokenry_store* store, const char* actor, size_t actor_size,
                          const char* owner, size_t owner_size);
int tokenry_owner_resume(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size);

/* Renames; all tokens go on under the new name, and the old one is free. Codes: TOKENRY_NOT_FOUND,
 * TOKENRY_CONFLICT (an owner of the new name exists), TOKENRY_INVALID_ARGUMENT, store errors. */
int tokenry_owner_rename(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, const char* new_name,
                         size_t new_name_size);

/* Revokes all tokens of the owner and removes the owner. revoked_count may be NULL.
 * Codes: TOKENRY_NOT_FOUND, ... */
int tokenry_owner_delete(tokenry_store* store, const char* actor, size_t actor_size,
                         const char* owner, size_t owner_size, uint64_t* revoked_count);

int tokenry_owner_get(tokenry_store* store, const char* owner, size_t owner_size,
                      tokenry_owner_info** info);
void tokenry_owner_info_free(tokenry_owner_info* info);
int tokenry_owner_list_get(tokenry_store* store, tokenry_owner_list** list);
void tokenry_owner_list_free(tokenry_owner_list* list);

/* ---- tokens ------------------------------------------------------------------------------ */

/* So many uses at once, and then one more whenever period_ms / count has passed (GCRA), shared by
 * all processes of the host and counted on a clock that nobody sets. */
typedef struct tokenry_rate {
  uint32_t count;     /* 1 to TOKENRY_MAX_RATE_COUNT, at most 100 for each millisecond */
  uint32_t period_ms; /* 1 second to 31 days */
} tokenry_rate;

/* Everything about a token but its secret. Freed by tokenry_token_info_free. */
typedef struct tokenry_token_info {
  uint32_t struct_size;
  int32_t status; /* enum tokenry_token_status, at the time of the call */
  uint64_t id;
  const char* id_text; /* 11 base62 digits */
  const char* owner;
  const char* label;
  const char* note; /* "" if none */
  const char* created_by;
  const char* updated_by;              /* who changed it last, or created_by */
  const char* const* scopes;           /* granted, by name, in catalog order */
  const char* const* effective_scopes; /* granted and within the owner's ceiling, both expanded */
  size_t scope_count;
  size_t effective_scope_count;
  uint64_t granted_bits[4];
  uint64_t effective_bits[4];
  int64_t created_at_ms;
  int64_t secret_created_at_ms;
  int64_t not_before_ms;
  int64_t expires_at_ms; /* the first millisecond at which it no longer works */
  int64_t updated_at_ms;
  int64_t revoked_at_ms;
  int64_t last_used_at_ms;  /* to the second; 0: never */
  const char* last_used_ip; /* of the last use; NULL if no address was given, or never used */
  uint64_t use_count;       /* verifications that were allowed */
  uint64_t denied_count;    /* verifications that were denied though the right secret was shown */
  const char* const* exercised_scopes; /* that verifications asked for and got, by name */
  size_t exercised_scope_count;
  uint64_t exercised_bits[4];
  const char* const* allow_ips; /* addresses and networks it may be used from; none: anywhere */
  size_t allow_ip_count;
  uint64_t max_uses;  /* since that limit was set; 0: no limit */
  uint64_t uses_left; /* of max_uses */
  const tokenry_rate* rates;
  size_t rate_count;
  int64_t overlap_ends_at_ms;         /* when the previous secret ended or ends; 0: never rotated */
  uint32_t retires_on_use;            /* 1: the newest secret's first use ends the overlap */
  uint32_t newest_secret_used;        /* 1: it was shown since the last rotation */
  int64_t previous_secret_seen_at_ms; /* when the previous secret was last shown, accepted or not;
                                         0: not since the rotation */
} tokenry_token_info;

void tokenry_token_info_free(tokenry_token_info* info);

/* A token to make. */
typedef struct tokenry_token_spec {
  uint32_t struct_size;
  uint32_t flags;    /* 0 */
  const char* owner; /* made if missing */
  size_t owner_size;
  const char* label; /* 1 to 64 of [A-Za-z0-9._-], unique among the owner's unrevoked tokens */
  size_t label_size;
  const char* note; /* up to 1024 bytes */
  size_t note_size;
  const tokenry_scope_set* scopes; /* required; the empty set grants nothing but identity */
  int64_t expires_at_ms;           /* must lie in the future; 0 never */
  int64_t not_before_ms;           /* 0 at once; before expires_at_ms */
  const char* const* allow_ips;    /* NUL-terminated: an IPv4 or IPv6 address, or ADDRESS/BITS
                                      without host bits; none: from anywhere */
  size_t allow_ip_count;           /* up to TOKENRY_MAX_NETWORKS */
  uint64_t max_uses;               /* at most 10^12; 0: no limit */
  const tokenry_rate* rates;       /* all must admit */
  size_t rate_count;               /* up to TOKENRY_MAX_RATES */
} tokenry_token_spec;

/* A new token, the only place where its text ever stands. tokenry_issued_free wipes it. */
typedef struct tokenry_issued {
  uint32_t struct_size;
  uint32_t token_size; /* bytes in token, without terminator */
  const char* token;
  const tokenry_token_info* info;
} tokenry_issued;

/* Makes a token, durable when the call returns. Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_CONFLICT
 * (label in use; owner suspended), TOKENRY_STORE_FULL, store errors. */
int tokenry_create(tokenry_store* store, const char* actor, size_t actor_size,
                   const tokenry_token_spec* spec, tokenry_issued** issued);
void tokenry_issued_free(tokenry_issued* issued);

/* New tokens, in the order of their specs. tokenry_issued_list_free wipes and frees all of them. */
typedef struct tokenry_issued_list {
  uint32_t struct_size;
  uint32_t reserved;
  size_t count;
  const tokenry_issued* const* issued;
} tokenry_issued_list;

/* Makes count tokens in one durable transaction, all or none; specs' stride is the first's
 * struct_size. Codes as for tokenry_create; the text names the spec that was refused. */
int tokenry_create_many(tokenry_store* store, const char* actor, size_t actor_size,
                        const tokenry_token_spec* specs, size_t count, tokenry_issued_list** list);
void tokenry_issued_list_free(tokenry_issued_list* list);

/* The id of OWNER/LABEL: the live token or, where there is none, the one revoked last.
 * Codes: TOKENRY_NOT_FOUND, TOKENRY_INVALID_ARGUMENT, store errors. */
int tokenry_find(tokenry_store* store, const char* owner, size_t owner_size, const char* label,
                 size_t label_size, uint64_t* id);

/* The id of a token whose text (or whole Authorization header) is at hand, in whatever state the
 * token is, also if it was tampered with. Codes: TOKENRY_NOT_FOUND (no token has this secret),
 * TOKENRY_INVALID_ARGUMENT (not a token), store errors. */
int tokenry_identify(tokenry_store* store, const char* credentials, size_t credentials_size,
                     uint64_t* id);

/* Codes: TOKENRY_NOT_FOUND, TOKENRY_TAMPERED, store errors. */
int tokenry_show(tokenry_store* store, uint64_t id, tokenry_token_info** info);

enum tokenry_edit_field {
  TOKENRY_EDIT_LABEL = 1,
  TOKENRY_EDIT_SCOPES = 2, /* replace the granted scopes by set_scopes */
  TOKENRY_EDIT_ADD_SCOPES = 4,
  TOKENRY_EDIT_REMOVE_SCOPES = 8, /* applied after adding */
  TOKENRY_EDIT_EXPIRES_AT = 16,
  TOKENRY_EDIT_NOT_BEFORE = 32,
  TOKENRY_EDIT_NOTE = 64,
  TOKENRY_EDIT_ALLOW_IPS = 128, /* replace the list; an empty one admits from anywhere */
  TOKENRY_EDIT_MAX_USES = 256,  /* so many uses from now on; 0: no limit */
  TOKENRY_EDIT_RATES = 512      /* replace the rates */
};

enum tokenry_change_flag {
  TOKENRY_DRY_RUN = 1 /* check everything, change nothing */
};

/* What to change; only the named fields count. */
typedef struct tokenry_edit_spec {
  uint32_t struct_size;
  uint32_t fields; /* enum tokenry_edit_field, or-ed; at least one */
  uint32_t flags;  /* enum tokenry_change_flag */
  uint32_t reserved;
  const char* label;
  size_t label_size;
  const char* note;
  size_t note_size;
  const tokenry_scope_set* set_scopes;
  const tokenry_scope_set* add_scopes;
  const tokenry_scope_set* remove_scopes;
  int64_t expires_at_ms; /* 0 never; else in the future */
  int64_t not_before_ms; /* 0 at once */
  const char* const* allow_ips;
  size_t allow_ip_count;
  uint64_t max_uses;
  const tokenry_rate* rates;
  size_t rate_count;
} tokenry_edit_spec;

/* Edits a token; holds for every verification that begins after the call returned. after (may be
 * NULL) gets the token as it is then, or would be in a dry run.
 * Codes: TOKENRY_NOT_FOUND, TOKENRY_CONFLICT (revoked; label in use), TOKENRY_INVALID_ARGUMENT,
 * TOKENRY_TAMPERED, TOKENRY_STORE_FULL, store errors. */
int tokenry_edit(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                 const tokenry_edit_spec* spec, tokenry_token_info** after);

enum tokenry_rotate_flag {
  TOKENRY_ROTATE_RETIRE_ON_USE = 1, /* the new secret's first use ends the overlap, durably before
                                       that use is answered */
  TOKENRY_ROTATE_AT_ONCE = 2        /* no overlap, also where a rotation is pending: from now on the
                                       new secret alone works */
};

/* How to rotate. */
typedef struct tokenry_rotate_spec {
  uint32_t struct_size;
  uint32_t flags;     /* enum tokenry_rotate_flag */
  int64_t overlap_ms; /* how long the present secret goes on working; up to 366 days; 0: 24 hours */
} tokenry_rotate_spec;

/* Gives a token a new secret; id, label and settings stay. spec may be NULL. Afterwards the old
 * secret answers TOKENRY_RETIRED_SECRET. Rotating again while the overlap runs replaces a newest
 * secret that nobody has shown yet, so a rotation whose answer was lost can be repeated; the
 * replaced secret answers TOKENRY_UNKNOWN. Codes: TOKENRY_NOT_FOUND, TOKENRY_CONFLICT (revoked; or
 * a rotation is pending and its secret was used: finish or abort it first),
 * TOKENRY_INVALID_ARGUMENT, TOKENRY_TAMPERED, TOKENRY_STORE_FULL, store errors. */
int tokenry_rotate(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                   const tokenry_rotate_spec* spec, tokenry_issued** issued);

/* finish ends the overlap for good, also where it is over by the clock alone; idempotent. abort
 * goes back to the previous secret while that still works: the newest one answers
 * TOKENRY_RETIRED_SECRET then if it was shown before, else TOKENRY_UNKNOWN. after (may be NULL)
 * gets the token as it is then. Codes: TOKENRY_NOT_FOUND, TOKENRY_CONFLICT (revoked; never rotated;
 * abort: the overlap is over), TOKENRY_TAMPERED, store errors. */
int tokenry_rotate_finish(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                          tokenry_token_info** after);
int tokenry_rotate_abort(tokenry_store* store, const char* actor, size_t actor_size, uint64_t id,
                         tokenry_token_info** after);

/* The four below act on count ids, up to 1,000,000, in one transaction. What can be done is done;
 * codes (may be NULL) gets a status for each id. The call answers TOKENRY_OK if all went, else the
 * first id's failure, though the others are changed. Where the call itself failed, its code stands
 * for every id; with a count above the limit codes is left alone. flags: enum tokenry_change_flag.
 *
 * suspend, resume: idempotent; TOKENRY_CONFLICT for a revoked token.
 * revoke: for good; idempotent; the record is kept. On a full disk or map it goes on into a
 * reserve; thousands at once may then answer TOKENRY_STORE_FULL, and go through in smaller steps.
 * purge: removes a revoked token's record for good, so its id answers unknown; TOKENRY_CONFLICT for
 *        one that is not revoked. */
int tokenry_suspend(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                    size_t count, uint32_t flags, int32_t* codes);
int tokenry_resume(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                   size_t count, uint32_t flags, int32_t* codes);
int tokenry_revoke(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                   size_t count, uint32_t flags, int32_t* codes);
int tokenry_purge(tokenry_store* store, const char* actor, size_t actor_size, const uint64_t* ids,
                  size_t count, uint32_t flags, int32_t* codes);

/* ---- listing ----------------------------------------------------------------------------- */

/* A walk over tokens. Not a pointer that may be followed. */
typedef struct tokenry_cursor tokenry_cursor;

enum tokenry_sort {
  TOKENRY_SORT_NONE = 0,  /* in store order, streamed with constant memory */
  TOKENRY_SORT_OWNER = 1, /* owner, then label */
  TOKENRY_SORT_LABEL = 2,
  TOKENRY_SORT_CREATED = 3,
  TOKENRY_SORT_EXPIRES = 4, /* those that never expire come after all others */
  TOKENRY_SORT_STATUS = 5,
  TOKENRY_SORT_LAST_USED = 6 /* never used first */
};

/* Which tokens. Empty lists match all; within a list any match counts; the lists must all match. */
typedef struct tokenry_filter {
  uint32_t struct_size;
  uint32_t sort;             /* enum tokenry_sort */
  uint32_t descending;       /* 1 or 0 */
  uint32_t status_mask;      /* 1 << enum tokenry_token_status, or-ed; 0 all */
  const char* const* owners; /* NUL-terminated names */
  size_t owner_count;
  const char* label_glob;          /* NUL-terminated; * ? and [a-z] [!a-z] */
  const tokenry_scope_set* scopes; /* tokens with at least one of these effective scopes */
  uint64_t limit;                  /* 0 none */
} tokenry_filter;

/* Begins a walk; filter may be NULL. The walk keeps no snapshot open: it reads in steps, so a token
 * changed meanwhile shows as it is when its step is read. Codes: TOKENRY_INVALID_ARGUMENT,
 * TOKENRY_STORE_BUSY (4096 walks are open in the process), store errors. */
int tokenry_list(tokenry_store* store, const tokenry_filter* filter, tokenry_cursor** cursor);

/* The next token, or *info NULL at the end (TOKENRY_OK both). The caller frees *info. */
int tokenry_cursor_next(tokenry_cursor* cursor, tokenry_token_info** info);

/* Codes: TOKENRY_CLOSED. NULL is fine. */
int tokenry_cursor_free(tokenry_cursor* cursor);

/* ---- log --------------------------------------------------------------------------------- */

/* Each change of the store is an event of its log, written in the change's own transaction: who
 * did what, when, and to what. Events are numbered from 1 without gaps and each is hashed with the
 * one before it, so the newest event's hash, signed, stands for the whole log. A note's text and
 * secrets never stand in the log. Beside a store one needs only its public key to check events
 * that were exported from it. */

/* What an event tells of. Numbers and names never change; later versions may add some. */
enum tokenry_operation {
  TOKENRY_OP_STORE_CREATED = 1,
  TOKENRY_OP_SCOPE_ADDED = 2,
  TOKENRY_OP_OWNER_CREATED = 3,
  TOKENRY_OP_OWNER_CEILING = 4,
  TOKENRY_OP_OWNER_SUSPENDED = 5,
  TOKENRY_OP_OWNER_RESUMED = 6,
  TOKENRY_OP_OWNER_RENAMED = 7,
  TOKENRY_OP_OWNER_DELETED = 8, /* after a revoked for each token */
  TOKENRY_OP_CREATED = 9,       /* from here on: a token */
  TOKENRY_OP_EDITED = 10,
  TOKENRY_OP_SUSPENDED = 11,
  TOKENRY_OP_RESUMED = 12,
  TOKENRY_OP_REVOKED = 13,
  TOKENRY_OP_PURGED = 14,
  TOKENRY_OP_FROZEN = 15, /* the store */
  TOKENRY_OP_THAWED = 16,
  TOKENRY_OP_ROTATED = 17, /* a token's secret */
  TOKENRY_OP_ROTATION_FINISHED = 18,
  TOKENRY_OP_ROTATION_ABORTED = 19,
  TOKENRY_OP_SECRET_RETIRED = 20,
  TOKENRY_OP_ROWS = 21 /* nothing new: more changed rows of the event before it */
};

enum tokenry_field_kind {
  TOKENRY_FIELD_TEXT = 1,
  TOKENRY_FIELD_TIME = 2,   /* in number; 0: none */
  TOKENRY_FIELD_NUMBER = 3, /* 0: none */
  TOKENRY_FIELD_FLAG = 4    /* that it is there says it all */
};

/* Something that an event set: "label", "previous_label", "note" (a flag: that it was set),
 * "scopes", "expires_at", "not_before", "ceiling", "new_owner", "scope" (may repeat), "owner_made"
 * and more; docs/format.md has the whole list. */
typedef struct tokenry_event_field {
  uint32_t struct_size;
  int32_t kind; /* enum tokenry_field_kind */
  const char* name;
  const char* text; /* "" unless the kind is TOKENRY_FIELD_TEXT */
  int64_t number;   /* 0 unless the kind is TOKENRY_FIELD_TIME or TOKENRY_FIELD_NUMBER */
} tokenry_event_field;

/* An event. Freed by tokenry_event_free. */
typedef struct tokenry_event {
  uint32_t struct_size;
  int32_t operation; /* enum tokenry_operation */
  uint64_t sequence;
  int64_t at_ms;
  uint64_t id; /* of the token; 0 none */
  const char* operation_name;
  const char* id_text; /* NULL if none */
  const char* actor;
  const char* owner; /* NULL if none */
  const char* label; /* NULL if none; of an edited token the new one */
  const tokenry_event_field* fields;
  size_t field_count;
  const uint8_t* body; /* what was hashed; tokenry_event_decode reads it again */
  size_t body_size;
  uint8_t hash[32];
  uint8_t previous_hash[32]; /* of the event before; before the first: store id and zeros */
} tokenry_event;

void tokenry_event_free(tokenry_event* event);

/* Which events; all conditions must hold, a zero field is none. */
typedef struct tokenry_log_filter {
  uint32_t struct_size;
  uint32_t reserved;
  const char* owner; /* also the new name in TOKENRY_OP_OWNER_RENAMED */
  size_t owner_size;
  uint64_t id;            /* of a token */
  int64_t since_ms;       /* events of that time and later */
  uint64_t from_sequence; /* the first number to give */
  uint64_t limit;         /* events to give at the most, oldest first */
} tokenry_log_filter;

/* A walk over the log, oldest event first. Not a pointer that may be followed. */
typedef struct tokenry_log tokenry_log;

/* Begins a walk; filter may be NULL. It reads in steps and keeps no snapshot open. Codes:
 * TOKENRY_INVALID_ARGUMENT, TOKENRY_STORE_BUSY (1024 walks are open in the process). */
int tokenry_log_open(tokenry_store* store, const tokenry_log_filter* filter, tokenry_log** log);

/* The next event, or *event NULL at the end (TOKENRY_OK both); at the end it may be asked again
 * later, for what was added meanwhile. The caller frees *event. Codes: TOKENRY_TAMPERED (an event
 * was altered or is missing: the next call goes on after it; or the log was exchanged for another:
 * the walk is over), store errors. */
int tokenry_log_next(tokenry_log* log, tokenry_event** event);

/* Codes: TOKENRY_CLOSED. NULL is fine. */
int tokenry_log_free(tokenry_log* log);

/* The newest event of a log, signed by the store. A plain value; keep it elsewhere, and it tells
 * later whether the log was cut or exchanged, or the whole store put back from an older copy. */
typedef struct tokenry_head {
  uint32_t struct_size; /* set by the caller */
  uint32_t reserved;
  uint8_t store_id[16];
  uint64_t sequence; /* 0: the log is empty */
  int64_t at_ms;     /* when it was signed */
  uint8_t hash[32];
  uint8_t signature[64];  /* Ed25519; zero from an unsealed store, which has no key */
  uint8_t public_key[32]; /* the store's; not in the text, zero after tokenry_head_parse */
} tokenry_head;

/* The log's head as it is now. Codes: TOKENRY_INVALID_ARGUMENT, TOKENRY_TAMPERED (it was altered
 * or removed), store errors. */
int tokenry_log_head(tokenry_store* store, tokenry_head* head);

/* Whether the log still holds what a head kept elsewhere says. It looks at that event alone; the
 * signature is checked with the store's own key. Codes: TOKENRY_TAMPERED (the text says how: the
 * log ends before it, another event stands at its place, this store did not sign it),
 * TOKENRY_INVALID_ARGUMENT (also: of another store), store errors. */
int tokenry_log_check(tokenry_store* store, const tokenry_head* kept);

/* A head as one line of text, "tokenry-head-1 " and store id, sequence, hash, time and signature.
 * Writes text and a terminator, capacity bytes at the most, into buffer; *size (may be NULL) gets
 * the length without terminator; 300 bytes are enough for every head. Codes:
 * TOKENRY_INVALID_ARGUMENT (also: capacity too small, then *size tells what it takes). */
int tokenry_head_print(const tokenry_head* head, char* buffer, size_t capacity, size_t* size);

/* Reads exactly such a line, without its end. Codes: TOKENRY_INVALID_ARGUMENT. */
int tokenry_head_parse(const char* text, size_t text_size, tokenry_head* head);

/* Whether the store of this public key signed the head; needs no store. Where the key came from is
 * all that the answer is worth: take it from a place that whoever may forge heads cannot write to.
 * Codes: TOKENRY_TAMPERED (it did not), TOKENRY_INVALID_ARGUMENT. */
int tokenry_head_verify(const tokenry_head* head, const uint8_t public_key[32]);

/* An event from its body and the hash of the one before it; needs no store. The new event's hash
 * is what the next one begins with, up to that of a head. Codes: TOKENRY_INVALID_ARGUMENT (also:
 * body is no event of this version, or not exactly one). */
int tokenry_event_decode(const uint8_t* body, size_t body_size, const uint8_t previous_hash[32],
                         tokenry_event** event);

/* ---- verification ------------------------------------------------------------------------ */

/* What is to be judged. */
typedef struct tokenry_request {
  uint32_t struct_size;
  uint32_t flags;          /* 0 */
  const char* credentials; /* a token's text, or an Authorization header's value: whm USER:TOKEN,
                              cpanel USER:TOKEN, Bearer TOKEN, Token TOKEN, Basic base64(USER:TOKEN)
                              or base64(TOKEN:); scheme in any case; "Authorization:" may precede */
  size_t credentials_size;
  const tokenry_scope_set* required; /* all are required; NULL or empty: none */
  int64_t now_ms;                    /* the clock to judge by; 0: the system's */
  uint32_t address_size;             /* of the peer: 0 not given, 4 IPv4, 16 IPv6. A token with a
                                        list of addresses is denied where none is given */
  uint8_t address[16];               /* network byte order */
  uint32_t reserved;
} tokenry_request;

/* The outcome. A plain value without pointers; it may be copied and kept. */
typedef struct tokenry_verdict {
  uint32_t struct_size; /* set by the caller */
  int32_t reason;       /* enum tokenry_reason */
  int32_t http_status;
  uint32_t reserved;
  uint64_t id; /* whenever the right secret was shown, also on denial; else 0 */
  uint64_t store_tag;
  uint64_t effective_bits[4]; /* when id is set */
  uint64_t missing_bits[4];   /* on TOKENRY_SCOPE_DENIED: required but not effective */
  int64_t expires_at_ms;      /* when id is set */
  int64_t judged_at_ms;       /* the clock it was judged by */
  int64_t retry_after_ms;     /* with 429 and 503: when to try again, from now */
} tokenry_verdict;

/* Judges request. Returns verdict->reason: 0 only if the token may do what is required. Misuse
 * (handle, NULL, struct_size, a set of another store) returns a status of 100 or more, with the
 * verdict TOKENRY_UNAVAILABLE. verdict may be NULL. Takes no lock, writes to no file but the shared
 * memory of the usage cells, and allocates nothing after the thread's first call on the store; but
 * for two commits: a block of uses for a token with a limit on them, and the end of an overlap that
 * the newest secret's first use brings about. What cannot be committed is TOKENRY_UNAVAILABLE. */
int tokenry_verify(tokenry_store* store, const tokenry_request* request, tokenry_verdict* verdict);

/* A verdict in words. Freed by tokenry_verdict_info_free. */
typedef struct tokenry_verdict_info {
  uint32_t struct_size;
  uint32_t reserved;
  const char* reason;         /* for the operator */
  const char* public_message; /* for the caller: says no more than he may know */
  const char* id_text;        /* NULL if the verdict has no id, or the token is gone by now */
  const char* owner;          /* NULL likewise */
  const char* label;
  const char* const* scopes; /* effective */
  size_t scope_count;
  const char* const* missing_scopes;
  size_t missing_scope_count;
} tokenry_verdict_info;

/* Codes: TOKENRY_INVALID_ARGUMENT (a verdict with an id of another store), store errors. */
int tokenry_verdict_describe(tokenry_store* store, const tokenry_verdict* verdict,
                             tokenry_verdict_info** info);
void tokenry_verdict_info_free(tokenry_verdict_info* info);

/* The WWW-Authenticate value of RFC 6750 for a denial with HTTP status 400, 401 or 403, such as
 * Bearer realm="api", error="invalid_token", error_description="...". realm may be not given; it
 * is up to 256 printable ASCII characters without quotes and backslashes. Writes the text and a
 * terminator, capacity bytes at the most, into buffer; *size (may be NULL) gets the full length
 * without terminator. For other verdicts the empty string.
 * Codes: TOKENRY_INVALID_ARGUMENT (also: capacity too small, then *size tells what it takes), for
 * TOKENRY_SCOPE_DENIED also store errors. */
int tokenry_verdict_challenge(tokenry_store* store, const tokenry_verdict* verdict,
                              const char* realm, size_t realm_size, char* buffer, size_t capacity,
                              size_t* size);

#ifdef __cplusplus
}
#endif

#endif /* TOKENRY_H */
