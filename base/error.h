/*
 * error: errors as values on the caller's stack: code, message, hint.
 *
 * A correct caller declares `vv_error err;` and passes &err as the last argument. It tests the returned vv_status, and
 * reads err only if the status is negative: a call that succeeds may leave err unset. Lower layers set the message.
 * Upper layers can add a hint or a prefix, but do not replace the message. The functions of this header do not allocate
 * memory or print. All of them except vv_hint_args accept NULL for err.
 */
#ifndef VV_BASE_ERROR_H
#define VV_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"

/* The result of a call: one code for each decision that a caller makes. All errors are negative. */
typedef enum vv_status {
	VV_OK = 0,
	VV_ENOTFOUND = -1,   /* no such path, revision, ref, column, block */
	VV_EEXISTS = -2,     /* already exists */
	VV_EUSAGE = -3,      /* an option, name or other argument is invalid */
	VV_EINPUT = -4,      /* the given data is invalid; the message has line and column */
	VV_ECORRUPT = -5,    /* stored bytes are damaged */
	VV_EMISSING = -6,    /* a block or commit is not in this repository */
	VV_EIO = -7,         /* a call to the operating system failed */
	VV_ENOMEM = -8,      /* out of memory */
	VV_ELOCKED = -9,     /* another process holds the lock */
	VV_ECONFLICT = -10,  /* a merge conflict, or a concurrent change */
	VV_EREFUSED = -11,   /* a policy or a limit forbids the call */
	VV_ENOSUPPORT = -12, /* a format or feature that this version does not support */
	VV_ECANCELLED = -13, /* the progress callback cancelled */
	VV_EREJECTED = -14,  /* another repository rejected the transfer */
	VV_ESCHEMA = -15,    /* the given columns differ from the table's columns */
	VV_EPROGRAM = -16,   /* a program that the call needs, such as git, is not installed */
	VV_ENOCHANGE = -18,  /* nothing to commit */
	/* for calls of vv_fail only; vv_error.code never has one of these: */
	VV_EAUTH = -17,   /* sets VV_EREFUSED and vv_error.login */
	VV_ESILENT = -20, /* sets VV_EIO and vv_error.silent */
	VV_EBLOCK = -19,  /* sets VV_EMISSING and vv_error.gap to VV_GAP_FETCHABLE */
	VV_ELOST = -21    /* sets VV_EREFUSED and vv_error.lost */
} vv_status;

/* With VV_EMISSING: why a block is missing. */
typedef enum vv_gap {
	VV_GAP_NONE,      /* no block is missing, or the reason was not determined */
	VV_GAP_FETCHABLE, /* a fetch may get the block */
	VV_GAP_EXPIRED,   /* its version has expired (repo/git/history/expired.h) */
	VV_GAP_LOST       /* no remote has the block, or the repository does not have a remote */
} vv_gap;

/* The size of vv_error.message, with its NUL. */
#define VV_MESSAGE_MAX 512u
#define VV_HINT_MAX 320u /* the size of vv_error.hint */

/* The kind of a hint: VV_HINT_NONE; VV_HINT_WORDS, for a sentence that names no command of varve; or a code of
 * hint.h. */
typedef int vv_hint_id;
enum { VV_HINT_NONE, VV_HINT_WORDS };
#define VV_HINT_ARGS 3 /* the largest number of a hint's arguments */

/* Writes the program's sentence for a hint's code to out: at most size bytes including the NUL, or
 * "" if the program has no sentence for the code. name is the name of the code, such as "add-fix".
 * Unused args are "". */
typedef void (*vv_hint_words_fn)(char *out, size_t size, const char *name,
				 const char *const args[VV_HINT_ARGS]);

/* An error, or VV_OK with empty texts. The flags describe the error more closely than its code. */
typedef struct vv_error {
	vv_status code;
	bool login;  /* with VV_EREFUSED: a different login, key or token may have access */
	bool full;   /* with VV_EIO: a disk is full, or too many files are open */
	bool silent; /* with VV_EIO: the peer did not answer in time */
	bool lost;   /* with VV_EREFUSED: no copy has the version that its signed head names */
	bool failed; /* with VV_EREFUSED: the peer tried, and its operating system failed */
	/* the peer sent the error as its answer, and the connection can still be used */
	bool answered;
	vv_gap gap;                   /* with VV_EMISSING: why a block is missing */
	char message[VV_MESSAGE_MAX]; /* what happened; one line, no full stop */
	vv_hint_id hint_id;           /* advice on what to try next; VV_HINT_NONE: no advice */
	/* if hint_id is VV_HINT_WORDS, the sentence; if it is a code, the arguments, each followed
	 * by a NUL */
	char hint[VV_HINT_MAX];
} vv_error;

/* Sets err's code to `code`, and its message to the text formatted from fmt. Text that is too long
 * is shortened in the middle. The text after a newline in fmt becomes the hint (see vv_hint). If fmt
 * has no newline, err has no hint afterwards. Clears all flags of err; VV_EAUTH, VV_ESILENT,
 * VV_EBLOCK and VV_ELOST set the code and the flag named at their declarations. Returns the code that
 * was set. */
vv_status vv_fail(vv_error *err, vv_status code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets the message "<what> '<path>': <strerror(errno)>" from the errno at the call. If path is NULL,
 * the message has no path. The code is VV_ENOTFOUND for ENOENT and ENOTDIR, VV_EEXISTS for EEXIST,
 * VV_ENOMEM for ENOMEM, else VV_EIO. Sets err->full if a disk is full or too many files are open; a
 * full disk also gets a hint. Returns the code. */
vv_status vv_fail_errno(vv_error *err, const char *what, const char *path);

/* Sets the message of a failed allocation; returns VV_ENOMEM. */
vv_status vv_fail_nomem(vv_error *err);

/* Adds a sentence as a hint to an error that another function has set. Does nothing if the error has
 * a hint already. A hint that names a command of varve must be a code instead (vv_hint_code). Returns
 * err->code; if err is NULL, returns VV_EUSAGE, so that the caller still fails. */
vv_status vv_hint(vv_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Like vv_hint, but adds a code of hint.h with its arguments: vv_hint_code(err, VV_HINT_FIX, path).
 * Pass the arguments unescaped: the program escapes them when it writes the sentence. */
#define vv_hint_code(...) vv_hint_set(__VA_ARGS__, NULL, NULL, NULL)
/* Does the work of vv_hint_code; the list of arguments ends with NULL. */
vv_status vv_hint_set(vv_error *err, vv_hint_id id, const char *a, const char *b, const char *c,
		      ...);
/* Returns the name of the hint code id, such as "add-fix", or NULL if id is not a code of
 * hint.h. */
const char *vv_hint_name(vv_hint_id id);
/* Copies the hint of `from` to err, unless err already has a hint. Returns err->code or VV_EUSAGE,
 * as vv_hint does. */
vv_status vv_hint_copy(vv_error *err, const vv_error *from);
void vv_hint_clear(vv_error *err);
/* Sets args to the arguments of err's hint, borrowed from err. Unused arguments are "". */
void vv_hint_args(const vv_error *err, const char *args[VV_HINT_ARGS]);
/* If err's hint is a code, replaces the code with the sentence that words() writes for it. Removes the
 * code if words is NULL or writes no sentence. A hint that is a sentence stays unchanged. */
void vv_hint_word(vv_error *err, vv_hint_words_fn words);

/* Puts "<text>: " before err's message. The text is formatted from fmt. A message that becomes too
 * long is shortened in the middle. Returns err->code or VV_EUSAGE, as vv_hint does. */
vv_status vv_prefix(vv_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "<name>: " before err's message, with the name of a file escaped by vv_text_shows. Does nothing
 * if the message contains the name already, as messages of vv_fail_errno do. Returns err->code or
 * VV_EUSAGE, as vv_hint does. */
vv_status vv_prefix_name(vv_error *err, const char *name);

/* Sets err's code to `code`, and leaves the message, the hint and the flags unchanged. Returns code. */
vv_status vv_recode(vv_error *err, vv_status code);

/* Copies the error `why` to err. why must not be NULL. Returns why->code. */
vv_status vv_error_copy(vv_error *err, const vv_error *why);

/* For optional files and objects: if rc is VV_ENOTFOUND, clears err and returns VV_OK; else returns rc. */
vv_status vv_missing_ok(vv_status rc, vv_error *err);

/* If rc is an error and `fine` is true, clears err and returns VV_OK; else returns rc. */
vv_status vv_error_excuse(vv_status rc, bool fine, vv_error *err);

/* Makes err empty: VV_OK, no message, no hint, no flags. */
void vv_error_clear(vv_error *err);
VV_AUTO_CLEAR(vv_error, vv_error_clear)

/* An error for a caller that does not read the error, but does read the returned code. (If the caller passes NULL, a
 * function that ends with vv_hint returns VV_EUSAGE in place of the error's code.) */
#define VV_IGNORED (&(vv_error){.code = VV_OK})

#endif
