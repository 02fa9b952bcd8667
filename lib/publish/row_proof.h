/*
 * row_proof: makes a proof, as a CAR file, that a signed head contains a row
 * (docs/formats/heads.md, "Proofs").
 */
#ifndef VV_LIB_PUBLISH_ROW_PROOF_H
#define VV_LIB_PUBLISH_ROW_PROOF_H

#include "base/buf.h"
#include "lib/heads/head.h"

typedef struct vv_subject vv_subject;
typedef struct vv_table vv_table;

/* One value = one proof: its options and the head. */
typedef struct vv_row_proof {
	vv_repository *repo;       /* all pointers are borrowed */
	const vv_subject *subject; /* version of a table in a commit, given as REV:PATH */
	vv_table *table;           /* table of subject, opened as it is stored */
	const char *row;           /* key of the row, in the format of --row */
	/* Set by vv_row_proof_make: */
	vv_head_commit head; /* the head that signs the row; cleared by the caller */
} vv_row_proof;

/* Makes the proof for the row p->row, appends it to out, and sets p->head. VV_ENOTFOUND: no row has
 * the key, or the commit is not reachable from a trusted head. VV_EUSAGE: the table does not have a
 * key. VV_EREFUSED: an object between head and row is too large for a block, or the path has a line
 * end. VV_EMISSING: an object or block is missing here. */
vv_status vv_row_proof_make(vv_buf *out, vv_row_proof *p, vv_error *err);

#endif
