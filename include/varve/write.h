/*
 * varve/write.h: transactions, which change files and history.
 *
 *	varve_txn_open(&txn, repo, NULL, &err);
 *	varve_txn_put(txn, "prices.csv", read, payload, NULL, &err);   any number, and varve_txn_add, _remove ...
 *	varve_txn_commit(id, txn, "March prices", NULL, &err);         or varve_txn_stage
 *	varve_txn_free(txn);
 *
 * Nothing is visible before stage or commit. Then all of it is, and survives a power cut. A transaction that is freed
 * without either leaves no trace but caches, and the versions that varve_txn_version stored. If the process is killed,
 * the next one that changes the repository finishes or undoes its work.
 */
#ifndef VARVE_WRITE_H
#define VARVE_WRITE_H

#include "varve/base.h"
#include "varve/repo.h"
#include "varve/table.h"
#include "varve/version.h"

VARVE_BEGIN

typedef struct varve_txn varve_txn;

typedef struct varve_txn_options {
	size_t size;
	/* The branch to commit to; the index and the work tree are neither read nor changed. Works in bare
	 * repositories, too. NULL: HEAD, with index and work tree. */
	const char *branch;
	/* A revision: where the branch begins if it does not exist. NULL: VARVE_ENOTFOUND, unless the repository has no
	 * commit yet. */
	const char *from;
	const varve_watch *watch; /* for all calls of the transaction; copied */
} varve_txn_options;

/* Begins a transaction: waits for other writers, and completes or undoes the work of a killed process. Other processes and
 * handles may read meanwhile, and wait to write. The transaction sees the state that earlier writers left. VARVE_ELOCKED:
 * another writer did not finish within a minute; the message names it. VARVE_EREFUSED: the branch is checked out in a work
 * tree; VARVE_EUSAGE: a bare repository, and no branch. */
VARVE_API int varve_txn_open(varve_txn **out, varve_repo *repo, const varve_txn_options *options,
			     varve_error *err);

/* Ends the transaction and releases the lock. Changes that were neither staged nor committed are discarded. */
VARVE_API void varve_txn_free(varve_txn *txn);

enum varve_add_flag {
	VARVE_ADD_CONVERT = 1 << 0,  /* also convert files that are text in HEAD */
	VARVE_ADD_FORCE = 1 << 1,    /* also add ignored files */
	VARVE_ADD_UNTRACKED = 1 << 2 /* also add files that are not in the index */
};

typedef struct varve_add_options {
	size_t size;
	uint32_t flags;    /* enum varve_add_flag */
	uint32_t reserved; /* 0 */
} varve_add_options;

/* Stages files of the work tree in the transaction, like `varve add`: the files, and those below the folders, in paths (ended
 * by NULL); NULL: all. Name, attributes and content decide what becomes a table. VARVE_EINPUT: a file that must be a table
 * is not one; VARVE_EREFUSED: an ignored file; VARVE_ENOTFOUND: a path matches nothing; VARVE_EUSAGE: the transaction has a
 * branch. When this fails the transaction can only be freed. */
VARVE_API int varve_txn_add(varve_txn *txn, const char *const *paths,
			    const varve_add_options *options, varve_error *err);

enum varve_put_flag {
	VARVE_PUT_AS_FILE = 1 << 0,  /* keep it as bytes; versions share equal parts */
	VARVE_PUT_AS_TABLE = 1 << 1, /* make a table of it, whatever its name, or fail */
	VARVE_PUT_REPLACE = 1 << 2   /* discard unstaged changes of the work tree's file */
};

typedef struct varve_put_options {
	size_t size;
	uint32_t flags;    /* enum varve_put_flag */
	uint32_t reserved; /* 0 */
	/* How the stream is written, where that should not be detected. Like a key, it makes a table of the stream. */
	const varve_dialect *dialect;
	/* The columns that identify a row, ended by NULL; {NULL}: no key. NULL: the key of the previous version, or of
	 * datapackage.json; for a new table one is searched for. */
	const char *const *key;
} varve_put_options;

/* Makes the bytes of a stream, read once to its end, the content of path. With HEAD the file in the work tree is written,
 * too. Rows of the previous version are not stored again. Without options it becomes a table or stored file if the attributes
 * track path, if the previous version is stored, or if path is new and named like a table (.csv, .tsv, .ndjson, .jsonl);
 * otherwise an ordinary file of Git, of at most 64 MB.
 *
 * VARVE_EINPUT: it must be a table and is not one; VARVE_EREFUSED: changes of the work tree's file would be lost, a filter of
 * Git is set for path, or the name cannot be used; VARVE_EEXISTS: a file has the name of one of path's folders, or path is a
 * folder. A failing read function ends the call with its code. A failed put leaves the transaction unchanged. */
VARVE_API int varve_txn_put(varve_txn *txn, const char *path, varve_read_fn read, void *payload,
			    const varve_put_options *options, varve_error *err);

/* Makes another version the content of path, without reading its rows: to copy, move or restore, also from another
 * repository, whose blocks are copied. flags: 0 or VARVE_PUT_REPLACE. VARVE_EMISSING: its root block, or a block of another repository's version, is missing here; VARVE_EUSAGE: a
 * file of the work tree or outside of it, whose bytes varve_txn_put takes. Errors as for varve_txn_put. */
VARVE_API int varve_txn_put_version(varve_txn *txn, const char *path, const varve_version *version,
				    uint32_t flags, varve_error *err);

/* The current content of path in the transaction, for reading. The caller owns it; it may outlive the transaction. If the
 * transaction changed path, everything put so far is stored durably; gc later removes what no commit contains.
 * VARVE_ENOTFOUND. */
VARVE_API int varve_txn_version(varve_version **out, varve_txn *txn, const char *path,
				varve_error *err);

/* Removes path, with HEAD also from the work tree. flags: 0 or VARVE_PUT_REPLACE. VARVE_ENOTFOUND; VARVE_EREFUSED: changes of
 * the work tree's file would be lost. */
VARVE_API int varve_txn_remove(varve_txn *txn, const char *path, uint32_t flags, varve_error *err);

typedef struct varve_txn_result {
	const char *path;
	char state;  /* 'A' added, 'M' modified, 'D' removed, ' ' unchanged from the index or
		     * branch */
	bool stored; /* in blocks; else an ordinary file of Git */
	bool table;
	uint64_t rows;       /* of a table */
	uint64_t columns;    /* likewise */
	uint64_t bytes;      /* of the file */
	uint64_t groups;     /* of rows; of a stored file: chunks */
	uint64_t groups_new; /* of them stored by this transaction */
	uint64_t bytes_new;  /* on disk, for them */
	const char *cid;     /* of the root block; "" if the content is not stored */
} varve_txn_result;

/* One result for each change of a path, in order. They stay valid until the transaction is freed. */
VARVE_API int varve_txn_next(varve_txn *txn, const varve_txn_result **result, varve_error *err);

/* Warnings of the transaction so far, in lines that end with a newline: values that contradict their column's type,
 * findings of the repository's check, leftovers of a killed process. "" if none; borrowed until the next call. */
VARVE_API const char *varve_txn_warnings(const varve_txn *txn);

/* Makes all changes durable and writes files and index. The transaction then begins again. VARVE_ECONFLICT: a path was
 * changed since the transaction read it; VARVE_EUSAGE: it has a branch. If this fails the repository is unchanged, and the
 * transaction can only be freed. */
VARVE_API int varve_txn_stage(varve_txn *txn, varve_error *err);

enum varve_commit_flag {
	VARVE_COMMIT_ALLOW_EMPTY = 1 << 0, /* commit even if nothing changed */
	VARVE_COMMIT_NO_HOOKS =
		1 << 1, /* run no hooks of Git; with a branch none runs in any case */
	VARVE_COMMIT_NO_CHECK = 1 << 2 /* skip the check that varve.json requires */
};

typedef struct varve_commit_options {
	size_t size;
	uint32_t flags;     /* enum varve_commit_flag */
	int32_t offset;     /* the author's time zone in minutes east of UTC, with time */
	const char *author; /* "Name <mail>"; NULL: from Git's settings */
	int64_t time;       /* the author's, in seconds since 1970; 0: now */
	/* the id of the commit that the branch must have; NULL: the one when the transaction began */
	const char *expect;
} varve_commit_options;

/* Commits all changes and everything staged before: runs hooks and the repository's check, then moves the branch. id gets its
 * id. The transaction then begins again. VARVE_ENOCHANGE: nothing to commit; VARVE_ECONFLICT: the branch moved, a path was
 * changed since the transaction read it, conflicts are not resolved, the message is empty, or a hook or the check fails;
 * VARVE_EUSAGE: no author is known. When this fails the transaction can only be freed, and the repository is unchanged; but if
 * moving the branch succeeded and only making that durable failed, the commit stays, and id is set. */
VARVE_API int varve_txn_commit(char id[VARVE_ID_SIZE], varve_txn *txn, const char *message,
			       const varve_commit_options *options, varve_error *err);

/* Types, missing values and key of a table's columns. Lists end with NULL; a list that is NULL changes nothing. */
typedef struct varve_description {
	size_t size;
	const char *const *types; /* "COLUMN=TYPE", as Table Schema names types */
	const char *const
		*numbers; /* "COLUMN=EXAMPLE", of numbers written like it: "amount=1.234,5" */
	/* "COLUMN=TEXT": the text means a missing value there; "=TEXT": in all columns without missing values of their own */
	const char *const *missing;
	const char *const *key; /* the columns that identify a row */
} varve_description;

/* Describes a table of the work tree, whatever HEAD has: writes the nearest datapackage.json upwards that describes path or
 * exists, or a new one beside it, durably and with its formatting kept. No row is read or changed; versions that are opened from
 * path from then on follow it, and varve_txn_add of both files records it. package: the path of the datapackage.json, cut to size
 * bytes with its NUL. VARVE_ENOTFOUND: no such column or file; VARVE_EUSAGE: no such type, a bare repository; VARVE_EREFUSED: the repository was opened by its URL. */
VARVE_API int varve_describe(char *package, size_t size, varve_repo *repo, const char *path,
			     const varve_description *description, varve_error *err);

VARVE_END
#endif
