/*
 * txn: changes of several paths that become visible together, in the index and work tree, as a commit of HEAD,
 * or as a commit of another branch without either.
 *
 *	vv_txn_open(&t, repo, NULL, NULL, err);      the transaction must be the repository's only user
 *	vv_txn_put(t, "prices.csv", &source, &put, err);   any number, and vv_txn_add, _remove ...
 *	vv_txn_commit(&id, t, "March", &options, err);     or vv_txn_stage
 *	vv_txn_free(t);
 *
 * Before vv_txn_commit or vv_txn_stage only unnamed blocks are stored. vv_txn_free removes them,
 * or, if vv_txn_blob made them readable, gc does. A transaction works on an index in memory
 * (index.h): the repository's own, or one that begins as the branch's tree. A failure of
 * vv_txn_add, _stage or _commit ends it: the repository is unchanged, and further calls fail
 * likewise.
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

/* Takes the turn (repo/git/write_turn.h) and the writer's lock, and finishes or undoes the work of a killed varve. branch NULL:
 * HEAD, with index and work tree. from: the revision at which a new branch begins; NULL: a branch must exist (VV_ENOTFOUND),
 * except in a repository without commits. VV_EUSAGE: a bare repository without branch; VV_EREFUSED: the branch is checked out
 * somewhere. */
vv_status vv_txn_open(vv_txn **out, vv_repository *r, const char *branch, const char *from,
		      const vv_progress *progress, vv_error *err);
/* For `branch`: makes a commit on no branch, whose parent is `from`. gc removes its blocks, unless a ref names it
 * before. */
extern const char vv_txn_no_branch[];
void vv_txn_free(vv_txn *t); /* accepts NULL */
VV_AUTO_FREE(vv_txn, vv_txn_free)

/* Adds files, as `varve add`, but without finishing: vv_txn_commit or vv_txn_stage does that.
 * Warnings are sent to the repository's listener. */
vv_status vv_txn_add(vv_txn *t, const vv_add_request *req, vv_error *err);

typedef struct vv_txn_put_options {
	/* import options, and where findings are reported; NULL: the defaults, and nothing is
	 * reported */
	const vv_dataset_options *import;
	bool described; /* import makes it a dataset, or has options for reading it */
	bool replace;   /* overwrite a work tree file even if it has unstaged changes */
	/* the bytes were made from the path's content in the transaction, including changes of others while it
	 * waited */
	bool rebased;
} vv_txn_put_options;

/* Sets the content of a path. It becomes a dataset if the attributes track it, it is described, its version is
 * stored, or it has a table's name and was not text before; otherwise an ordinary file, of at most 64 MB.
 * VV_EINPUT: not a table; VV_EREFUSED: changes of the file would be lost, its name is not valid everywhere, or
 * an attribute sets a filter; VV_EEXISTS: the path collides with another file or folder; VV_ECONFLICT: another
 * writer changed the path while this one waited to begin (as for all below that put or remove). */
vv_status vv_txn_put(vv_txn *t, const char *path, const vv_source *source,
		     const vv_txn_put_options *o, vv_error *err);

vv_dataset_reader *vv_txn_reader(vv_txn *t); /* returns the transaction's reader; borrowed */
/* The current content of a path. If the transaction changed it, everything put so far becomes durable: others can
 * read it, and gc removes versions that no commit names. VV_ENOTFOUND. */
vv_status vv_txn_blob(vv_oid *out, vv_txn *t, const char *path, vv_error *err);

/* Copies the blocks of a version of another repository, for vv_txn_put_root. VV_EMISSING.
 * vv_txn_copy_blob copies a blob of at most 64 MB, for vv_txn_put_blob. */
vv_status vv_txn_copy(vv_txn *t, vv_store *from, const vv_cid *root, vv_error *err);
vv_status vv_txn_copy_blob(vv_txn *t, vv_repository *from, const vv_oid *blob, vv_error *err);

/* Sets the content of a path to the version with this root, which the store must have.
 * VV_EMISSING. */
vv_status vv_txn_put_root(vv_txn *t, const char *path, const vv_cid *root, bool replace,
			  vv_error *err);
/* Sets the content of a path to a blob of this repository. */
vv_status vv_txn_put_blob(vv_txn *t, const char *path, uint32_t mode, const vv_oid *blob,
			  bool replace, vv_error *err);

/* Removes a path. VV_ENOTFOUND. */
vv_status vv_txn_remove(vv_txn *t, const char *path, bool replace, vv_error *err);

typedef struct vv_txn_result {
	char state; /* the change since the index or branch: 'A', 'M', 'D', or ' ' for no change */
	vv_add_outcome what;
} vv_txn_result;

/* Sets *out to the result of the next changed path; false: no more results. Borrowed until the
 * transaction is freed. */
bool vv_txn_next(vv_txn *t, const vv_txn_result **out);

/* Makes all changes durable, and writes files and index. The transaction then begins again.
 * VV_EUSAGE: the transaction has a branch; VV_ECONFLICT: another writer changed one of its paths
 * meanwhile. */
vv_status vv_txn_stage(vv_txn *t, vv_error *err);

typedef struct vv_txn_commit_options {
	bool allow_empty;
	bool no_hooks;      /* do not run hooks; with a branch, hooks never run */
	bool no_check;      /* do not run the checks of varve.json */
	const char *author; /* "Name <mail>" */
	/* time is set: for the author; both_times: also for the committer */
	bool time_set, both_times;
	int64_t time;
	int offset_min;
	/* the commit that the branch must have; a null id: the branch must have no commit; NULL:
	 * the commit that the branch had when the transaction began */
	const vv_oid *expect;
} vv_txn_commit_options;

/* Commits all changes, and earlier staged ones. The transaction then begins again. VV_ENOCHANGE:
 * nothing to commit; VV_ECONFLICT: the branch moved, the index has conflicts, the message is
 * empty, or a hook or check fails. *id is the new commit, or null if the branch has not moved;
 * *id can also be set on failure, if only making it durable failed. */
vv_status vv_txn_commit(vv_oid *id, vv_txn *t, const char *message, const vv_txn_commit_options *o,
			vv_error *err);

#endif
