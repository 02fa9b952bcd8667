/*
 * group_proof: a row group and its line forms, proved without reading the lines back, and whether it is the one encoding of its cells.
 *
 * A pair is a data item and a layout item side by side, in a context: all of the root that
 * decides which bytes they give and which groups these bytes give (dialect, columns, cut). Proved
 * is: these bytes, read from the start of a group, give exactly this group and these line forms,
 * and end where a cut is. So a version whose pairs are proved needs nothing rendered.
 *
 * That follows for CSV where all cells are texts, the lines have no
 * irregular forms, and nothing stands out of line: a line that is written cell by cell, in quotes wherever a
 * cell contains a delimiter, a quote or a line end, is read as these cells. So the lines are made for their
 * hash alone, the group must be the one encoding of its cells (vv_group_is_canonical below), and cuts are looked for
 * in the cells. All else is left to the reader of the lines; nothing is refused here.
 */
#ifndef VV_DATASET_FORMAT_GROUP_PROOF_H
#define VV_DATASET_FORMAT_GROUP_PROOF_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/thread.h"
#include "dataset/format/cut.h"
#include "dataset/format/dialect.h"
#include "dataset/format/group.h"
#include "dataset/format/list.h"

#include <stdbool.h>

/* group_canonical: is a row group the one encoding that its cells have?
 *
 * Without encoding them: numbers, and distinct values with the rows that have them, tell which encoding
 * the encoder chooses, and that choice and the order of the values leave one way to write them.
 */

/* Columns that were looked at before; of one proof. */
typedef struct vv_seen_columns vv_seen_columns;

/* *is: decoding the group and encoding its cells gives these bytes. Where e finds facts (vv_group_encoder_find)
 * and *is is true, they are those of the cells. The arena is scratch, and may grow with rows x 48 bytes for each column; a column that is encoded again, one with
 * cells other than texts, say, takes as many bytes in e as its cells have. VV_ECORRUPT as vv_group_column, but
 * not for all that it finds: then *is is false. s: NULL, or with e finding facts, what need not be looked at again. */
vv_status vv_group_is_canonical(vv_seen_columns *s, vv_group_encoder *e, const vv_group *g,
				vv_arena *arena, bool *is, vv_error *err);

/* key: SHA-256 of context and items, so that nobody can make another pair with the same one. */
typedef struct vv_pair {
	uint8_t key[VV_SHA256_LEN];
	uint64_t raw_len, raw_hash; /* of the bytes; the hash as the root's hash takes it */
	char first;                 /* byte */
} vv_pair;

/* What threads need for it, kept from version to version: only one is proved at a time. */
typedef struct group_proofs group_proofs;
group_proofs *group_proofs_new(void);    /* NULL when out of memory */
void group_proofs_free(group_proofs *p); /* accepts NULL */
/* Before groups are proved: room for all threads of the pool. */
vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err);

/* What all groups of a table have in common; borrowed. */
typedef struct proof_setting {
	const vv_sink *source;
	const vv_dialect *dialect;
	size_t columns;
	const vv_cut_params *cut;
} proof_setting;

/* The list items of a group, and whether it is the table's last. */
typedef struct group_items {
	const void *data, *layout, *facts;
	size_t data_len, layout_len, facts_len;
	bool last;
} group_items;

/* Fills all of pair but its key. 1; 0: this is not known here. Thread-safe for different workers.
 * VV_ENOMEM. */
int group_prove(group_proofs *p, unsigned worker, const proof_setting *table,
		const group_items *items, vv_pair *pair, vv_error *err);

#endif
