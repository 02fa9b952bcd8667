/*
 * seek: stores the indexes (multi_index.h) from the files of a store's versions that were read, and
 * the loaded parts of these indexes. Internal.
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
	vv_buf head; /* empty: not read yet */
	vv_multi_index m;
	bool useless;                 /* the file is missing or damaged */
	vv_cid found[VV_MULTI_FOUND]; /* packs of the block of the current search */
	size_t found_count;
} vv_seek_file;

typedef struct vv_seek {
	vv_pack_names names; /* names of indexes, each once */
	vv_seek_file *files; /* opened indexes, in the order of names */
	size_t file_count, file_cap;
	vv_cid_map *of;      /* for each pack, the position of its index in names */
	vv_cid_set *asked;   /* versions whose indexes and packs were recorded */
	vv_pack_names packs; /* packs of versions whose lists are not all in the catalog */
} vv_seek;

vv_seek *vv_seek_new(void);    /* NULL: out of memory */
void vv_seek_free(vv_seek *s); /* accepts NULL */
/* Records that the index has the pack, according to a version's file. An earlier record for the
 * pack takes precedence. */
vv_status vv_seek_add(vv_seek *s, const vv_cid *pack, const vv_cid *index, vv_error *err);
/* Returns the index of a pack; null: not known. */
vv_cid vv_seek_index_of(const vv_seek *s, const vv_cid *pack);

#endif
