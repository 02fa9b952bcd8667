/*
 * group_stream: reads the row groups of a version in order, and gets the raw bytes of the groups
 * that the caller does not know. Private to dataset/table.
 *
 *   group_stream_open(&s, table, pool, is_known, payload, err)
 *   while ((more = group_stream_next(s, &g, err)) > 0) { ... }
 *   group_stream_close(s)
 *
 * The pool's threads make bytes ahead. Groups for which is_known returns 1 are not read. At most
 * two groups with long rows are in memory at a time.
 */
#ifndef VV_DATASET_TABLE_GROUP_STREAM_H
#define VV_DATASET_TABLE_GROUP_STREAM_H

#include <sys/types.h>

#include "base/thread.h"
#include "dataset/format/group_proof.h"
#include "dataset/table/table.h"

/* A group. Pointers are borrowed until the next call. */
typedef struct streamed_group {
	const void *data, *layout, *facts; /* the group's items in the lists of the version */
	size_t data_len, layout_len, facts_len;
	uint64_t rows;
	bool known;      /* is_known returned 1, or the group was proved */
	vv_pair pair;    /* complete if the group is known; else only its key is set */
	const char *raw; /* the raw bytes; NULL: the group is known */
	size_t raw_len;
	int next; /* the byte that follows the group; -1: the group is the last */
} streamed_group;

/* Sets the key of *pair for a group with the given items. If the group is known, sets the rest of
 * *pair, too, and returns 1; else returns 0, or a negative status. */
typedef int (*group_known_fn)(void *payload, const streamed_group *items, bool last, vv_pair *pair,
			      vv_error *err);

typedef struct group_stream group_stream;
vv_status group_stream_open(group_stream **out, vv_table *t, vv_pool *pool, group_known_fn known,
			    void *payload, vv_error *err);
/* Makes the stream prove groups without their bytes (group_proof.h), and return proved groups as
 * known. Requires group_stream_cut, too. proofs must outlive the stream. */
vv_status group_stream_prove(group_stream *s, group_proofs *proofs, vv_error *err);
/* Sets, once and before the first group is read, where an import cuts groups. cut is copied. */
vv_status group_stream_cut(group_stream *s, const vv_cut_params *cut, vv_error *err);
/* Reads the next group. Returns 1, 0 at the end, or a negative status. A known group whose last row
 * may continue in the next bytes is returned as not known, with its bytes. */
int group_stream_next(group_stream *s, streamed_group *out, vv_error *err);
/* Swaps the bytes of the last returned group, which must not be known, with those of the buffer, to
 * avoid a copy. */
void group_stream_swap(group_stream *s, vv_buf *raw);
/* Returns the pairs of the groups that were proved or whose bytes were returned, without pairs that
 * are valid only at their place in the file. If the whole version equals an import of its bytes,
 * all these pairs are proved. Borrowed. */
const vv_pair *group_stream_pairs(const group_stream *s, size_t *count);
void group_stream_close(group_stream *s); /* accepts NULL */
VV_AUTO_FREE(group_stream, group_stream_close)

#endif
