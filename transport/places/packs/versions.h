/*
 * versions: finds the packs of a version, and writes the version's file to a store after all its
 * packs. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSIONS_H
#define VV_TRANSPORT_PLACES_PACKS_VERSIONS_H

#include "transport/places/packs/host_internal.h"

/* Sets the mark `mark` (vv_pack_mark) on the packs of the catalog that the version root needs, and
 * clears this mark on all other packs. May fetch data, and add packs to the catalog. Sets *whole to
 * true if the packs of the catalog have all blocks of the version, else to false; it does not
 * matter which blocks this repository has. */
vv_status vv_versions_look(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err);
/* Like vv_versions_look, for the packs that the count versions `roots` need together. Uses only
 * data that this repository has or that was already fetched, and visits common blocks only once. */
vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, unsigned mark,
				vv_error *err);
/* Writes the file of the version root. The file lists the packs of the catalog with the mark
 * `needed`, and older packs (vv_older_name, with `named`). Makes missing indexes of these packs
 * before. The file is durable only after vv_place_finish. */
vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, unsigned needed, unsigned named,
			      vv_error *err);
/* Durably writes the files of the count versions `roots`. If joined is not NULL, first combines
 * small packs (vv_files_join), and adds the number of written bytes to *joined. named: 0, or the
 * mark of the older packs to list (vv_older_name). Changes the marks VV_MARK_NEEDED. VV_EMISSING:
 * the packs of the catalog do not have all blocks of a version. */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, unsigned named,
			  uint64_t *joined, vv_error *err);

#endif
