/*
 * older: records the older packs of a store. An older pack of a version was needed by earlier
 * versions, and is not needed by this one. Internal.
 *
 * The file of a version lists the older packs with their lengths. Therefore a reader of all
 * versions needs the file of only one version, and a push finds small packs to combine without
 * listing the store. The names are only hints: a gc may have removed an older pack; its needed
 * blocks are then in other packs.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_OLDER_H
#define VV_TRANSPORT_PLACES_PACKS_OLDER_H

#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/version_file.h"

/* Adds the older packs in the version file v to h->older. */
vv_status vv_older_note(vv_host *h, const vv_version_packs *v, vv_error *err);
/* Returns true if the list of pack i of h->older was not read, and is of use: the pack is not
 * condemned, and no combined pack has its blocks. Sets *len to the pack's length. */
bool vv_older_is_unread(const vv_host *h, size_t i, uint64_t *len);
/* Adds the older packs to *out, the content of the file of a version that needs the packs with the
 * mark `needed`. These are the packs of the catalog without this mark, and the packs of h->older of
 * vv_older_is_unread. If `named` is not 0, they are only the packs of the catalog that have the
 * mark `named` and not `needed`. Omits bad packs, and packs whose blocks a combined pack has. If
 * there are more than 256, adds only the smallest 256. */
vv_status vv_older_name(vv_host *h, unsigned needed, unsigned named, vv_version_packs *out,
			vv_error *err);

#endif
