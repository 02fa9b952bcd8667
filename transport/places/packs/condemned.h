/*
 * condemned: the versions and packs that a gc found to be garbage in a store, kept in its file "condemned". Internal.
 *
 *   varve condemned 1
 *   run <32 hex>       of the gc that wrote it, once
 *   version <CID>      of a version's root, any number of them
 *   pack <32 hex>      likewise
 *
 * They are removed by a gc some days later. Until then every writer reads the file first, relies on nothing that it
 * names, and sends that again. At its end it reads the file once more: where another run wrote it meanwhile, what it relied
 * on may be condemned, or gone, and it begins again. So a gc that removes at once writes the file before it looks for the
 * last time which versions there are, and when it has removed all, leaves the file with its run alone.
 * It has one name, so that a writer who may not list the store finds it, too.
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

/* Both NULL: nothing is condemned. Packs by their keys. run "": there is no such file. */
typedef struct vv_condemned {
	vv_cid_map *versions, *packs;
	char run[VV_CONDEMNED_RUN + 1];
} vv_condemned;

/* VV_ECORRUPT: it is there, and something else. */
vv_status vv_condemned_get(vv_condemned *out, const vv_place *p, vv_error *err);
/* Of a run: one that makes no name yet gets one. */
vv_status vv_condemned_put(vv_condemned *c, const vv_place *p, vv_error *err);
/* Reads the text of such a file, which has a NUL behind len. */
vv_status vv_condemned_read(vv_condemned *out, const char *text, size_t len, vv_error *err);
bool vv_condemned_has(const vv_cid_map *versions_or_packs, const vv_cid *key); /* NULL: false */
void vv_condemned_clear(vv_condemned *c);
VV_AUTO_CLEAR(vv_condemned, vv_condemned_clear)

#endif
