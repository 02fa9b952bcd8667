/*
 * group_proof: proves that a row group and its line forms describe a file exactly, without reading
 * the lines back, and checks that the group is the unique encoding of its cells.
 *
 * A pair is a data item with its layout item, in a context: the properties of the root (dialect,
 * columns, cut) that determine the bytes of the file from the pair, and the groups from these
 * bytes. A pair is proved if the following is true: if these bytes are read from the start of a
 * group, the result is exactly this group with these line forms, and the bytes end at a cut. If all
 * pairs of a version are proved, its lines need not be written to verify it.
 *
 * The proof is simple for CSV if all cells are texts, the lines have no irregular forms, and no
 * cell is stored outside of the group: a line that was written cell by cell, with quotes around
 * cells that contain a delimiter, a quote or a line end, is read as these cells. So the lines are
 * made only for their hash; the checks are that the group is the unique encoding of its cells
 * (vv_group_is_canonical below), and that the cuts match the cells. Other groups are not proved
 * here, and their lines must be read; no group is refused here.
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

/* group_canonical: checks whether a row group is the unique encoding of its cells.
 *
 * The check does not encode the cells again. The numbers, or the distinct values with their rows,
 * determine which encoding the encoder chooses; with the order of the values, the encoding is
 * unique. */

/* The columns that one proof has already checked. */
typedef struct vv_seen_columns vv_seen_columns;

/* Sets *is to whether decoding the group and encoding its cells again results in the same bytes. If
 * e finds facts (vv_group_encoder_find) and *is is true, e has the facts of the cells. arena is for
 * temporary data, and may grow by rows x 48 bytes for each column. A column that has to be encoded
 * again, for example because it has cells other than texts, needs as many bytes in e as its cells
 * have. VV_ECORRUPT: as in vv_group_column, but for some faults *is is set to false instead. s is
 * NULL, or, if e finds facts, the columns that need no second check. */
vv_status vv_group_is_canonical(vv_seen_columns *s, vv_group_encoder *e, const vv_group *g,
				vv_arena *arena, bool *is, vv_error *err);

/* A proved pair. */
typedef struct vv_pair {
	/* SHA-256 of context and items, so that nobody can make another pair with the same key */
	uint8_t key[VV_SHA256_LEN];
	/* length and hash of the bytes; the root's hash is computed from such hashes */
	uint64_t raw_len, raw_hash;
	char first; /* first byte */
} vv_pair;

/* Working memory of the threads, reused for one version after another. Only one version is proved
 * at a time. */
typedef struct group_proofs group_proofs;
group_proofs *group_proofs_new(void);    /* NULL when out of memory */
void group_proofs_free(group_proofs *p); /* accepts NULL */
/* Allocates memory for all threads of the pool. Call before groups are proved. */
vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err);

/* The common properties of a table's groups; borrowed. */
typedef struct proof_setting {
	const vv_sink *source;
	const vv_dialect *dialect;
	size_t columns;
	const vv_cut_params *cut;
} proof_setting;

/* The list items of a group. last: the group is the table's last group. */
typedef struct group_items {
	const void *data, *layout, *facts;
	size_t data_len, layout_len, facts_len;
	bool last;
} group_items;

/* Proves a group: sets all members of *pair except key, and returns 1. Returns 0 if the group
 * cannot be proved here, or VV_ENOMEM. Threads may call this at the same time with different worker
 * numbers. */
int group_prove(group_proofs *p, unsigned worker, const proof_setting *table,
		const group_items *items, vv_pair *pair, vv_error *err);

#endif
