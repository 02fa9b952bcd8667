/*
 * stored: reads and writes the files of a store by their kinds and keys. Internal.
 *
 * The key of a pack, list or index is its hash (vv_pack_key), and the key of a version is the CID
 * of its root. Files with other names are ignored.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_STORED_H
#define VV_TRANSPORT_PLACES_PACKS_STORED_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "transport/places/packs/pack_names.h"
#include "transport/places/place.h"

/* The kind of a file. */
typedef enum vv_stored_kind {
	VV_STORED_PACK,
	VV_STORED_LIST,
	VV_STORED_INDEX,
	VV_STORED_VERSION
} vv_stored_kind;

/* Returns the name of the file of this kind and key, such as "packs/<hex>.pack", in a rotating
 * buffer (vv_text_slot). */
const char *vv_stored_shows(vv_stored_kind kind, const vv_cid *key);

/* Appends the len bytes at `from` of the file of this kind and key to out, as vv_place_get does. */
vv_status vv_stored_get(const vv_place *p, vv_stored_kind kind, const vv_cid *key, uint64_t from,
			uint64_t len, vv_buf *out, vv_error *err);
/* Writes bytes as the file of this kind and key, durably; but a version's file is durable only
 * after vv_place_finish. */
vv_status vv_stored_put(const vv_place *p, vv_stored_kind kind, const vv_cid *key,
			const vv_buf *bytes, vv_error *err);
/* Removes the file of this kind and key. Returns VV_OK also if the file does not exist. */
vv_status vv_stored_remove(const vv_place *p, vv_stored_kind kind, const vv_cid *key,
			   vv_error *err);

/* A file of a store. */
typedef struct vv_stored {
	vv_cid key;
	uint64_t size;
	int64_t modified; /* as in vv_listed */
} vv_stored;
/* A list of files of one kind. Initialise with {0}. */
typedef struct vv_stored_files {
	vv_stored *items;
	size_t count, cap;
} vv_stored_files;
/* Appends all files of this kind in the place p to *out, which the caller clears, also after a
 * failure. */
vv_status vv_stored_list(vv_stored_files *out, const vv_place *p, vv_stored_kind kind,
			 vv_error *err);
void vv_stored_files_clear(vv_stored_files *f);
VV_AUTO_CLEAR(vv_stored_files, vv_stored_files_clear)

#endif
