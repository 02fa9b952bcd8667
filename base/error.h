/*
 * error: errors as values on the caller's stack: code, message, hint.
 *
 * A correct caller: declares `vv_error err;`, passes &err last, tests the
 * returned vv_status, and reads err only when the status is negative. Lower
 * layers set the message; upper layers may add a hint or a prefix and never
 * replace it. Nothing here allocates or prints; none of it can fail.
 * Every function that takes a vv_error accepts NULL for it.
 */
#ifndef VV_BASE_ERROR_H
#define VV_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"

/* One code for each decision that a caller makes; never positive. */
typedef enum vv_status {
	VV_OK = 0,
	VV_ENOTFOUND = -1, /* no such path, revision, ref, column, block */
	VV_EEXISTS = -2,   /* there already */
	VV_EUSAGE = -3,    /* the caller's words are off: options, names */
	VV_EINPUT = -4,    /* the data given cannot be taken: line and column in the message */
	VV_ECORRUPT = -5,  /* stored bytes are damaged */
	VV_EMISSING = -6,  /* a block that something names is missing here */
	VV_EIO = -7,       /* a call to the operating system failed */
	VV_ENOMEM = -8,
	VV_ELOCKED = -9,     /* another process holds the lock */
	VV_ECONFLICT = -10,  /* refused by the state: merge conflict, compare-and-swap lost */
	VV_EREFUSED = -11,   /* a policy or a limit forbids it */
	VV_ENOSUPPORT = -12, /* a format or feature of a newer or other program */
	VV_ECANCELLED = -13, /* the progress callback cancelled */
	VV_EREJECTED = -14,  /* another repository rejected the transfer */
	VV_ESCHEMA = -15,    /* the columns given are not those of the table */
	VV_EPROGRAM = -16,   /* a program that this needs, such as git, is not installed */
	VV_ENOCHANGE = -18,  /* there is nothing to commit */
	/* For vv_fail alone: */
	VV_EAUTH = -17,   /* VV_EREFUSED, where another login may be let in */
	VV_ESILENT = -20, /* VV_EIO, where the other side was silent or too slow */
	VV_EBLOCK = -19,  /* VV_EMISSING of a block, which a fetch may bring */
	VV_ELOST = -21 /* VV_EREFUSED, where no copy has the version that its signed head names */
} vv_status;

/* A message of this size that a peer sent still fits with the peer's name before it. */
#define VV_MESSAGE_MAX 512u
#define VV_HINT_MAX 320u

/* A hint: none, a sentence without commands of varve, or a code of hint.h. */
typedef int vv_hint_id;
enum { VV_HINT_NONE, VV_HINT_WORDS };
#define VV_HINT_ARGS 3

/* The program's words for a code: writes a sentence of at most size bytes, with its NUL; "" when there are none.
 * name: "add-fix"; arguments that a hint does not have are "". */
typedef void (*vv_hint_words_fn)(char *out, size_t size, const char *name,
				 const char *const args[VV_HINT_ARGS]);

typedef struct vv_error {
	vv_status code;
	bool login;                   /* VV_EREFUSED: another login, key or token may be let in */
	bool full;                    /* VV_EIO: no room on a disk, or too many open files */
	bool block;                   /* VV_EMISSING: a block, which a fetch may bring */
	bool silent;                  /* VV_EIO: the other side was silent or too slow */
	bool lost;                    /* VV_EREFUSED: no copy has the signed version */
	bool answered;                /* the other side's answer; the line is still in step */
	char message[VV_MESSAGE_MAX]; /* what happened; one line, no full stop */
	vv_hint_id hint_id;     /* what to try next; VV_HINT_NONE if varve has no good advice */
	char hint[VV_HINT_MAX]; /* the sentence, or the code's arguments with a NUL after each */
} vv_error;

/* Sets code and message; long text loses its middle. The text after a newline in fmt becomes the hint (see vv_hint); without a
 * newline the hint is cleared. Returns code: VV_EREFUSED for VV_EAUTH and VV_ELOST, VV_EMISSING for VV_EBLOCK, VV_EIO for VV_ESILENT. */
vv_status vv_fail(vv_error *err, vv_status code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets "<what> '<path>': <strerror(errno)>" from the errno at the call; the code is VV_ENOTFOUND
 * for ENOENT/ENOTDIR, VV_EEXISTS for EEXIST, VV_ENOMEM for ENOMEM, else VV_EIO. A full disk gets a
 * hint. path may be NULL. Returns the code. */
vv_status vv_fail_errno(vv_error *err, const char *what, const char *path);

/* Sets the message of a failed allocation; returns VV_ENOMEM. */
vv_status vv_fail_nomem(vv_error *err);

/* Adds a hint to an error that another function made, unless it has one. Returns err->code; VV_EUSAGE for a NULL err, so that
 * the caller still fails.
 * Hints that name a command of varve are codes. */
vv_status vv_hint(vv_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same with a code and its unescaped arguments (hint.h); the function that words the hint
 * escapes them. vv_hint_code(err, VV_HINT_FIX, path) */
#define vv_hint_code(...) vv_hint_set(__VA_ARGS__, NULL, NULL, NULL)
vv_status vv_hint_set(vv_error *err, vv_hint_id id, const char *a, const char *b, const char *c,
		      ...);
/* "add-fix"; NULL for no hint, and for a sentence. */
const char *vv_hint_name(vv_hint_id id);
/* The hint of another error, where none is set yet. */
vv_status vv_hint_copy(vv_error *err, const vv_error *from);
void vv_hint_clear(vv_error *err);
/* The arguments; "" where there are none. Borrowed from err. */
void vv_hint_args(const vv_error *err, const char *args[VV_HINT_ARGS]);
/* Makes a sentence of a hint that is a code; without words (NULL) it is gone. */
void vv_hint_word(vv_error *err, vv_hint_words_fn words);

/* Puts "<text>: " before the message, cutting the middle where it gets too long.
 * Returns as vv_hint does. */
vv_status vv_prefix(vv_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with a file's name, unless the message has it already, as those of the system do. */
vv_status vv_prefix_name(vv_error *err, const char *name);

/* The same error under the code that it has for the caller's caller; err may be NULL. Returns code. */
vv_status vv_recode(vv_error *err, vv_status code);

/* Copies `why`, which an error is; err may be NULL. Returns its code. */
vv_status vv_error_copy(vv_error *err, const vv_error *why);

/* Returns VV_OK for VV_ENOTFOUND and clears err; returns any other status unchanged. For optional files and
 * objects. */
vv_status vv_missing_ok(vv_status rc, vv_error *err);

/* Returns VV_OK and clears err if rc is an error and `fine` is true; else returns rc. */
vv_status vv_error_excuse(vv_status rc, bool fine, vv_error *err);

/* Makes err empty: VV_OK, no text. */
void vv_error_clear(vv_error *err);
VV_AUTO_CLEAR(vv_error, vv_error_clear)

/* Pass this for an error that is not read. Unlike NULL, for which vv_hint returns VV_EUSAGE, it does not change the
 * returned code. */
#define VV_IGNORED (&(vv_error){.code = VV_OK})

#endif
