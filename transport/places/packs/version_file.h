/*
 * version_file: reads and writes the text of a version's file in a store. The file lists the packs
 * that the version needs, the index of each pack, and older packs (older.h). Internal.
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

#define VV_VERSION_FILE_MAX ((size_t)4 << 20) /* maximum bytes of a file */

/* A pack that earlier versions needed and this version does not need. */
typedef struct vv_older_pack {
	vv_cid key; /* must be the first member, for vv_pack_names_compare */
	uint64_t len;
} vv_older_pack;

/* The content of a version's file. indexes.items[i] is the name of the index that has the pack
 * packs.items[i]; null: no index has it. */
typedef struct vv_version_packs {
	vv_cids packs, indexes;
	vv_older_pack *older;
	size_t older_count, older_cap;
	uint64_t digest; /* hash of the file's bytes; set by vv_version_file_read */
} vv_version_packs;
void vv_version_packs_clear(vv_version_packs *v);
VV_AUTO_CLEAR(vv_version_packs, vv_version_packs_clear)

/* Adds a pack of len bytes to v->older. */
vv_status vv_version_packs_add_older(vv_version_packs *v, const vv_cid *pack, uint64_t len,
				     vv_error *err);
extern const char vv_version_mark[]; /* the first line */
/* Parses text, the file of the version root, and appends its content to *out. Sets *sound to true
 * if the file is valid and belongs to this version, else to false. text[len] must be NUL. */
vv_status vv_version_file_read(vv_version_packs *out, const vv_cid *root, const char *text,
			       size_t len, bool *sound, vv_error *err);
/* Appends the text of the file of the version root to out. The packs and the older packs in `packs`
 * must each be sorted by name. again: adds a random line, so that the text differs from all earlier
 * ones. */
vv_status vv_version_file_write(vv_buf *out, const vv_cid *root, const vv_version_packs *packs,
				bool again, vv_error *err);

#endif
