/*
 * group_proof: proves that a row group and its layout describe a part of a file exactly, without
 * scanning the lines again, and checks that the group is the unique encoding of its cells.
 *
 * A pair consists of two items of a row group: its item in the list of row groups (the data item),
 * and its item in the list of layouts, which describes the form of the group's lines. The dialect,
 * the columns and the cut parameters of the root determine which bytes of the file a pair
 * describes. A pair is proved if scanning these bytes, from the start of a group, results in
 * exactly this group with this layout, and the bytes end at a cut (cut.h). If all pairs of a
 * version are proved, the version is valid: it is verified without writing its file.
 *
 * These functions prove only groups of a CSV in which all cells are texts, no line is a quirk
 * (quirks.h), and no cell is stored outside of the group. Scanning a line that varve has written
 * from such cells always results in the same cells. The lines are therefore written only to hash
 * them, and not scanned. Two checks remain: that the group is the unique encoding of its cells
 * (vv_group_is_canonical), and that the cuts match the cells. The caller must scan the lines of all
 * groups that are not proved; such groups can be correct.
 */
#ifndef VV_DATASET_FORMAT_GROUP_PROOF_H
#define VV_DATASET_FORMAT_GROUP_PROOF_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/thread.h"
#include "dataset/format/cut.h"
#include "dataset/format/group.h"
#include "dataset/format/list.h"

typedef struct vv_dialect vv_dialect;

#include <stdbool.h>

/* Encoded columns that were found to be canonical (the unique encoding of their cells), with their
 * facts. */
typedef struct vv_seen_columns vv_seen_columns;

/* Checks whether a row group is the unique encoding of its cells: sets *is to true if decoding g
 * and encoding its cells again results in the same bytes. If vv_group_encoder_find was called for
 * e, and *is is true, also sets the facts of the cells. VV_ECORRUPT: the group is damaged; for some
 * faults, *is is set to false instead.
 *
 * s: columns that need not be checked again, to which canonical columns of g are added; facts must
 * then be requested from e. NULL: all columns are checked. e: encodes the columns that must be
 * encoded again, for example because they have cells other than texts. Most columns need not be
 * encoded again, since the numbers of a column, or its distinct values with their rows, determine
 * its encoding. arena is for temporary data, and may grow by rows x 48 bytes for each column. */
vv_status vv_group_is_canonical(vv_seen_columns *s, vv_group_encoder *e, const vv_group *g,
				vv_arena *arena, bool *is, vv_error *err);

/* A proved pair. */
typedef struct vv_pair {
	/* SHA-256 of the group's items (group_items) and of the root's dialect, columns and cut
	 * parameters */
	uint8_t key[VV_SHA256_LEN];
	uint64_t raw_len, /* number of bytes of the file that the pair describes */
		/* XXH3-64 of these bytes; the root's hash is computed from such hashes */
		raw_hash;
	char first; /* first of these bytes */
} vv_pair;

/* Working memory of all threads that prove groups, which can be reused for version after version.
 * Only one version can be proved at a time. */
typedef struct group_proofs group_proofs;
group_proofs *group_proofs_new(void);    /* returns NULL if out of memory */
void group_proofs_free(group_proofs *p); /* accepts NULL */
/* Allocates memory for all threads of the pool. Call before groups are proved. */
vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err);

/* The properties that all groups of a version have in common; pointers are borrowed. */
typedef struct proof_setting {
	const vv_sink *source; /* reads the groups' blocks */
	const vv_dialect *dialect;
	size_t columns; /* number of the table's columns */
	const vv_cut_params *cut;
} proof_setting;

/* A group's items in the lists of data, layout and facts; borrowed. */
typedef struct group_items {
	const void *data, *layout, *facts;
	size_t data_len, layout_len, facts_len;
	bool last; /* the group is the table's last group */
} group_items;

/* Tries to prove the group with these items. If the group is proved, sets all members of *pair
 * except key, and returns 1. Returns 0 if the group is not proved, whatever the reason, or
 * VV_ENOMEM. Several threads may call this function at the same time, each with its own worker
 * number (base/thread.h). */
int group_prove(group_proofs *p, unsigned worker, const proof_setting *table,
		const group_items *items, vv_pair *pair, vv_error *err);

#endif
