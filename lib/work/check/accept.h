/*
 * accept: breaks of a rule that are intended, once: `varve check --accept` and the
 * trailer of a commit,
 *
 *	Varve-Accept: column-removed data/prices.csv "merged into total"
 *
 * which holds for that commit. Findings of the rule in that dataset are shown, with the
 * reason, and do not count.
 */
#ifndef VV_LIB_WORK_CHECK_ACCEPT_H
#define VV_LIB_WORK_CHECK_ACCEPT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_ACCEPT_TRAILER "Varve-Accept:"

typedef struct vv_accept {
	const char *rule, *path, *why; /* path NULL: of every dataset that is checked */
	struct vv_accept *next;
} vv_accept;

typedef struct vv_accepts {
	vv_arena arena;
	vv_accept *first;
} vv_accepts; /* all zero: none */

void vv_accepts_clear(vv_accepts *a);
VV_AUTO_CLEAR(vv_accepts, vv_accepts_clear)

/* VV_EUSAGE: no such rule. Texts are copied. */
vv_status vv_accepts_add(vv_accepts *a, const char *rule, const char *path, const char *why,
			 vv_error *err);

/* The trailers of a commit's message (its last paragraph). Lines that are not as they
 * should be are appended to `wrong`, one sentence a line, and accept nothing. */
vv_status vv_accepts_read(vv_accepts *a, const char *message, vv_buf *wrong, vv_error *err);

/* Why findings of the rule are accepted at the path; NULL: they are not. */
const char *vv_accepts_find(const vv_accepts *a, const char *rule, const char *path);

/* Appends the trailer's line, without line end. */
void vv_accept_put(vv_buf *out, const char *rule, const char *path, const char *why);

#endif
