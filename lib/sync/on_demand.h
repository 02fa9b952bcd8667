/*
 * on_demand: fetches missing versions when a command reads them, for example in a lazy clone, or if
 * git alone fetched the commits.
 *
 * Call vv_on_demand_begin after the store is opened, and vv_on_demand_end before the repository is
 * closed. The fetch opens the repository a second time, so that the readers can continue. The first
 * use of each remote is reported in a note of the repository (vv_repository_notes).
 */
#ifndef VV_LIB_SYNC_ON_DEMAND_H
#define VV_LIB_SYNC_ON_DEMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* One value = the fetches for one repository. */
typedef struct vv_on_demand vv_on_demand;

/* Makes the store of r fetch missing versions from now on. r is borrowed until vv_on_demand_end.
 * keep: leave a Git host open, and its scratch folder locked, until vv_on_demand_end, as its packs
 * may have the next version, too. Do not set `keep` if the command may wait for a reader of
 * documents, or for git, which may run varve. */
vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err);
/* Switches d between single blocks and whole versions. alone true is for a command that needs some
 * rows of one table. d then fetches from a peer or a store only the missing blocks, and blocks that
 * follow them in lists, and does not store them. d changes to the whole version if more than about
 * a quarter of its row groups is needed, or after more than 40 requests that are not sequential.
 * alone false: d fetches whole versions again. Each call drops the single blocks fetched so far,
 * and forgets vv_on_demand_share. */
void vv_on_demand_alone(vv_on_demand *d, bool alone);
/* Allows d to request blocks again that could not be fetched before. May be called by any
 * thread. */
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
