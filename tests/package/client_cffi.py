"""The life of an API token from Python, through cffi and the preprocessed tokenry.h as it is.

usage: client_cffi.py STORE_DIR LIBRARY PREPROCESSED_HEADER
"""

import sys
import time

import cffi

ACTOR = b"client_cffi.py"
DAY_MS = 24 * 60 * 60 * 1000


def expect(is_true, what):
    if not is_true:
        sys.exit("expected: " + what)


class Client:
    def __init__(self, library, header):
        self.ffi = cffi.FFI()
        with open(header, encoding="utf-8") as text:
            self.ffi.cdef(text.read())
        self.lib = self.ffi.dlopen(library)

    def must(self, code):
        expect(code == self.lib.TOKENRY_OK, "no failure: %s" % self.last_error())

    def last_error(self):
        return self.ffi.string(self.lib.tokenry_last_error()).decode()

    def struct(self, name):
        value = self.ffi.new(name + " *")  # zeroed
        value.struct_size = self.ffi.sizeof(name)
        return value

    def text(self, struct, field, value):
        """Sets the pair FIELD, FIELD_size; the caller keeps the result while struct is used."""
        kept = self.ffi.new("char[]", value)
        setattr(struct, field, kept)
        setattr(struct, field + "_size", len(value))
        return kept

    def make_store(self, path):
        options = self.struct("tokenry_store_options")
        kept = self.text(options, "catalog", b"whm")
        self.must(self.lib.tokenry_store_create(path, len(path), ACTOR, len(ACTOR), options))
        del kept
        store = self.ffi.new("tokenry_store **")
        self.must(self.lib.tokenry_open(path, len(path), self.ffi.NULL, store))
        return store[0]

    def scope_set(self, store, *names):
        kept = [self.ffi.new("char[]", name) for name in names]
        result = self.struct("tokenry_scope_set")
        self.must(self.lib.tokenry_scope_set_make(
            store, self.ffi.new("const char *[]", kept), self.ffi.NULL, len(kept), result))
        return result

    def make_token(self, store, scopes):
        spec = self.struct("tokenry_token_spec")
        kept = [self.text(spec, "owner", b"root"), self.text(spec, "label", b"deploy-bot")]
        spec.scopes = scopes
        spec.expires_at_ms = int(time.time() * 1000) + 90 * DAY_MS
        issued = self.ffi.new("tokenry_issued **")
        self.must(self.lib.tokenry_create(store, ACTOR, len(ACTOR), spec, issued))
        del kept
        token = self.ffi.unpack(issued[0].token, issued[0].token_size)
        token_id = issued[0].info.id
        self.lib.tokenry_issued_free(issued[0])
        return token, token_id

    def judge(self, store, header, required):
        request = self.struct("tokenry_request")
        kept = self.text(request, "credentials", header)
        request.required = required
        verdict = self.struct("tokenry_verdict")
        reason = self.lib.tokenry_verify(store, request, verdict)
        del kept
        return reason, verdict


def main(path, library, header):
    client = Client(library, header)
    lib = client.lib
    store = client.make_store(path)
    edit_dns = client.scope_set(store, b"edit-dns")
    kill_dns = client.scope_set(store, b"kill-dns")
    token, token_id = client.make_token(store, edit_dns)
    credentials = b"whm root:" + token

    reason, verdict = client.judge(store, credentials, edit_dns)
    expect(reason == lib.TOKENRY_ALLOWED and verdict.http_status == 200, "edit-dns is allowed")
    expect(verdict.id == token_id, "the verdict says who it was")
    reason, verdict = client.judge(store, credentials, kill_dns)
    expect(reason == lib.TOKENRY_SCOPE_DENIED and verdict.http_status == 403, "kill-dns is denied")

    ids = client.ffi.new("uint64_t[]", [token_id])
    client.must(lib.tokenry_revoke(store, ACTOR, len(ACTOR), ids, 1, 0, client.ffi.NULL))
    reason, verdict = client.judge(store, credentials, edit_dns)
    expect(reason == lib.TOKENRY_REVOKED and verdict.http_status == 401,
           "a revoked token is refused")

    expect(lib.tokenry_open(client.ffi.NULL, 0, client.ffi.NULL, client.ffi.NULL)
           == lib.TOKENRY_INVALID_ARGUMENT, "a path is needed")
    expect(client.last_error() != "", "a failed call leaves a text")
    client.must(lib.tokenry_close(store))
    expect(lib.tokenry_close(store) == lib.TOKENRY_CLOSED, "a closed handle is known as such")


if __name__ == "__main__":
    main(sys.argv[1].encode(), sys.argv[2], sys.argv[3])
