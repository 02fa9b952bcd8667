/*
 * varve/write.h: changes files and history, in transactions.
 *
 * 	varve_txn_open(&txn, repo, NULL, &err);
 * 	varve_txn_put(txn, "prices.csv", read, payload, NULL, &err);   any number, and varve_txn_add, _remove ...
 * 	varve_txn_commit(id, txn, "March prices", NULL, &err);         or varve_txn_stage
 * 	varve_txn_free(txn);
 *
 * The changes of a transaction become visible all at once, by varve_txn_stage or varve_txn_commit,
 * and then survive a power cut. If a transaction is freed without varve_txn_stage or
 * varve_txn_commit, its changes are discarded; the repository keeps only entries of caches, and
 * blocks that varve_txn_version stored. If the process is killed, the next process that changes the
 * repository finishes or undoes the transaction.
 */
#ifndef VARVE_WRITE_H
#define VARVE_WRITE_H

#include "varve/base.h"
#include "varve/repo.h"
#include "varve/table.h"
#include "varve/version.h"

VARVE_BEGIN

/* A transaction. */
typedef struct varve_txn varve_txn;

/* Options of varve_txn_open. */
typedef struct varve_txn_options {
	size_t size;
	/* the branch to commit to ("main" or "refs/heads/main"), without reading or changing the index and the work
	 * tree; possible in bare repositories, too. NULL: commit to HEAD, and use the index and the work tree */
	const char *branch;
	/* the revision at which the branch begins, if the branch does not exist. NULL: if the branch does not exist,
	 * but HEAD has a commit, the call fails with VARVE_ENOTFOUND */
	const char *from;
	const varve_watch *watch; /* used by all calls with the transaction */
} varve_txn_options;

/* Begins a transaction: waits until other writers have finished, and completes or undoes the work of a killed process.
 * Until the transaction is freed, other processes and handles can read the repository, but must wait to write to it.
 * VARVE_ELOCKED: another writer, or another transaction of this process, did not finish within a minute; the message
 * names the writer. VARVE_EREFUSED: the branch is checked out in a work tree, or the repository was opened with
 * VARVE_OPEN_URL; VARVE_EUSAGE: the repository is bare, and options->branch is NULL, or options->branch is not the name
 * of a branch; VARVE_ENOTFOUND: no such branch or revision. */
VARVE_API int varve_txn_open(varve_txn **out, varve_repo *repo, const varve_txn_options *options,
			     varve_error *err);

/* Ends the transaction and releases the lock. Changes that were neither staged nor committed are discarded. */
VARVE_API void varve_txn_free(varve_txn *txn);

/* Flags for varve_add_options.flags. */
enum varve_add_flag {
	VARVE_ADD_CONVERT = 1 << 0, /* also convert files that are plain text in HEAD */
	VARVE_ADD_FORCE = 1 << 1,   /* also add ignored files */
	/* if paths is NULL, also add files that are not in the index */
	VARVE_ADD_UNTRACKED = 1 << 2
};

/* Options of varve_txn_add. */
typedef struct varve_add_options {
	size_t size;
	uint32_t flags;    /* enum varve_add_flag */
	uint32_t reserved; /* 0 */
} varve_add_options;

/* Adds files of the work tree to the transaction, as `varve add` does. paths: files, and folders with all files below
 * them, ended by NULL; NULL: the whole work tree. The name, attributes and content of a file determine whether it is
 * stored as a table. If the call fails, the transaction can only be freed. VARVE_EINPUT: a file that must be a table is
 * not a table; VARVE_EREFUSED: a file is ignored; VARVE_ENOTFOUND: a path matches no file; VARVE_EUSAGE: the
 * transaction has a branch. */
VARVE_API int varve_txn_add(varve_txn *txn, const char *const *paths,
			    const varve_add_options *options, varve_error *err);

/* Flags for varve_put_options.flags. */
enum varve_put_flag {
	/* store the stream as a file of bytes; equal parts of versions are stored once */
	VARVE_PUT_AS_FILE = 1 << 0,
	/* store the stream as a table, whatever the name of path; fail if the stream is not a table */
	VARVE_PUT_AS_TABLE = 1 << 1,
	/* overwrite the file in the work tree even if it has changes that are not staged; they are lost */
	VARVE_PUT_REPLACE = 1 << 2
};

/* Options of varve_txn_put. */
typedef struct varve_put_options {
	size_t size;
	uint32_t flags;    /* enum varve_put_flag */
	uint32_t reserved; /* 0 */
	/* the dialect of the stream; NULL: detected. With a dialect, the stream must be a table */
	const varve_dialect *dialect;
	/* the columns that identify a row, ended by NULL; {NULL}: no key. With a list, the stream must be a table. NULL:
	 * the key of the previous version, or of datapackage.json, or, for a new table, a key found in its rows */
	const char *const *key;
} varve_put_options;

/* Sets the content of path to the bytes of a stream. The stream is read once, to its end. In a transaction without a
 * branch, the file in the work tree is written, too. Rows that the previous version has are not stored again.
 *
 * Without options, the stream becomes a table or a stored file if attributes track path, if the previous version is
 * stored, or if path is new and named like a table (.csv, .tsv, .tab, .psv, .ndjson, .jsonl, .jsonlines). Otherwise it
 * becomes an ordinary file of Git, which can have at most 64 MB.
 *
 * VARVE_EINPUT: the stream must be a table, but is not a table; VARVE_EREFUSED: changes of the file in the work tree
 * would be lost, a filter of Git is set for path, the name cannot be used, or an ordinary file has more than 64 MB;
 * VARVE_EEXISTS: path is a folder, or a file has the name of one of path's folders; VARVE_ECONFLICT: another process
 * changed path while this transaction waited to begin; VARVE_EUSAGE: path is a link or submodule; or a flag, dialect or
 * key requires a table or a stored file, but files with the name of path, such as .gitattributes, are never stored. If
 * read() fails, the call returns the code of read(). A failed call leaves the transaction unchanged. */
VARVE_API int varve_txn_put(varve_txn *txn, const char *path, varve_read_fn read, void *payload,
			    const varve_put_options *options, varve_error *err);

/* Sets the content of path to a version, without reading the version's rows: for copying, moving or restoring a file.
 * If the version belongs to a different repository, its blocks are copied. flags: 0 or VARVE_PUT_REPLACE.
 * VARVE_EMISSING: the root block of the version, or a block to copy, is missing; VARVE_EUSAGE: the version is a file on
 * disk that is not stored, or a table of a document, for which varve_txn_put is to be used. Other errors are as for
 * varve_txn_put. */
VARVE_API int varve_txn_put_version(varve_txn *txn, const char *path, const varve_version *version,
				    uint32_t flags, varve_error *err);

/* Makes a version of the current content of path in the transaction, for reading. The version stays valid after the
 * transaction is freed. If the transaction changed path, the call durably stores everything that was put so far; a
 * later gc removes the blocks that no commit contains. VARVE_ENOTFOUND: the transaction does not have path. */
VARVE_API int varve_txn_version(varve_version **out, varve_txn *txn, const char *path,
				varve_error *err);

/* Removes path; in a transaction without a branch, also from the work tree. flags: 0 or VARVE_PUT_REPLACE.
 * VARVE_ENOTFOUND: no such path; VARVE_EREFUSED: changes of the file in the work tree would be lost; VARVE_ECONFLICT:
 * another process changed path while this transaction waited to begin. */
VARVE_API int varve_txn_remove(varve_txn *txn, const char *path, uint32_t flags, varve_error *err);

/* The result of one change of a path. If path was removed, all members except path and state are false, 0 or "". */
typedef struct varve_txn_result {
	const char *path; /* the changed path */
	/* the change from the index or the branch: 'A' added, 'M' modified, 'D' removed, ' ' unchanged */
	char state;
	bool stored;         /* the content is stored in blocks; false: an ordinary file of Git */
	bool table;          /* the content is stored as a table */
	uint64_t rows;       /* the number of rows, if table is true */
	uint64_t columns;    /* the number of columns, if table is true */
	uint64_t bytes;      /* the length of the file */
	uint64_t groups;     /* groups of rows of a table, or chunks of a stored file */
	uint64_t groups_new; /* groups or chunks that this transaction stored */
	uint64_t bytes_new;  /* bytes on disk of the new groups or chunks */
	const char *cid; /* the CID of the root block; "": the content is not stored in blocks */
} varve_txn_result;

/* Sets *result to the next result. Each change of a path has a result, in the order of the calls. *result is valid
 * until the transaction is freed. */
VARVE_API int varve_txn_next(varve_txn *txn, const varve_txn_result **result, varve_error *err);

/* Returns the warnings and notes of the transaction so far, as lines that end with a newline: values that contradict the
 * type of their column, findings of the repository's check, leftovers of a killed process. "": no warnings. Borrowed
 * until the next call with the transaction. */
VARVE_API const char *varve_txn_warnings(const varve_txn *txn);

/* Makes all changes durable, and writes them to the files and the index. The transaction can then be used for further
 * changes. If the call fails, the repository is unchanged, and the transaction can only be freed. VARVE_ECONFLICT: a
 * path was changed since the transaction read it. VARVE_EUSAGE: the transaction has a branch; it is unchanged, and can
 * be committed. */
VARVE_API int varve_txn_stage(varve_txn *txn, varve_error *err);

/* Flags for varve_commit_options.flags. */
enum varve_commit_flag {
	VARVE_COMMIT_ALLOW_EMPTY = 1 << 0, /* commit even if nothing changed */
	/* run no hooks of Git; a transaction with a branch never runs hooks */
	VARVE_COMMIT_NO_HOOKS = 1 << 1,
	VARVE_COMMIT_NO_CHECK = 1 << 2 /* skip the check that varve.json requires */
};

/* Options of varve_txn_commit. */
typedef struct varve_commit_options {
	size_t size;
	uint32_t flags; /* enum varve_commit_flag */
	int32_t offset; /* the author's time zone, in minutes east of UTC; used if time is not 0 */
	const char *author; /* "Name <mail>"; NULL: the author in Git's settings */
	int64_t time;       /* the author's time, in seconds since 1970; 0: now */
	/* the id of a commit: the call fails with VARVE_ECONFLICT if the branch pointed to another commit when the
	 * transaction began, or made its previous commit; NULL: no such check. In any case, the call fails if the
	 * branch moved since then */
	const char *expect;
} varve_commit_options;

/* Commits all changes of the transaction, and everything that was staged before: runs hooks and the repository's check,
 * then moves the branch. id is set to the id of the commit. The transaction can then be used for further changes.
 *
 * If the call fails, the transaction can only be freed. The repository is unchanged, and id is "", with one exception:
 * if the branch moved, but making the move durable failed, the commit stays, and id is set.
 *
 * VARVE_ENOCHANGE: nothing to commit; VARVE_ECONFLICT: another process moved the branch, or changed a path after the
 * transaction read it; or conflicts are not resolved, the message is empty, or a hook or the check failed; VARVE_EUSAGE:
 * no author is known. */
VARVE_API int varve_txn_commit(char id[VARVE_ID_SIZE], varve_txn *txn, const char *message,
			       const varve_commit_options *options, varve_error *err);

/* A description of a table: the types, number formats and missing values of its columns, and its key. Each list ends with
 * NULL. If a list is NULL, varve_describe leaves that part of the description unchanged. */
typedef struct varve_description {
	size_t size;
	const char *const *types; /* "COLUMN=TYPE", with the type names of Table Schema */
	/* "COLUMN=EXAMPLE": the column's numbers are spelled like the example, as in "amount=1.234,5" */
	const char *const *numbers;
	/* "COLUMN=TEXT": the text is a missing value in this column; "=TEXT": the text is a missing value in all
	 * columns that have no list of their own */
	const char *const *missing;
	/* the columns that identify a row; a text can have several names, separated by commas */
	const char *const *key;
} varve_description;

/* Writes the description of a table of the work tree to a datapackage.json. Searches path's folder
 * and the folders above it, and chooses the nearest datapackage.json that describes path; if no
 * such file exists, the nearest datapackage.json; if no datapackage.json exists, makes a new one in
 * path's folder. The file is written durably, and keeps its formatting. The table's file is not
 * changed. Versions that are opened from path afterwards have the description; to record the
 * description in the history, pass path and the datapackage.json to varve_txn_add. package is set
 * to the path of the datapackage.json, cut to size bytes including its NUL; size can be 0.
 *
 * VARVE_ENOTFOUND: no such column or file; VARVE_EUSAGE: no such type, a path that is stored as a
 * file, or a bare repository; VARVE_EREFUSED: the repository was opened with VARVE_OPEN_URL. */
VARVE_API int varve_describe(char *package, size_t size, varve_repo *repo, const char *path,
			     const varve_description *description, varve_error *err);

VARVE_END
#endif
