/*
 * condemned: the versions and packs that a gc found to be garbage in a store, in its file "condemned". Internal.
 *
 *   varve condemned 1
 *   run <32 hex>       of the gc that wrote it, once
 *   version <CID>      of a version's root, any number of them
 *   pack <32 hex>      likewise
 *
 * A gc removes them some days later. Until then every writer reads the file first, does not rely on its entries, and sends
 * these again. At its end it reads the file again: if another run wrote it meanwhile, objects that it relied on may be
 * condemned or removed, and it begins again. So a gc that removes at once writes the file before it lists the versions for
 * the last time, and after the removal leaves the file with only its run. It has a fixed name, so that a writer without
 * permission to list finds it, too.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_CONDEMNED_H
#define VV_TRANSPORT_PLACES_PACKS_CONDEMNED_H

#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/pack_index.h"
#include "transport/places/packs/stored.h"

#define VV_CONDEMNED_FILE "condemned"

#define VV_CONDEMNED_RUN 32u

/* Both NULL: nothing is condemned. Packs by their keys. run "": the file does not exist. */
typedef struct vv_condemned {
	vv_cid_map *versions, *packs;
	char run[VV_CONDEMNED_RUN + 1];
} vv_condemned;

/* VV_ECORRUPT: the file is invalid. */
vv_status vv_condemned_get(vv_condemned *out, const vv_place *p, vv_error *err);
/* For a run: makes a name if it has none. */
vv_status vv_condemned_put(vv_condemned *c, const vv_place *p, vv_error *err);
/* Reads the text of such a file, which has a NUL behind len. */
vv_status vv_condemned_read(vv_condemned *out, const char *text, size_t len, vv_error *err);
bool vv_condemned_has(const vv_cid_map *versions_or_packs, const vv_cid *key); /* NULL: false */
void vv_condemned_clear(vv_condemned *c);
VV_AUTO_CLEAR(vv_condemned, vv_condemned_clear)

#endif
