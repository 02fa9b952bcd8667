/*
 * versions: the packs of a version, written to a store when all of them are there. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSIONS_H
#define VV_TRANSPORT_PLACES_PACKS_VERSIONS_H

#include "transport/places/packs/host_internal.h"

/* Which packs of the catalog a version needs, one of *packs for each that the catalog has afterwards: what is fetched may add
 * some. *packs is the caller's, also after a failure, and may be one of an earlier call. *whole false: some of its blocks are
 * neither here nor there. A block that is here alone, or in no pack of the catalog, counts as absent. */
vv_status vv_versions_look(vv_host *h, const vv_cid *root, bool **packs, bool *whole,
			   vv_error *err);
/* The same for several versions together, as far as it is known: the blocks that they share are looked at once. */
vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, bool *packs,
				vv_error *err);
/* The file of one: its packs are those of the catalog that are marked; named as for vv_older_name. Durable once the place
 * has finished. */
vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, const bool *packs, const bool *named,
			      vv_error *err);
/* The files of versions whose blocks the catalog has; named as for vv_older_name. VV_EMISSING: it lacks some. joined (may
 * be NULL: nothing is joined) gets the bytes of small packs that were joined before (vv_files_join). */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, const bool *named,
			  uint64_t *joined, vv_error *err);

#endif
