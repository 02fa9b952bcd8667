/*
 * versions: finds the packs of a version, and writes the version's file to a store after all its
 * packs. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSIONS_H
#define VV_TRANSPORT_PLACES_PACKS_VERSIONS_H

#include "transport/places/packs/host_internal.h"

/* Sets the mark `mark` (vv_pack_mark) on the packs of the catalog that the version with the root
 * *root needs, and clears this mark on all other packs. May fetch data, and add packs to the
 * catalog. Sets *whole to false if the store does not have all of the version's blocks; a block
 * that is in no pack of the catalog counts as missing, even if this repository has it. */
vv_status vv_versions_look(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err);
/* Sets the mark `mark` on the packs of the catalog that the count versions `roots` need, and clears
 * this mark on all other packs. Uses only data that was already fetched. Visits common blocks only
 * once. */
vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, unsigned mark,
				vv_error *err);
/* Writes the file of the version root, which lists the packs of the catalog with the mark `needed`,
 * and older packs (vv_older_name, with `named`). The file is durable only after vv_place_finish. */
vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, unsigned needed, unsigned named,
			      vv_error *err);
/* Writes the files of the count versions `roots`, whose blocks must all be in the catalog. If
 * joined is not NULL, first combines small packs (vv_files_join), and sets *joined to the number of
 * written bytes. named is as in vv_older_name. VV_EMISSING: the catalog does not have all
 * blocks. */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, unsigned named,
			  uint64_t *joined, vv_error *err);

#endif
