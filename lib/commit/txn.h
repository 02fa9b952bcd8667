/*
 * txn: changes of several paths that become visible together: in the index and the work tree, as a
 * commit of HEAD, or as a commit of another branch, without index and work tree.
 *
 *	vv_txn_open(&t, repo, NULL, NULL, NULL, err);
 *	vv_txn_put(t, "prices.csv", &source, &put, err);   also vv_txn_add, vv_txn_remove ...
 *	vv_txn_commit(&id, t, "March", &options, err);     or vv_txn_stage
 *	vv_txn_free(t);
 *
 * Do not use the vv_repository for anything else until vv_txn_free. A transaction can have any
 * number of changes.
 *
 * Before vv_txn_commit or vv_txn_stage, only blocks that no ref reaches are stored. vv_txn_free
 * removes these blocks; if vv_txn_blob made them durable, gc removes them. A transaction works on
 * an index in memory (index.h): a copy of the repository's index, or an index that begins as the
 * tree of the branch. After a failure of vv_txn_add, vv_txn_stage or vv_txn_commit the repository
 * is unchanged, and further calls fail in the same way.
 */
#ifndef VV_LIB_COMMIT_TXN_H
#define VV_LIB_COMMIT_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/read/source.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/add_report.h"
#include "repo/git/repository.h"

typedef struct vv_txn vv_txn;

/* Opens a transaction. Takes the turn (repo/git/write_turn.h) and the writer's lock, and completes
 * or undoes the work of a killed varve. branch NULL: HEAD, with index and work tree. from: the
 * revision at which a new branch begins; NULL: the branch must exist (VV_ENOTFOUND), except in a
 * repository without commits. VV_EUSAGE: the repository is bare, and branch is NULL; VV_EREFUSED:
 * the branch is checked out in a work tree; VV_ELOCKED: another process had the turn or the lock
 * for too long. */
vv_status vv_txn_open(vv_txn **out, vv_repository *r, const char *branch, const char *from,
		      const vv_progress *progress, vv_error *err);
/* A value for `branch`: makes a commit that is on no branch, with the parent `from`. gc removes the
 * commit's blocks, unless a ref names the commit by then. */
extern const char vv_txn_no_branch[];
void vv_txn_free(vv_txn *t); /* accepts NULL */
VV_AUTO_FREE(vv_txn, vv_txn_free)

/* Adds files like `varve add`; vv_txn_commit or vv_txn_stage completes the addition. VV_EUSAGE: the
 * transaction has a branch. Warnings are sent to the repository's listener. */
vv_status vv_txn_add(vv_txn *t, const vv_add_request *req, vv_error *err);

typedef struct vv_txn_put_options {
	/* options of the import, and the receiver of findings; NULL: the defaults, and findings are
	 * not reported */
	const vv_dataset_options *import;
	bool described; /* the options in `import` make the file a dataset, or say how to read it */
	bool replace;   /* overwrite the file in the work tree even if it has unstaged changes */
	/* the bytes were made from the content that the path has in the transaction, including
	 * changes that others made while the transaction waited */
	bool rebased;
} vv_txn_put_options;

/* Sets the content of a path. The content becomes a dataset if the attributes track the path,
 * `described` is set, the path is already stored as a version, or it has the name of a table and
 * was not text before. Otherwise it becomes an ordinary file, of at most 64 MB. VV_EINPUT: not a
 * table; VV_EUSAGE: the path is a link or submodule, or files of this name are never tables;
 * VV_EREFUSED: unstaged changes of the file would be lost, its name is not allowed on some
 * operating systems, or an attribute sets another filter; VV_EEXISTS: the path collides with
 * another file or folder; VV_ECONFLICT: another writer changed the path while this transaction
 * waited to begin. The other functions that put or remove a path have the same errors. */
vv_status vv_txn_put(vv_txn *t, const char *path, const vv_source *source,
		     const vv_txn_put_options *o, vv_error *err);

/* Returns the transaction's reader, borrowed. */
vv_dataset_reader *vv_txn_reader(vv_txn *t);
/* Sets *out to the current content of a path. If the transaction changed the path, first makes
 * everything that was put so far durable. Other processes can then read it; if no commit names it
 * in the end, gc removes it. VV_ENOTFOUND: the path does not exist. */
vv_status vv_txn_blob(vv_oid *out, vv_txn *t, const char *path, vv_error *err);

/* Copies the blocks of a version from another repository, for vv_txn_put_root. VV_EMISSING: that
 * repository lacks blocks. vv_txn_copy_blob copies a blob of at most 64 MB, for vv_txn_put_blob. */
vv_status vv_txn_copy(vv_txn *t, vv_store *from, const vv_cid *root, vv_error *err);
vv_status vv_txn_copy_blob(vv_txn *t, vv_repository *from, const vv_oid *blob, vv_error *err);

/* Sets the content of a path to the version with this root. VV_EMISSING: the store lacks the
 * version. */
vv_status vv_txn_put_root(vv_txn *t, const char *path, const vv_cid *root, bool replace,
			  vv_error *err);
/* Sets the content of a path to a blob of this repository. */
vv_status vv_txn_put_blob(vv_txn *t, const char *path, uint32_t mode, const vv_oid *blob,
			  bool replace, vv_error *err);

/* Removes a path. VV_ENOTFOUND: the path does not exist. */
vv_status vv_txn_remove(vv_txn *t, const char *path, bool replace, vv_error *err);

typedef struct vv_txn_result {
	char state; /* compared with the index or branch: 'A', 'M', 'D', or ' ' for no change */
	vv_add_outcome what;
} vv_txn_result;

/* Sets *out to the result for the next changed path, borrowed until vv_txn_free. Returns false if
 * there are no more results. */
bool vv_txn_next(vv_txn *t, const vv_txn_result **out);

/* Makes all changes durable, and writes the files and the index. The transaction can then be used
 * again. VV_EUSAGE: the transaction has a branch; VV_ECONFLICT: another writer changed one of the
 * paths meanwhile. */
vv_status vv_txn_stage(vv_txn *t, vv_error *err);

typedef struct vv_txn_commit_options {
	bool allow_empty;
	bool no_hooks;      /* do not run hooks; if the transaction has a branch, hooks never run */
	bool no_check;      /* do not run the checks of varve.json */
	const char *author; /* "Name <mail>" */
	/* time_set: the author has `time` and offset_min; both_times: the committer has them,
	 * too */
	bool time_set, both_times;
	int64_t time;
	int offset_min;
	/* the commit that the branch must have; a null id: the branch must have no commit; NULL:
	 * the commit that the branch had when the transaction began */
	const vv_oid *expect;
} vv_txn_commit_options;

/* Commits all changes, and changes that were already staged. The transaction can then be used
 * again. *id: the new commit; null if the branch did not move. On failure, *id is set if the branch
 * moved, but the commit could not be made durable. VV_ENOCHANGE: there is nothing to commit;
 * VV_ECONFLICT: the branch moved, the index has conflicts, the message is empty, or a hook or check
 * failed. */
vv_status vv_txn_commit(vv_oid *id, vv_txn *t, const char *message, const vv_txn_commit_options *o,
			vv_error *err);

#endif
