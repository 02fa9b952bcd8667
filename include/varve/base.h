/*
 * varve/base.h: declares the errors, option structs, callbacks and cells that all headers use.
 *
 * These rules hold for every function of libvarve unless its comment states otherwise.
 *
 * - A function that can fail returns 0 or a negative error code. A function whose name ends in
 *   "next" returns 1 with an item, 0 at the end, or a negative code. After a failure, every further
 *   call of it with the same cursor returns the same code.
 * - err is the last parameter and may be NULL. *err is written only if the call fails.
 * - A function that makes a handle stores the handle in the variable that its first parameter points to. The caller owns
 *   the handle, and frees it with the function whose name ends in "free". If the call fails, the variable is set to NULL.
 * - Every function whose name ends in "free" accepts NULL. Handles may be freed in any order: a handle keeps the parts of
 *   other handles alive that it needs.
 * - The library copies, or keeps alive, everything that arguments and options point to, except the payloads of
 *   callbacks.
 * - A pointer to const that a function returns or stores in a struct is borrowed from a handle. If the handle is a cursor
 *   (a handle with a "next" function), the pointer is valid until the next call with the cursor; otherwise until the
 *   handle is freed.
 * - Names, paths, revisions and messages are UTF-8 and end with NUL; but a repository may contain paths and commit
 *   messages that are not UTF-8. Data (cells, keys, bytes of files) has a length and may contain any byte. Paths of
 *   files in a repository are relative to the top of the work tree, and their separator is '/'.
 * - Rows, columns and parts are counted from 0, lines from 1. Messages, which are for people, count rows from 1.
 * - Only one thread at a time may use a handle. Different threads may use different handles, even if the handles were made
 *   from the same repository. A varve_version, varve_table, varve_filter or varve_report never changes after it was made, so
 *   threads may share it; but no thread may use it after it was freed.
 * - The library holds no mutex while a callback runs. A transaction or a merge holds the repository's lock for writers,
 *   also during callbacks; so a callback must not write to the same repository.
 * - The library prints nothing and never ends the process. It does not read the environment, except with
 *   VARVE_OPEN_ENVIRON, and except TMPDIR, in which it may make temporary files; for libgit2, see
 *   varve_repo_options.env. It does not change the environment, locale, working directory, umask or
 *   signal handlers.
 * - If memory runs out, a function returns VARVE_ENOMEM and leaves nothing half done.
 * - After fork(), the child process may not use the handles that the parent made. It may free them; the parent's handles
 *   stay usable.
 */
#ifndef VARVE_BASE_H
#define VARVE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define VARVE_BEGIN extern "C" {
#define VARVE_END }
#define VARVE_INIT(type)                                                                           \
	([] {                                                                                      \
		type o_{};                                                                         \
		o_.size = sizeof(type);                                                            \
		return o_;                                                                         \
	}())
#else
#define VARVE_BEGIN
#define VARVE_END
/* Makes an option struct with all defaults: varve_diff_options o = VARVE_INIT(varve_diff_options); */
#define VARVE_INIT(type) ((type){.size = sizeof(type)})
#endif

#if defined(__GNUC__)
#define VARVE_API __attribute__((visibility("default")))
#else
#define VARVE_API
#endif

VARVE_BEGIN

/* The version of these headers: major * 10000 + minor * 100 + patch. */
#define VARVE_VERSION_NUMBER 10000

/*
 * Option structs. The first member is size, which VARVE_INIT sets; if size is 0, the call returns VARVE_EUSAGE. A member
 * that is zero or NULL means its default. Later versions add members only at the end of a struct, and the library reads
 * no more than size bytes. If a program's struct is longer than the library's, the additional bytes must be zero; else
 * the call returns VARVE_ENOSUPPORT. A call with an unknown flag also returns VARVE_ENOSUPPORT. Every function accepts
 * NULL for its options: all defaults.
 *
 * Structs that the library fills and lends (pointers to const) may also grow at their end. Programs must neither copy
 * such a struct as a whole nor allocate it. varve_error, varve_text, varve_cell, varve_value, varve_test, varve_param,
 * varve_row_cell, varve_arrow_counts and varve_arrow_changes never change.
 */

/* The results of functions: 0, or a negative error code. */
enum varve_code {
	VARVE_OK = 0,
	VARVE_ENOTFOUND = -1, /* no such repository, path, revision, ref, column or row */
	VARVE_EEXISTS = -2,   /* already exists */
	/* an argument is invalid, or does not fit the object with which it is used */
	VARVE_EUSAGE = -3,
	VARVE_EINPUT = -4,      /* the given data cannot be read */
	VARVE_ECORRUPT = -5,    /* stored bytes are damaged */
	VARVE_EMISSING = -6,    /* a block or commit is not in this repository */
	VARVE_EIO = -7,         /* the operating system or a remote failed */
	VARVE_ENOMEM = -8,      /* out of memory */
	VARVE_ELOCKED = -9,     /* another process or handle holds the lock */
	VARVE_ECONFLICT = -10,  /* a merge conflict, or a concurrent change */
	VARVE_EREFUSED = -11,   /* a policy, a hook or a limit forbids the call */
	VARVE_ENOSUPPORT = -12, /* a format or feature that this version does not have */
	VARVE_ECANCELLED = -13, /* the watch's progress function cancelled the call */
	VARVE_EREJECTED = -14,  /* the other repository does not accept a push */
	VARVE_ESCHEMA = -15,    /* the given data and the table have different columns */
	VARVE_EPROGRAM = -16,   /* a program that the call needs, such as git, is not on the PATH */
	/* a remote requires a login, or does not accept the given login */
	VARVE_EAUTH = -17,
	VARVE_ENOCHANGE = -18 /* nothing to commit */
};

/* Why rows are missing in a repository. */
enum varve_gap {
	VARVE_GAP_NONE,      /* none are missing, or the reason was not determined */
	VARVE_GAP_FETCHABLE, /* a fetch may get them */
	VARVE_GAP_EXPIRED, /* they were removed by a policy; the message has its owner and the day */
	VARVE_GAP_LOST     /* no remote has them, or the repository does not have a remote */
};

/* An error: plain data, usually on the caller's stack, with nothing to free. If a message or hint of the library is too
 * long for its member, its middle is left out. */
typedef struct varve_error {
	int32_t code;      /* enum varve_code */
	int32_t hint_id;   /* used by varve_error_hint; 0: no hint, or a hint without a name */
	char message[512]; /* what happened; one line of English without a full stop */
	/* a suggestion, as a sentence; "": no hint, or a hint with a name (varve_error_hint) */
	char hint[320];
	char hint_args[320];   /* used by varve_error_hint */
	uint64_t reserved2[8]; /* the first: used by varve_error_gap; 0 */
} varve_error;

/* Returns the version of the library at run time, such as "1.0.0", as a static text. number may be NULL; else *number
 * is set to the same version, in the form of VARVE_VERSION_NUMBER. */
VARVE_API const char *varve_library_version(int *number);

/* Returns the name of an error code, such as "not-found", for logs and JSON, as a static text. Returns "unknown" if
 * code is not in enum varve_code. */
VARVE_API const char *varve_code_name(int code);

/* Returns the name of an error's hint, such as "add-fix", as a static text. The program writes a sentence for the name.
 * Returns NULL if the error has no hint, or only the sentence err->hint. args may be NULL; else args[0] to args[2] are
 * set to the hint's arguments, such as a path; they are borrowed from err, and unused arguments are "". The file
 * hints.md, which varve's package installs, lists the names; `./dev hints` in varve's source tree prints it. Later
 * versions may add names. */
VARVE_API const char *varve_error_hint(const varve_error *err, const char *args[3]);

/* Returns why rows are missing (enum varve_gap), of an error VARVE_EMISSING; else VARVE_GAP_NONE. */
VARVE_API int varve_error_gap(const varve_error *err);

/* Sets err->code and err->message, clears all other members of *err, and returns code; for callbacks that fail. If
 * message is NULL, the message is the name of the code. If it is too long, its end is cut off. err may be NULL. */
VARVE_API int varve_error_set(varve_error *err, int code, const char *message);

/* The progress of a call. */
typedef struct varve_progress {
	const char *what; /* the current step, in English: "reading rows" */
	uint64_t done,    /* the finished amount of work, in an unspecified unit */
		total;    /* the whole amount of work, in the same unit; 0: not known */
} varve_progress;

/* Watches the progress of a long call, and can cancel the call. progress() is called in the thread that made the call,
 * about once for each group of rows or each block. progress() must not call functions of varve. If progress() returns a
 * value other than 0, the call ends with VARVE_ECANCELLED. Files and refs are then unchanged, but blocks that were
 * already received stay stored. A cursor keeps a copy of the watch. */
typedef struct varve_watch {
	size_t size;
	int (*progress)(void *payload, const varve_progress *p); /* returns 0 to continue */
	void *payload;
} varve_watch;

/* A callback that receives bytes, in order. Returns 0 to continue, or a negative code of enum varve_code. After a
 * negative code, the function of varve that called the callback stops and returns the same code. err is not NULL; the
 * callback can set it with varve_error_set. */
typedef int (*varve_write_fn)(void *payload, const void *bytes, size_t len, varve_error *err);

/* A callback that reads at most len bytes into bytes. Returns the number of bytes read, 0 at the end, or a negative
 * code of enum varve_code. err is as for varve_write_fn. */
typedef int64_t (*varve_read_fn)(void *payload, void *bytes, size_t len, varve_error *err);

/* Text or bytes of a given length. */
typedef struct varve_text {
	const char *data; /* len bytes; no NUL follows them; can be NULL if len is 0 */
	size_t len;
} varve_text;

/* The kind of a cell's text. */
enum varve_cell_state {
	VARVE_CELL_TEXT = 0, /* a cell of CSV, or a decoded JSON string */
	/* the CSV row is too short to have the cell, or the JSON object does not have the member */
	VARVE_CELL_ABSENT = 1,
	VARVE_CELL_NULL = 2, /* null in JSON */
	/* a JSON number, true, false, array or object, or a JSON string that cannot be decoded exactly; as written */
	VARVE_CELL_LITERAL = 3,
	/* only if varve_rows_options.numbers is set: text points to an int64_t, and the value is this integer divided by
	 * 10^len. The integer has at most 15 digits, and len is at most 15. To get the double nearest to the value,
	 * convert the integer and 10^len to doubles, and divide them */
	VARVE_CELL_NUMBER = 4
};

/* A cell as the file spells it, but without quotes and escapes. */
typedef struct varve_cell {
	const char *text; /* len bytes; no NUL follows them; can be NULL if len is 0 */
	uint32_t len;
	uint8_t state; /* enum varve_cell_state */
	uint8_t reserved[3];
} varve_cell;

/* Stands in place of a number that is not known, or of the number of a row that does not exist. */
#define VARVE_UNKNOWN UINT64_MAX

/* The size of a buffer for a commit id (40 hexadecimal digits) or a CID, with the NUL. A CID is the content
 * identifier of a block: its SHA-256 hash, written in base32 as IPFS does. */
#define VARVE_ID_SIZE 72

VARVE_END
#endif
