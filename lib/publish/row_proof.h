/*
 * row_proof: the proof of one row under a signed head, as a CAR (docs/formats/heads.md, "Proofs").
 */
#ifndef VV_LIB_PUBLISH_ROW_PROOF_H
#define VV_LIB_PUBLISH_ROW_PROOF_H

#include "base/buf.h"
#include "lib/heads/head.h"
#include "lib/names/version.h"

typedef struct vv_row_proof {
	vv_repository *repo;
	const vv_subject *subject; /* a stored table of a commit */
	vv_table *table;           /* of it, unconverted */
	const char *row;           /* its key, as --row has it */
	/* After the run: */
	vv_head_commit head; /* by which the row is signed; to be cleared */
} vv_row_proof;

/* VV_ENOTFOUND: no row has the key, or no trusted head reaches the commit; VV_EUSAGE: the table has no key; VV_EREFUSED: an
 * object between them is too large for a block. */
vv_status vv_row_proof_make(vv_buf *out, vv_row_proof *p, vv_error *err);

#endif
