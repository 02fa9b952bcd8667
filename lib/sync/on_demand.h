/*
 * on_demand: fetches versions that a command reads and that are missing here, from a remote that
 * has them: in a lazy clone, or if git alone fetched the commits.
 *
 * Call vv_on_demand_begin after the store is opened, and vv_on_demand_end before the repository is
 * closed. The fetch opens the repository a second time, so that the readers can continue. The use
 * of a remote is reported once, on stderr.
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

/*
 * ahead: chooses the blocks to request together with a missing block: those that follow the missing
 * block in the node that links to it. Their number increases as long as the requests are
 * sequential. Does not depend on the transport. A node is a block with links, a leaf is a block
 * without links.
 */

#define VV_AHEAD_MAX 256u                /* maximum number of blocks in a request */
#define VV_AHEAD_BYTES ((size_t)8 << 20) /* approximate limit of their size in bytes */

/* One value = the nodes received so far, from which blocks are chosen. */
typedef struct vv_ahead vv_ahead;
vv_ahead *vv_ahead_new(void);    /* returns NULL if out of memory */
void vv_ahead_free(vv_ahead *a); /* accepts NULL */
VV_AUTO_FREE(vv_ahead, vv_ahead_free)

/* Records that the block *cid with these bytes was received. If it is a node, blocks to which it
 * links may be requested next. */
vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err);

/* Records that `leaves` leaves, or more, will be needed. */
void vv_ahead_expect(vv_ahead *a, uint64_t leaves);

/* Sets out[] to the blocks to request for *cid: cid itself, and blocks that follow it; returns
 * their number. Sets *guess to true if it cannot be determined which blocks are needed next, else
 * to false. */
size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess);

/* One value = the fetches for one repository. */
typedef struct vv_on_demand vv_on_demand;

/* Makes the store of r fetch missing versions from now on. keep: leave a Git host open, and its
 * scratch folder locked, until vv_on_demand_end, as its packs may have the next version, too. Do
 * not set `keep` if the command may wait meanwhile for a reader, or for git, which may run
 * varve. */
vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err);
/* Switches d between single blocks and whole versions. alone true, for a command that needs some
 * rows of one table: from now on, d fetches only missing blocks, and blocks that follow them in
 * lists, from a peer or a store, and does not store them. But if more than about a quarter of a
 * version's row groups is needed, or after some dozens of requests that vv_on_demand_share did not
 * announce, d fetches the whole version. alone false: d fetches whole versions again, and drops the
 * single blocks. */
void vv_on_demand_alone(vv_on_demand *d, bool alone);
/* Allows d to request blocks again that no remote had before. May be called by any thread. */
void vv_on_demand_again(vv_on_demand *d);
/* Announces that the rows of a version are divided into `shares` equal ranges, of which this
 * process reads only one, and other processes read the others. Raises the number of blocks that may
 * be fetched singly. May be called by any thread. */
void vv_on_demand_share(vv_on_demand *d, unsigned shares);
/* Makes d fetch whole versions from now on, including the version whose single blocks were fetched.
 * May be called by any thread. */
void vv_on_demand_whole(vv_on_demand *d);
void vv_on_demand_end(vv_on_demand *d); /* accepts NULL */

#endif
