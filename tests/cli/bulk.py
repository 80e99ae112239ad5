"""Many tokens at once, through the library: the command line makes them one by one."""

import ctypes
import os

LIBRARY = os.path.join(os.environ["TOKENRY_BUILD_DIR"], "capi", "libtokenry.so")
BATCH = 10_000


class ScopeSet(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
                ("store_tag", ctypes.c_uint64), ("bits", ctypes.c_uint64 * 4)]  # fmt: skip


class TokenSpec(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("owner", ctypes.c_char_p), ("owner_size", ctypes.c_size_t),
                ("label", ctypes.c_char_p), ("label_size", ctypes.c_size_t),
                ("note", ctypes.c_char_p), ("note_size", ctypes.c_size_t),
                ("scopes", ctypes.POINTER(ScopeSet)),
                ("expires_at_ms", ctypes.c_int64), ("not_before_ms", ctypes.c_int64)]  # fmt: skip


def make_tokens(directory, count, owners=10):
    """Makes count tokens without scopes, of owner-0, owner-1, ..., each labelled t-NUMBER."""
    library = ctypes.CDLL(LIBRARY)
    library.tokenry_last_error.restype = ctypes.c_char_p

    def call(function, *arguments):
        assert function(*arguments) == 0, library.tokenry_last_error().decode()

    path = os.fsencode(directory)
    store = ctypes.c_void_p()
    call(library.tokenry_open, path, ctypes.c_size_t(len(path)), None, ctypes.byref(store))
    none = ScopeSet(ctypes.sizeof(ScopeSet))
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        specs = (TokenSpec * size)()
        for i, spec in enumerate(specs):
            spec.struct_size = ctypes.sizeof(TokenSpec)
            spec.owner = b"owner-%d" % ((first + i) % owners)
            spec.owner_size = len(spec.owner)
            spec.label = b"t-%d" % (first + i)
            spec.label_size = len(spec.label)
            spec.scopes = ctypes.pointer(none)
        made = ctypes.c_void_p()
        call(library.tokenry_create_many, store, b"tester", ctypes.c_size_t(6), specs,
             ctypes.c_size_t(size), ctypes.byref(made))  # fmt: skip
        library.tokenry_issued_list_free(made)
    call(library.tokenry_close, store)
