/*
 * group_stream: reads the row groups of a version in order, with the raw bytes (the bytes in the
 * file) of those groups that are not yet known to be proved. Private to dataset/table.
 *
 *   group_stream_open(&s, table, pool, is_known, payload, err)
 *   while ((more = group_stream_next(s, &g, err)) > 0) { ... }
 *   group_stream_close(s)
 *
 * The pool's threads make the bytes of the next groups in advance. The blocks of groups for which
 * is_known returns 1 are not read. At most two groups with long rows are in memory at a time.
 */
#ifndef VV_DATASET_TABLE_GROUP_STREAM_H
#define VV_DATASET_TABLE_GROUP_STREAM_H

#include <sys/types.h>

#include "base/thread.h"
#include "dataset/format/group_proof.h"

typedef struct vv_table vv_table;

/* A group. Pointers are borrowed until the next call. */
typedef struct streamed_group {
	group_items items;
	uint64_t rows; /* number of rows of the group */
	bool known;    /* is_known returned 1, or the group was proved */
	/* see group_proof.h. If the group is not known, and the byte `next` is a row end, raw_hash
	 * is not set */
	vv_pair pair;
	const char *raw; /* the raw bytes; NULL if the group is known */
	size_t raw_len;
	int next; /* the byte that follows the group; -1: the group is the last */
} streamed_group;

/* Sets pair->key for a group with the given items. If an earlier proof of this pair is known, sets
 * the other members of *pair, too, and returns 1; else returns 0, or a negative status. */
typedef int (*group_known_fn)(void *payload, const group_items *items, vv_pair *pair,
			      vv_error *err);

/* One value = one stream of groups. */
typedef struct group_stream group_stream;
/* Opens a stream of the groups of t. t and pool must outlive the stream; pool may be NULL. known is
 * called for each group. */
vv_status group_stream_open(group_stream **out, vv_table *t, vv_pool *pool, group_known_fn known,
			    void *payload, vv_error *err);
/* Makes the stream try to prove groups without their bytes (group_prove), and return proved groups
 * as known. group_stream_cut must be called, too. proofs must outlive the stream. */
vv_status group_stream_prove(group_stream *s, group_proofs *proofs, vv_error *err);
/* Sets the cut parameters with which groups are proved. Call once, before the first group is read.
 * cut is copied. */
vv_status group_stream_cut(group_stream *s, const vv_cut_params *cut, vv_error *err);
/* Sets *out to the next group. Returns 1, 0 at the end, or a negative status. A known group whose
 * last row may continue in the next bytes of the file is returned as not known, with its bytes. */
int group_stream_next(group_stream *s, streamed_group *out, vv_error *err);
/* Swaps the raw bytes of the last returned group, which must not be known, with the content of the
 * buffer raw, to avoid a copy. */
void group_stream_swap(group_stream *s, vv_buf *raw);
/* Returns the pairs of the groups that were proved or whose bytes were returned, except pairs whose
 * proof depends on their position in the file, and sets *count to their number. If the whole
 * version is equal to an import of its bytes, all these pairs are proved. Borrowed. */
const vv_pair *group_stream_pairs(const group_stream *s, size_t *count);
void group_stream_close(group_stream *s); /* accepts NULL */
VV_AUTO_FREE(group_stream, group_stream_close)

#endif
