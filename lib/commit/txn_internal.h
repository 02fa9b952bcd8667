/*
 * txn_internal: the members of a transaction, and functions for its sources only.
 */
#ifndef VV_LIB_COMMIT_TXN_INTERNAL_H
#define VV_LIB_COMMIT_TXN_INTERNAL_H

#include "lib/commit/txn.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"

#define VV_TXN_ATTRIBUTES ".gitattributes"
#define VV_TXN_PLAIN_MAX ((size_t)64 << 20)

typedef struct vv_txn_change {
	char *path;
	bool made;                   /* false: the path was only read */
	uint32_t old_mode, new_mode; /* 0: no file */
	vv_oid old_id, new_id;
	bool work; /* the work tree file is written or removed; false: only the index changes */
	bool dataset, track;
	vv_stat st;     /* if not work: stat of the file that was read */
	bool was_there; /* if work: whether an existing file is replaced; its stat is in was */
	vv_stat was;
} vv_txn_change;

struct vv_txn {
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_dataset_reader *reader; /* the writer's own reader */
	vv_index *index;           /* the index with the transaction's changes; never written */
	vv_head head;              /* HEAD, or the branch, when the transaction began */
	char *branch;              /* "refs/heads/..."; NULL: HEAD */
	/* other writers may have changed paths since `seen`, because the transaction waited or is
	 * on a branch */
	bool waited;
	/* the commit before the transaction waited for another writer; on a branch, its commit
	 * when the transaction began; null: no commit */
	vv_oid seen;
	vv_index *seen_index;   /* the index before the transaction waited; NULL: on a branch */
	vv_txn_change *changes; /* sorted by path */
	size_t change_count, change_cap;
	vv_txn_result **results;
	size_t result_count, result_cap, result_next;
	vv_error failed; /* the first failure; code 0: no failure yet */
};

/* Reads the current index, and the branch. */
vv_status vv_txn_begin(vv_txn *t, const char *from, vv_error *err);
void vv_txn_close_index(vv_txn *t);

/* If rc is negative, records the error, so that later calls for the transaction fail. Returns
 * rc. */
vv_status vv_txn_over(vv_txn *t, vv_status rc, const vv_error *err);
/* Fails if the transaction has failed or ended. */
vv_status vv_txn_is_over(const vv_txn *t, vv_error *err);

#endif
