/*
 * txn: makes transactions. A transaction is a set of changes of paths that become visible together:
 * in the index and the work tree, or also as a commit of HEAD, or as a commit of another branch. In
 * the last case, index and work tree are unchanged.
 *
 *	vv_txn_open(&t, repo, NULL, NULL, NULL, err);
 *	vv_txn_put(t, "prices.csv", &source, &put, err);   also vv_txn_add, vv_txn_remove ...
 *	vv_txn_commit(&id, t, "March", &options, err);     or vv_txn_stage
 *	vv_txn_free(t);
 *
 * Do not use the vv_repository for anything else until vv_txn_free. A transaction can have any
 * number of changes.
 *
 * Until vv_txn_commit or vv_txn_stage, only blocks are written, and no ref reaches them yet.
 * vv_txn_free removes these blocks; gc removes those that vv_txn_blob or vv_txn_copy made durable.
 * A transaction works on an index in memory (index.h): a copy of the repository's index, or an
 * index that begins as the tree of the branch. After a failure of vv_txn_add, vv_txn_stage or
 * vv_txn_commit, further calls fail with the same error. This includes VV_ENOCHANGE, but not a
 * VV_EUSAGE because of a branch. The repository is then unchanged, unless vv_txn_commit set *id.
 */
#ifndef VV_LIB_COMMIT_TXN_H
#define VV_LIB_COMMIT_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/add_report.h"
#include "repo/git/repository.h"

typedef struct vv_dataset_options vv_dataset_options;
typedef struct vv_source vv_source;

/* A transaction. */
typedef struct vv_txn vv_txn;

/* Opens a transaction in r as *out. Acquires the lock for writers (the turn, repo/git/write_turn.h)
 * and the lock of the dataset writer, and completes or undoes the work of a killed varve. branch:
 * name of the branch to change; NULL: change HEAD, with index and work tree. from: the revision at
 * which a new branch begins; NULL: the branch must exist (VV_ENOTFOUND), except in a repository
 * without commits. VV_EUSAGE: the repository is bare and branch is NULL, or branch is not the name
 * of a branch. VV_EREFUSED: the branch is checked out in a work tree. VV_ELOCKED: another process
 * had the turn or the lock for too long. */
vv_status vv_txn_open(vv_txn **out, vv_repository *r, const char *branch, const char *from,
		      const vv_progress *progress, vv_error *err);
/* A value for the parameter `branch` of vv_txn_open: the transaction makes a commit that is on no
 * branch. Its parent is `from`; if that is NULL, it has no parent. A second commit of the
 * transaction begins with an empty tree, and has no parent. gc removes the commit's blocks,
 * unless a ref to the commit is made before gc runs. */
extern const char vv_txn_no_branch[];
void vv_txn_free(vv_txn *t); /* accepts NULL */
VV_AUTO_FREE(vv_txn, vv_txn_free)

/* Adds the files of req as `varve add` does; vv_txn_commit or vv_txn_stage completes the addition.
 * VV_EUSAGE: the transaction has a branch. Warnings are sent to the repository's listener
 * (vv_repository_notes). */
vv_status vv_txn_add(vv_txn *t, const vv_add_request *req, vv_error *err);

/* The options of a call of vv_txn_put. */
typedef struct vv_txn_put_options {
	/* options of the import, and the receiver of findings; NULL: the defaults, and findings are
	 * not reported */
	const vv_dataset_options *import;
	/* `import` has options that make the file a dataset, or that describe how to read it */
	bool described;
	bool replace; /* overwrite the file in the work tree even if it has unstaged changes */
	/* the bytes were made from the content that the path has in the transaction, so
	 * they include the changes that others made while the transaction waited to
	 * begin */
	bool rebased;
} vv_txn_put_options;

/* Sets the content of `path` to the bytes of `source`. o may be NULL. The content becomes a dataset
 * if the attributes track the path, `described` is set, the path is already stored as a version, or
 * it has the name of a table and was not text before. Otherwise it becomes an ordinary file, of at
 * most 64 MB. VV_EINPUT: the bytes are not a table. VV_EUSAGE: the path is a link or submodule, or
 * `described` is set, but files of this name are never tables. VV_EREFUSED: unstaged changes of the
 * file would be lost, its name is not allowed on some operating systems, an attribute sets another
 * filter, or an ordinary file is too large. VV_EEXISTS: the path collides with another file or
 * folder. VV_ECONFLICT: another writer changed the path while this transaction waited to begin. The
 * other functions that put or remove a path have the same errors. */
vv_status vv_txn_put(vv_txn *t, const char *path, const vv_source *source,
		     const vv_txn_put_options *o, vv_error *err);

/* Returns the transaction's reader, borrowed. */
vv_dataset_reader *vv_txn_reader(vv_txn *t);
/* Sets *out to the id of the blob with the current content of `path` in the transaction. If the
 * transaction changed the path, makes everything that was put so far durable, so that other
 * processes can read it. If no commit contains it in the end, gc removes it. VV_ENOTFOUND: the path
 * does not exist. */
vv_status vv_txn_blob(vv_oid *out, vv_txn *t, const char *path, vv_error *err);

/* Copies the blocks of the version with the root *root from the store `from` of another repository,
 * and makes them durable, for vv_txn_put_root. VV_EMISSING: `from` lacks blocks. */
vv_status vv_txn_copy(vv_txn *t, vv_store *from, const vv_cid *root, vv_error *err);
/* Copies the blob *blob, of at most 64 MB, from another repository, for vv_txn_put_blob. */
vv_status vv_txn_copy_blob(vv_txn *t, vv_repository *from, const vv_oid *blob, vv_error *err);

/* Sets the content of `path` to the version with the root *root. `replace` is as in
 * vv_txn_put_options. VV_EMISSING: the store lacks the version. */
vv_status vv_txn_put_root(vv_txn *t, const char *path, const vv_cid *root, bool replace,
			  vv_error *err);
/* Sets the content of `path` to *blob, a blob of this repository, and its file mode to `mode`. */
vv_status vv_txn_put_blob(vv_txn *t, const char *path, uint32_t mode, const vv_oid *blob,
			  bool replace, vv_error *err);

/* Removes `path`. VV_ENOTFOUND: the path does not exist. */
vv_status vv_txn_remove(vv_txn *t, const char *path, bool replace, vv_error *err);

/* The result of a changed path. */
typedef struct vv_txn_result {
	/* compared with the index or branch: 'A' added, 'M' modified, 'D' deleted, or ' ' not
	 * changed */
	char state;
	vv_add_outcome what; /* the path, and how it was stored */
} vv_txn_result;

/* Sets *out to the result of the next changed path, borrowed until vv_txn_free. Returns false if
 * there are no more results. */
bool vv_txn_next(vv_txn *t, const vv_txn_result **out);

/* Makes all changes durable, and writes the files and the index. The transaction can then be used
 * again. VV_EUSAGE: the transaction has a branch; VV_ECONFLICT: another writer changed one of the
 * paths meanwhile. */
vv_status vv_txn_stage(vv_txn *t, vv_error *err);

/* The options of a call of vv_txn_commit. */
typedef struct vv_txn_commit_options {
	bool allow_empty;   /* commit even if nothing has changed */
	bool no_hooks;      /* do not run hooks; if the transaction has a branch, hooks never run */
	bool no_check;      /* do not run the checks of varve.json */
	const char *author; /* "Name <mail>" */
	/* time_set: `time` and offset_min are the author's date; both_times: they are the
	 * committer's date, too */
	bool time_set, both_times;
	int64_t time;   /* in seconds since 1970 */
	int offset_min; /* offset of the time zone from UTC, in minutes */
	/* the commit that the branch must have; a null id: the branch must have no commit; NULL:
	 * the commit that the branch had when the transaction began, or when it made its last
	 * commit */
	const vv_oid *expect;
} vv_txn_commit_options;

/* Commits all changes of t, and changes that were already staged, and sets *id to the new commit.
 * The transaction can then be used again. On failure, *id is null; exception: if the branch moved,
 * but a later step failed, *id is the new commit. o may be NULL. VV_ENOCHANGE: there is nothing to
 * commit. VV_ECONFLICT: another process moved the branch, the index has conflicts, the message is
 * empty, or a hook or check failed. */
vv_status vv_txn_commit(vv_oid *id, vv_txn *t, const char *message, const vv_txn_commit_options *o,
			vv_error *err);

#endif
