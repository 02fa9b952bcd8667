/*
 * versions: the packs of a version, written to a store when all of them exist. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSIONS_H
#define VV_TRANSPORT_PLACES_PACKS_VERSIONS_H

#include "transport/places/packs/host_internal.h"

/* Marks the packs of the catalog that a version needs; what is fetched may add some to the catalog. *whole false: some of
 * its blocks are neither here nor there. A block that is here alone, or in no pack of the catalog, counts as absent. */
vv_status vv_versions_look(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err);
/* The same for several versions together, with known data: shared blocks are visited once. */
vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, unsigned mark,
				vv_error *err);
/* The file of one: its packs are those of the catalog that are marked so; named as for vv_older_name. Durable once the place
 * has finished. */
vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, unsigned needed, unsigned named,
			      vv_error *err);
/* The files of versions whose blocks the catalog has; named as for vv_older_name. VV_EMISSING: it lacks some. joined (may
 * be NULL: nothing is joined) gets the bytes of small packs that were joined before (vv_files_join). */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, unsigned named,
			  uint64_t *joined, vv_error *err);

#endif
