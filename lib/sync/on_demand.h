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

/* ahead: chooses blocks to request together with a missing one: those that follow it in the node that links to it,
 * more and more of them while the requests stay sequential. Independent of the transport.
 */

#define VV_AHEAD_MAX 256u                /* blocks at once, and */
#define VV_AHEAD_BYTES ((size_t)8 << 20) /* about this number of bytes of them */

typedef struct vv_ahead vv_ahead;
vv_ahead *vv_ahead_new(void);    /* NULL: out of memory */
void vv_ahead_free(vv_ahead *a); /* accepts NULL */
VV_AUTO_FREE(vv_ahead, vv_ahead_free)

/* Notes an arrived block; if it is a node, its links may be requested next. */
vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err);

/* Announces this number of needed leaves, or more. */
void vv_ahead_expect(vv_ahead *a, uint64_t leaves);

/* The blocks to request for cid: cid, and those that follow it; returns their number. *guess: the next ones are
 * uncertain. */
size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess);

typedef struct vv_on_demand vv_on_demand;

/* keep: a Git host stays open, and its scratch folder locked, until the end: the next version may be
 * in packs that came with this one. Not where the command may wait meanwhile: for a reader, or for
 * git, which may call varve. */
vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err);
/* Fetches single blocks of a version at a peer or in a store, with those that follow in its lists, without storing
 * them: for a command that needs some rows of one table. When most are needed, or some dozens without announcement, the
 * whole version is fetched. false: ends this, and drops these blocks. */
void vv_on_demand_alone(vv_on_demand *d, bool alone);
/* Allows new requests for blocks that no remote had. For any thread. */
void vv_on_demand_again(vv_on_demand *d);
/* Only one of this number of shares of its rows is read; others read the rest: more of it is fetched as single blocks.
 * For any thread. */
void vv_on_demand_share(vv_on_demand *d, unsigned shares);
/* Fetches whole versions, including that of the single blocks so far. For any thread. */
void vv_on_demand_whole(vv_on_demand *d);
void vv_on_demand_end(vv_on_demand *d); /* accepts NULL */

#endif
