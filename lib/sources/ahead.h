/*
 * ahead: which blocks are asked for together with one that is not here: those that follow it in the node that links to
 * it, more and more of them as long as what is asked for next is what follows. Knows nothing of how they come.
 */
#ifndef VV_LIB_SOURCES_AHEAD_H
#define VV_LIB_SOURCES_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_AHEAD_MAX 256u                /* blocks at once, and */
#define VV_AHEAD_BYTES ((size_t)8 << 20) /* about so many bytes of them */

typedef struct vv_ahead vv_ahead;
vv_ahead *vv_ahead_new(void);    /* NULL: out of memory */
void vv_ahead_free(vv_ahead *a); /* accepts NULL */
VV_AUTO_FREE(vv_ahead, vv_ahead_free)

/* A block came; of a node, what it links to may be asked for next. */
vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err);

/* So many leaves are going to be wanted, from now on; more may be. */
void vv_ahead_expect(vv_ahead *a, uint64_t leaves);

/* What to ask for where cid is wanted: cid, and what follows it; how many. *guess: nothing shows what comes next. */
size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess);

#endif
