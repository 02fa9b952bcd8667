/*
 * seek: has in memory the indexes (multi_index.h) that the files of a store's versions list, as far
 * as they were read. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_SEEK_H
#define VV_TRANSPORT_PLACES_PACKS_SEEK_H

#include <stdbool.h>

#include "base/buf.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "transport/places/packs/multi_index.h"
#include "transport/places/packs/pack_names.h"

/* An index that is listed in a version's file. */
typedef struct vv_seek_file {
	vv_buf head;                  /* bytes of the index's head; empty: not read yet */
	vv_multi_index m;             /* the parsed head */
	bool useless;                 /* the file is missing or damaged */
	vv_cid found[VV_MULTI_FOUND]; /* packs that may have the block of the current search */
	size_t found_count;
} vv_seek_file;

/* The indexes and packs of the version files read so far; empty if all members are 0. */
typedef struct vv_seek {
	vv_cids names;       /* names of indexes, each once */
	vv_seek_file *files; /* opened indexes, in the order of names */
	size_t file_count, file_cap;
	vv_cid_map of;    /* for each pack, the position of its index in names */
	vv_cid_set asked; /* versions whose files were read for a search */
	/* packs of versions whose lists are not all in the host's catalog (vv_host.catalog) */
	vv_cids packs;
} vv_seek;

void vv_seek_clear(vv_seek *s); /* forgets all */
/* Records that the file of a version lists this index for the pack. If an index is already recorded
 * for the pack, it stays. */
vv_status vv_seek_add(vv_seek *s, const vv_cid *pack, const vv_cid *index, vv_error *err);
/* Returns the name of the index of a pack, or a null CID if not known. */
vv_cid vv_seek_index_of(const vv_seek *s, const vv_cid *pack);

#endif
