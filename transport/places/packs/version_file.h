/*
 * version_file: the text of a version's file in a store: which packs it needs, for each the index that has it, and which
 * older packs there are. Internal.
 *
 * Format: docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_VERSION_FILE_H
#define VV_TRANSPORT_PLACES_PACKS_VERSION_FILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "repo/blocks/cid.h"
#include "transport/places/packs/seek.h"

#define VV_VERSION_FILE_MAX ((size_t)4 << 20)

/* Packs of versions that came before, which this one does not need. */
typedef struct vv_older_pack {
	vv_cid key; /* first: vv_pack_names_compare */
	uint64_t len;
} vv_older_pack;

/* packs, and at the same place in indexes the one that has it, null where none has. */
typedef struct vv_version_packs {
	vv_pack_names packs, indexes;
	vv_older_pack *older;
	size_t older_count, older_cap;
	uint64_t digest; /* of the file's bytes */
} vv_version_packs;
void vv_version_packs_clear(vv_version_packs *v);
VV_AUTO_CLEAR(vv_version_packs, vv_version_packs_clear)

vv_status vv_version_packs_add_older(vv_version_packs *v, const vv_cid *pack, uint64_t len,
				     vv_error *err);
extern const char vv_version_mark[]; /* the first line */
/* Appended to out. *sound false: it is not a whole file of this version. text has a NUL behind len. */
vv_status vv_version_file_read(vv_version_packs *out, const vv_cid *root, const char *text,
			       size_t len, bool *sound, vv_error *err);
/* Both kinds of packs in the order of their names. again: it is another file than any before, also if it names the same. */
vv_status vv_version_file_write(vv_buf *out, const vv_cid *root, const vv_version_packs *packs,
				bool again, vv_error *err);

#endif
