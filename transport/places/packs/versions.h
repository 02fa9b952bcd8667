/*
 * versions: finds the packs of a version, and writes the version's file to a store once all its
 * packs exist. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSIONS_H
#define VV_TRANSPORT_PLACES_PACKS_VERSIONS_H

#include "transport/places/packs/host_internal.h"

/* Marks the packs of the catalog that a version needs. May fetch data, and add packs to the
 * catalog. *whole false: neither this repository nor the store has some of the version's blocks. A
 * block that only this repository has, or that is in no pack of the catalog, counts as absent. */
vv_status vv_versions_look(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err);
/* Marks the packs of several versions together, using known data: shared blocks are visited once. */
vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, unsigned mark,
				vv_error *err);
/* Writes a version's file with the packs of the catalog that are marked `needed`. named: as for
 * vv_older_name. The file is durable only after the place's finish. */
vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, unsigned needed, unsigned named,
			      vv_error *err);
/* Writes the files of versions whose blocks the catalog has. named: as for vv_older_name.
 * VV_EMISSING: the catalog lacks some blocks. First joins small packs (vv_files_join), and sets
 * *joined to their bytes; joined NULL: joins nothing. */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, unsigned named,
			  uint64_t *joined, vv_error *err);

#endif
