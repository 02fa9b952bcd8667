/*
 * gaps: the versions that a reader of history left out because their rows are not in this
 * repository.
 *
 * A reader passes each failed status to vv_gaps_take, continues if it returns true, and calls
 * vv_gaps_end at its end. Expired versions are an expected part of a history: they cause a note.
 * After any other gap, which a fetch might close, the reader's output is complete as far as it can
 * be, and the command fails.
 */
#ifndef VV_LIB_NAMES_GAPS_H
#define VV_LIB_NAMES_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* All zero: none. */
typedef struct vv_gaps {
	uint64_t expired, others;            /* the versions by the reason, others: not expired */
	vv_error first_expired, first_other; /* the errors of the first of each */
	vv_oids seen; /* private: the counted versions, by the ids of their blobs */
} vv_gaps;
void vv_gaps_clear(vv_gaps *g);
VV_AUTO_CLEAR(vv_gaps, vv_gaps_clear)

/* If rc is the error of a version whose rows are not here (*err with a gap), counts it, unless a version
 * with the same *blob was counted before, and returns true. rc may be VV_OK, and is otherwise err->code. r: shortens the id of a commit with which the
 * message begins. */
bool vv_gaps_take(vv_gaps *g, vv_repository *r, const vv_oid *blob, vv_status rc,
		  const vv_error *err);

/* Sends one note about the expired versions, if there are any, ending with `effect`, such as "the
 * history of its rows begins after that version". If a version is missing for another reason, fails
 * with VV_EMISSING and the error of the first one, whose message also counts the others. */
vv_status vv_gaps_end(const vv_gaps *g, const vv_notes *notes, const char *effect, vv_error *err);

#endif
