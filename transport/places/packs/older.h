/*
 * older: packs of a store that earlier versions needed, but none of the versions read here.
 * Internal.
 *
 * A version's file names these packs with their lengths, so that a reader of all versions needs
 * only one version's file, and a push finds small packs to join without listing the store. The
 * names are hints: a gc may have removed such a pack; other packs then have its needed blocks.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_OLDER_H
#define VV_TRANSPORT_PLACES_PACKS_OLDER_H

#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/version_file.h"

/* Records the older packs that a version's file names. */
vv_status vv_older_note(vv_host *h, const vv_version_packs *v, vv_error *err);
/* Is the list of the i-th of h->older not in the catalog, but maybe in the store? */
bool vv_older_is_unread(const vv_host *h, size_t i, uint64_t *len);
/* The older packs for the file of a version that needs the packs marked `needed`: known packs that are not in a joined
 * one. named: the mark of the only candidates in the catalog; 0: no restriction. */
vv_status vv_older_name(vv_host *h, unsigned needed, unsigned named, vv_version_packs *out,
			vv_error *err);

#endif
