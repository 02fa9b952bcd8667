/*
 * older: packs of a store that no version read here needs, and that versions before them did. Internal.
 *
 * A version's file names them with their lengths, so that who wants all versions reads one file and not one of each, and
 * so that a push finds small packs to join without a list of all that is there. What it says is a hint: a gc may have
 * removed such a pack, and then others have what was needed of it.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_OLDER_H
#define VV_TRANSPORT_PLACES_PACKS_OLDER_H

#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/version_file.h"

/* A version names them. */
vv_status vv_older_note(vv_host *h, const vv_version_packs *v, vv_error *err);
/* Is the list of the i-th of h->older not in the catalog, and may it be there? */
bool vv_older_is_unread(const vv_host *h, size_t i, uint64_t *len);
/* What a version is to name that needs those of the catalog that are marked so: packs that are known and in no joined one.
 * named 0, or how those of the catalog are marked that come into question, and no others. */
vv_status vv_older_name(vv_host *h, unsigned needed, unsigned named, vv_version_packs *out,
			vv_error *err);

#endif
