/*
 * group_stream: the row groups of a version in order, with the bytes of the needed ones. Only for this
 * room.
 *
 *   group_stream_open(&s, table, pool, is_known, payload, err)
 *   while ((more = group_stream_next(s, &g, err)) > 0) { ... }
 *   group_stream_close(s)
 *
 * Bytes are made ahead by the pool's threads; groups named by is_known are not read. At most two groups
 * with long rows are in memory at a time.
 */
#ifndef VV_DATASET_TABLE_GROUP_STREAM_H
#define VV_DATASET_TABLE_GROUP_STREAM_H

#include <sys/types.h>

#include "base/thread.h"
#include "dataset/format/group_proof.h"
#include "dataset/table/table.h"

/* A group; borrowed until the next call. */
typedef struct streamed_group {
	const void *data, *layout, *facts; /* its list items */
	size_t data_len, layout_len, facts_len;
	uint64_t rows;
	bool known;
	vv_pair pair;    /* known: from is_known; else only its key */
	const char *raw; /* its bytes; NULL: known */
	size_t raw_len;
	int next; /* the byte that follows it; -1: it is the last */
} streamed_group;

/* For a group with its items: fills pair's key, and the whole pair if it is known. <0: status. */
typedef int (*group_known_fn)(void *payload, const streamed_group *items, bool last, vv_pair *pair,
			      vv_error *err);

typedef struct group_stream group_stream;
vv_status group_stream_open(group_stream **out, vv_table *t, vv_pool *pool, group_known_fn known,
			    void *payload, vv_error *err);
/* Returns groups that can be proved without their bytes as known, once the cut is set. proofs must
 * outlive the stream; cut is copied, and set once, before the first group. */
vv_status group_stream_prove(group_stream *s, group_proofs *proofs, vv_error *err);
vv_status group_stream_cut(group_stream *s, const vv_cut_params *cut, vv_error *err);
/* 1, 0 at the end, <0. A known group that what follows might change is given with its bytes. */
int group_stream_next(group_stream *s, streamed_group *out, vv_error *err);
/* Swaps the bytes of the group just given, which is not known, with this buffer, so that
 * they need not be copied. */
void group_stream_swap(group_stream *s, vv_buf *raw);
/* The pairs that were proved or whose bytes were returned, valid at any place: all are proved when the
 * whole version is found equal to an import of its bytes. Borrowed. */
const vv_pair *group_stream_pairs(const group_stream *s, size_t *count);
void group_stream_close(group_stream *s); /* accepts NULL */
VV_AUTO_FREE(group_stream, group_stream_close)

#endif
