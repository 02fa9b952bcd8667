/*
 * on_demand: versions that a command reads and that are missing here are fetched, from a remote that has
 * them: in a lazy clone, and where git alone brought the commits.
 *
 * Begun once the store is open, ended before the repository is closed. The fetch works through a
 * second opening of the repository, so that what reads may continue reading. A remote is named once, on stderr.
 */
#ifndef VV_LIB_SYNC_ON_DEMAND_H
#define VV_LIB_SYNC_ON_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* ahead: which blocks are asked for together with one that is not here: those that follow it in the node that links to
 * it, more and more of them as long as what is requested next is what follows. Knows nothing of how they come.
 */

#define VV_AHEAD_MAX 256u                /* blocks at once, and */
#define VV_AHEAD_BYTES ((size_t)8 << 20) /* about so many bytes of them */

typedef struct vv_ahead vv_ahead;
vv_ahead *vv_ahead_new(void);    /* NULL: out of memory */
void vv_ahead_free(vv_ahead *a); /* accepts NULL */
VV_AUTO_FREE(vv_ahead, vv_ahead_free)

/* A block came; of a node, what it links to may be requested next. */
vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err);

/* So many leaves are going to be wanted, from now on; more may be. */
void vv_ahead_expect(vv_ahead *a, uint64_t leaves);

/* What to ask for where cid is wanted: cid, and what follows it; how many. *guess: nothing shows what comes next. */
size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess);

typedef struct vv_on_demand vv_on_demand;

/* keep: a Git host stays open, and its scratch folder locked, until the end: the next version may be
 * in packs that came with this one. Not where the command may wait meanwhile: for a reader, or for
 * git, which may call varve. */
vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err);
/* From now on blocks of a version at a peer or in a store come by themselves, those that follow in its lists with them,
 * and are not kept: for a command that wants some rows of one table. Once most are wanted, or some dozens that nothing
 * announces, the version comes whole. false: no longer, and what came so is forgotten. */
void vv_on_demand_alone(vv_on_demand *d, bool alone);
/* What nobody could give may be requested again. For any thread. */
void vv_on_demand_again(vv_on_demand *d);
/* One of so many shares of its rows is wanted, and others read the rest: more of it comes by itself. For any thread. */
void vv_on_demand_share(vv_on_demand *d, unsigned shares);
/* The whole version is wanted from now on: that of which blocks came by themselves so far, too. For any thread. */
void vv_on_demand_whole(vv_on_demand *d);
void vv_on_demand_end(vv_on_demand *d); /* accepts NULL */

#endif
