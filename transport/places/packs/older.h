/*
 * older: records the older packs of a store: packs in the file of a version that earlier versions
 * needed, but not this version. Internal.
 *
 * A version's file lists these packs with their lengths, so that a reader of all versions needs
 * only one version's file, and a push finds small packs to combine without listing the store. The
 * names are only hints: a gc may have removed such a pack, whose needed blocks are then in other
 * packs.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_OLDER_H
#define VV_TRANSPORT_PLACES_PACKS_OLDER_H

#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/version_file.h"

/* Adds the older packs in the version file v to h->older. */
vv_status vv_older_note(vv_host *h, const vv_version_packs *v, vv_error *err);
/* Returns true if the list of the pack i of h->older is not in the catalog, but may be in the
 * store. Sets *len to the pack's length. */
bool vv_older_is_unread(const vv_host *h, size_t i, uint64_t *len);
/* Sets the list of older packs in *out, the content of the file of a version that needs the packs
 * with the mark `needed`. Lists packs of the catalog without this mark, and packs of h->older whose
 * lists were not read. Leaves out bad packs, and packs whose blocks another pack of the catalog
 * also has. If `named` is not 0, lists only packs of the catalog with the mark `named`. If more
 * than 256 packs are left, lists only the smallest 256. */
vv_status vv_older_name(vv_host *h, unsigned needed, unsigned named, vv_version_packs *out,
			vv_error *err);

#endif
