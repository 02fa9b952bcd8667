/*
 * varve/base.h: errors, option structs, callbacks and cells that all headers use.
 *
 * These rules hold for every function of libvarve unless its comment states otherwise.
 *
 * - A function returns 0 or a negative error code. A function whose name ends in "next" returns 1 with an
 *   item, 0 at the end, or a negative code; after a failure it returns that code again.
 * - err is the last parameter and may be NULL. It is written only when the call fails.
 * - A function that makes a handle stores it in its first parameter. The caller owns it. It is
 *   set to NULL on failure.
 * - Every function whose name ends in "free" accepts NULL. Handles may be freed in any order: a child keeps the
 *   parts of its parent alive that it needs.
 * - The library copies, or keeps alive, everything that arguments and options point to, except the payloads of
 *   callbacks.
 * - A pointer to const that a function returns or puts into a struct is borrowed from the handle: from a
 *   cursor until the next call with that cursor, from any other handle until that is freed.
 * - Names, paths, revisions and messages end with NUL and are UTF-8, but a repository may contain paths and commit
 *   messages that are not. Data (cells, keys, bytes of files) has a length and may contain any byte. Paths are
 *   relative to the top of the work tree, with '/'.
 * - Rows, columns and parts are counted from 0, lines from 1.
 * - A handle is used by one thread at a time. Different handles may be used in different threads, also when
 *   they were made from the same repository. A varve_version, varve_table, varve_filter and varve_report never
 *   change once they are made, and threads may share them; free comes last.
 * - No lock of the library is held while a callback runs.
 * - The library prints nothing, never ends the process, and does not read the environment (but see
 *   VARVE_OPEN_ENVIRON). It does not change the environment, locale, working directory, umask or signal
 *   handlers.
 * - When memory runs out a function returns VARVE_ENOMEM and nothing is half done.
 * - After fork() the child may only free the handles of the parent, which then does nothing.
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
/* An option struct with all defaults: varve_diff_options o = VARVE_INIT(varve_diff_options); */
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
 * Option structs. The first member is size, which VARVE_INIT sets. A member that is zero or NULL has its
 * default. New members are added at the end only: the library reads no more than size bytes. If a struct is
 * longer than the library's own, the rest must be zero, else the call returns VARVE_ENOSUPPORT, as it does for
 * unknown flags. Every function accepts NULL for its options.
 *
 * Structs that the library fills and lends (pointers to const) may also grow at their end. Do not copy them by
 * their size or allocate them. varve_error, varve_text, varve_cell, varve_value, varve_test, varve_param,
 * varve_row_cell, varve_arrow_counts and varve_arrow_changes are frozen.
 */

enum varve_code {
	VARVE_OK = 0,
	VARVE_ENOTFOUND = -1,   /* no such repository, path, revision, ref, column or row */
	VARVE_EEXISTS = -2,     /* already exists */
	VARVE_EUSAGE = -3,      /* an argument is invalid, or does not suit the object it is used
				 * with */
	VARVE_EINPUT = -4,      /* the given data cannot be read */
	VARVE_ECORRUPT = -5,    /* stored bytes are damaged */
	VARVE_EMISSING = -6,    /* a block or commit is not in this repository */
	VARVE_EIO = -7,         /* the operating system or a remote reported an error */
	VARVE_ENOMEM = -8,      /* out of memory */
	VARVE_ELOCKED = -9,     /* another process or handle holds the lock */
	VARVE_ECONFLICT = -10,  /* a merge conflict, or a concurrent change */
	VARVE_EREFUSED = -11,   /* a policy, a hook or a limit forbids it */
	VARVE_ENOSUPPORT = -12, /* a format or feature that this version does not have */
	VARVE_ECANCELLED = -13, /* the watch's progress function cancelled the call */
	VARVE_EREJECTED = -14,  /* another repository does not accept a push */
	VARVE_ESCHEMA = -15,    /* the columns of given data are not those of the table */
	VARVE_EPROGRAM = -16,   /* a program that this needs, such as git, is not on the PATH */
	VARVE_EAUTH =
		-17, /* a remote requires a login, or does not accept the one that was given */
	VARVE_ENOCHANGE = -18 /* there is nothing to commit */
};

/* An error: plain data on the caller's stack, without anything to free. Text that is too long for its member is
 * shortened in the middle. */
typedef struct varve_error {
	int32_t code;          /* enum varve_code */
	int32_t hint_id;       /* of varve_error_hint; 0: none */
	char message[512];     /* what happened; one line of English without a full stop */
	char hint[320];        /* what may help, as a sentence; "" when there is none */
	char hint_args[320];   /* of varve_error_hint */
	uint64_t reserved2[8]; /* 0 */
} varve_error;

/* The version of the library at run time, such as "1.0.0". Static. *number (or NULL) is set to the
 * same version in the form of VARVE_VERSION_NUMBER. */
VARVE_API const char *varve_library_version(int *number);

/* The name of an error code, such as "not-found", for logs and JSON. Static; "unknown" for other numbers. */
VARVE_API const char *varve_code_name(int code);

/* The hint of an error as a code, for programs that use their own words and commands. Returns the code's name, such as
 * "add-fix"; NULL if the error has no hint, or only the sentence err->hint. Sets args (or NULL) to the hint's arguments,
 * such as a path, borrowed from err; missing ones are "". hints.md of varve's package (./dev hints) lists the names.
 * Later versions may add some. */
VARVE_API const char *varve_error_hint(const varve_error *err, const char *args[3]);

/* For callbacks: sets code and message (NULL: the code's name) and clears the rest. err may be NULL. Returns
 * code. */
VARVE_API int varve_error_set(varve_error *err, int code, const char *message);

typedef struct varve_progress {
	const char *what;     /* the current step, in English: "reading rows" */
	uint64_t done, total; /* total 0: unknown. only their ratio is meaningful */
} varve_progress;

/* Reports the progress of a long call, and cancels it. progress is called in the thread that made the call, at each
 * group of rows or block. It must not call varve. When it returns anything but 0 the call ends with VARVE_ECANCELLED
 * and changes nothing. A cursor keeps a copy of the watch. */
typedef struct varve_watch {
	size_t size;
	int (*progress)(void *payload, const varve_progress *p);
	void *payload;
} varve_watch;

/* Takes bytes in order. Returns 0, or a code of enum varve_code, which ends the call and becomes its result. */
typedef int (*varve_write_fn)(void *payload, const void *bytes, size_t len, varve_error *err);

/* Reads at most len bytes. Returns how many, 0 at the end, or a negative code. */
typedef int64_t (*varve_read_fn)(void *payload, void *bytes, size_t len, varve_error *err);

typedef struct varve_text {
	const char *data; /* len bytes, without NUL; NULL only when len is 0 */
	size_t len;
} varve_text;

enum varve_cell_state {
	VARVE_CELL_TEXT = 0,   /* text of CSV; a decoded JSON string */
	VARVE_CELL_ABSENT = 1, /* the row is too short, or the member is missing */
	VARVE_CELL_NULL = 2,   /* null of JSON */
	VARVE_CELL_LITERAL = 3 /* a JSON number, true, false, array or object, as written */
};

/* A cell exactly as the file spells it. */
typedef struct varve_cell {
	const char *text; /* len bytes, without NUL; NULL only when len is 0 */
	uint32_t len;
	uint8_t state; /* enum varve_cell_state */
	uint8_t reserved[3];
} varve_cell;

/* A number that is not known, or a row that does not exist. */
#define VARVE_UNKNOWN UINT64_MAX

/* Room for a commit id (40 or 64 hexadecimal digits) or a CID, with the NUL. A CID is the content identifier of a
 * block: its SHA-256 hash, written in base32 as IPFS writes it. */
#define VARVE_ID_SIZE 72

VARVE_END
#endif
