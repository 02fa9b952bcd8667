/*
 * on_demand: versions that a command reads and that are not here are fetched, from a remote that has
 * them: in a lazy clone, and where git alone brought the commits.
 *
 * Begun once the store is open, ended before the repository is closed. The fetch works through a
 * second opening of the repository, so that what reads may go on reading. A remote is named once, on stderr.
 */
#ifndef VV_LIB_SOURCES_ON_DEMAND_H
#define VV_LIB_SOURCES_ON_DEMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_on_demand vv_on_demand;

/* keep: a Git host stays open, and its scratch folder locked, until the end: the next version may be
 * in packs that came with this one. Not where the command may wait meanwhile: for a reader, or for
 * git, which may call varve. */
vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err);
/* From now on blocks of a version at a peer or in a store come by themselves, those that follow in its lists with them,
 * and are not kept: for a command that wants some rows of one table. Once most are wanted, or some dozens that nothing
 * announces, the version comes whole. false: no longer, and what came so is forgotten. */
void vv_on_demand_alone(vv_on_demand *d, bool alone);
/* What nobody could give may be asked for again. For any thread. */
void vv_on_demand_again(vv_on_demand *d);
/* One of so many shares of its rows is wanted, and others read the rest: more of it comes by itself. For any thread. */
void vv_on_demand_share(vv_on_demand *d, unsigned shares);
/* The whole version is wanted from now on: that of which blocks came by themselves so far, too. For any thread. */
void vv_on_demand_whole(vv_on_demand *d);
void vv_on_demand_end(vv_on_demand *d); /* accepts NULL */

#endif
