/*
 * txn_internal: the members of a transaction, and functions for its sources only.
 */
#ifndef VV_LIB_COMMIT_TXN_INTERNAL_H
#define VV_LIB_COMMIT_TXN_INTERNAL_H

#include "lib/commit/txn.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"

#define VV_TXN_ATTRIBUTES ".gitattributes" /* path of the attributes file at the top */
/* size limit of a file that is not a dataset, in bytes */
#define VV_TXN_PLAIN_MAX ((size_t)64 << 20)

/* A path that the transaction read or changed. */
typedef struct vv_txn_change {
	char *path;
	bool made;                   /* false: the path was only read */
	uint32_t old_mode, new_mode; /* file modes before and after the change; 0: no file */
	vv_oid old_id, new_id;       /* blobs before and after the change */
	bool work; /* the work tree file is written or removed; false: only the index changes */
	/* dataset: the new content is a dataset; track: the attributes do not track its path yet,
	 * so a line is added */
	bool dataset, track;
	vv_stat st;     /* if `work` is false: metadata of the file that was read */
	bool was_there; /* if `work` is true: an existing file is replaced */
	vv_stat was;    /* if was_there is true: metadata of the existing file */
} vv_txn_change;

struct vv_txn {
	vv_repository *repo;       /* borrowed */
	vv_dataset_writer *writer; /* owned */
	vv_dataset_reader *reader; /* the writer's own reader */
	/* a copy of the index, with the transaction's changes; never written to its file */
	vv_index *index;
	vv_head head; /* HEAD, or the branch, when the transaction began */
	char *branch; /* "refs/heads/..."; NULL: HEAD */
	/* other writers may have changed paths since `seen`: the transaction waited for another
	 * writer, or is on a branch */
	bool waited;
	/* the commit before the transaction waited for another writer; on a branch, its commit
	 * when the transaction began; null: no commit */
	vv_oid seen;
	vv_index *seen_index;   /* the index before the transaction waited; NULL: on a branch */
	vv_txn_change *changes; /* sorted by path */
	size_t change_count, change_cap;
	/* results for vv_txn_next, whose next one has the index result_next */
	vv_txn_result **results;
	size_t result_count, result_cap, result_next;
	vv_error failed; /* the first failure; code 0: no failure yet */
};

/* Acquires the lock of the dataset writer, and reads the current index and the branch into t.
 * `from` is as for vv_txn_open. */
vv_status vv_txn_begin(vv_txn *t, const char *from, vv_error *err);
/* Closes t->index and sets it to NULL. t->reader then no longer uses it. */
void vv_txn_close_index(vv_txn *t);

/* If rc is negative, records the error *own in t, so that later calls for the transaction fail, and
 * copies it to err. Returns rc. */
vv_status vv_txn_over(vv_txn *t, vv_status rc, const vv_error *own, vv_error *err);
/* Returns the first failure of the transaction, or VV_OK if it has not failed. */
vv_status vv_txn_is_over(const vv_txn *t, vv_error *err);

#endif
