/*
 * condemned: reads and writes the file "condemned" of a store, which lists the versions and packs
 * that a gc found to be garbage. Internal.
 *
 *   varve condemned 1
 *   run <32 hex>       one line: the id of the gc that wrote the file
 *   version <CID>      any number of lines: the root of a version
 *   pack <32 hex>      any number of lines: the hash of a pack
 *
 * A later gc removes condemned versions and packs after some days. A writer first reads the file;
 * it treats condemned objects as missing, and sends them again if it needs them. At its end, the
 * writer reads the file again. If a gc has written the file meanwhile, objects that the writer
 * needs may have been condemned or removed, and the writer begins again.
 *
 * Therefore a gc that removes objects without delay also writes the file: before it lists the
 * versions for the last time, and again after the removal, with only the line of its own run. The
 * file has a fixed name, so that writers without permission to list files find it.
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

#define VV_CONDEMNED_RUN 32u /* hex digits of a run's id */

/* The content of the file: versions by their roots, and packs by their keys (vv_pack_key). run is "" if the file does not exist. */
typedef struct vv_condemned {
	vv_cid_map versions, packs;
	char run[VV_CONDEMNED_RUN + 1];
} vv_condemned;

/* Reads the file of the place p into *out, which the caller clears. If the file does not
 * exist, or the place refuses to read it, as some places do for missing files, *out is empty. VV_ECORRUPT: the file is invalid. VV_ENOSUPPORT: a newer varve wrote the file. */
vv_status vv_condemned_get(vv_condemned *out, const vv_place *p, vv_error *err);
/* Writes c to the file of the place p. If c->run is empty, first sets it to a new id. */
vv_status vv_condemned_put(vv_condemned *c, const vv_place *p, vv_error *err);
/* Parses text, the content of the file, into *out, as vv_condemned_get does. text[len] must be
 * NUL. */
vv_status vv_condemned_read(vv_condemned *out, const char *text, size_t len, vv_error *err);
bool vv_condemned_any(const vv_condemned *c); /* true if c has a version or a pack */
void vv_condemned_clear(vv_condemned *c);
VV_AUTO_CLEAR(vv_condemned, vv_condemned_clear)

#endif
