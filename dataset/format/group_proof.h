/*
 * group_proof: proves a row group and its line forms without reading the lines back, and checks that it is the unique encoding
 * of its cells.
 *
 * A pair is a data item with its layout item, in a context: the root's properties that determine the bytes of the pair, and
 * the groups of these bytes (dialect, columns, cut). The proof: these bytes, read from the start of a group, result in exactly
 * this group and these line forms, and end at a cut. So no lines need to be written for a version whose pairs are proved.
 *
 * This follows for CSV if all cells are texts, the lines have no irregular forms, and no cell is out of line: a line written
 * cell by cell, in quotes if a cell contains a delimiter, a quote or a line end, is read as these cells. So the lines are made
 * only for their hash, the group must be the unique encoding of its cells (vv_group_is_canonical below), and cuts are
 * determined from the cells. Other groups are left to the reader of the lines; nothing is refused here.
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

/* group_canonical: is a row group the unique encoding of its cells?
 *
 * The check does not encode the cells: numbers, and distinct values with their rows, determine the encoder's choice, and with
 * the order of the values, the encoding is unique.
 */

/* The columns that one proof has already checked. */
typedef struct vv_seen_columns vv_seen_columns;

/* *is: decoding the group and encoding its cells results in these bytes. If e finds facts (vv_group_encoder_find) and *is is
 * true, e has the facts of the cells. The arena is scratch, and may grow with rows x 48 bytes for each column; a column that
 * is encoded again, for example with cells other than texts, needs as many bytes in e as its cells have. VV_ECORRUPT as for
 * vv_group_column, but not for all faults: for the others, *is is false. s: NULL, or, if e finds facts, the columns that need
 * no second check. */
vv_status vv_group_is_canonical(vv_seen_columns *s, vv_group_encoder *e, const vv_group *g,
				vv_arena *arena, bool *is, vv_error *err);

/* key: SHA-256 of context and items, so that no other pair with the same key can be made. */
typedef struct vv_pair {
	uint8_t key[VV_SHA256_LEN];
	uint64_t raw_len, raw_hash; /* of the bytes; the hash as the root's hash takes it */
	char first;                 /* byte */
} vv_pair;

/* Data for the threads, kept from version to version: only one is proved at a time. */
typedef struct group_proofs group_proofs;
group_proofs *group_proofs_new(void);    /* NULL when out of memory */
void group_proofs_free(group_proofs *p); /* accepts NULL */
/* Before groups are proved: room for all threads of the pool. */
vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err);

/* The common properties of a table's groups; borrowed. */
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

/* Fills all members of *pair except key, and returns 1. Returns 0 if the group cannot be proved here. Thread-safe for
 * different workers. VV_ENOMEM. */
int group_prove(group_proofs *p, unsigned worker, const proof_setting *table,
		const group_items *items, vv_pair *pair, vv_error *err);

#endif
