/*
 * txn_internal: a transaction as its sources see it.
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
	bool made;                   /* else it was only looked at */
	uint32_t old_mode, new_mode; /* 0: none */
	vv_oid old_id, new_id;
	bool work; /* the file is written or removed; else only the index changes */
	bool dataset, track;
	vv_stat st;     /* not work: of the file that was read */
	bool was_there; /* work: the file that is replaced, and its stat */
	vv_stat was;
} vv_txn_change;

struct vv_txn {
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_dataset_reader *reader; /* the writer's */
	vv_index *index;           /* as the transaction sees it; never written */
	vv_head head;              /* when it began; of a branch: that one */
	char *branch;              /* "refs/heads/..."; NULL: HEAD */
	/* Where it had to wait for another writer, or has a branch, which has no turn: what there was before. seen null: nothing. */
	bool waited;
	vv_oid seen;
	vv_index *seen_index;   /* NULL with a branch */
	vv_txn_change *changes; /* by path */
	size_t change_count, change_cap;
	vv_txn_result **results;
	size_t result_count, result_cap, result_next;
	vv_error failed; /* code 0: not yet */
};

/* Reads the current index, and the branch. */
vv_status vv_txn_begin(vv_txn *t, const char *from, vv_error *err);
void vv_txn_close_index(vv_txn *t);

/* Returns rc; if it is negative, nothing more can be done with the transaction. */
vv_status vv_txn_over(vv_txn *t, vv_status rc, const vv_error *err);
vv_status vv_txn_is_over(const vv_txn *t, vv_error *err);

#endif
