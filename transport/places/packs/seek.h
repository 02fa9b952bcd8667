/*
 * seek: the indexes (multi_index.h) of a store that the read versions name, and their loaded parts. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_SEEK_H
#define VV_TRANSPORT_PLACES_PACKS_SEEK_H

#include <stdbool.h>

#include "base/buf.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "transport/places/packs/multi_index.h"
#include "transport/places/packs/pack_names.h"

/* An index that versions name. */
typedef struct vv_seek_file {
	vv_buf head; /* empty: not read yet */
	vv_multi_index m;
	bool useless;                 /* it is not there, or damaged */
	vv_cid found[VV_MULTI_FOUND]; /* packs of the block of the current search */
	size_t found_count;
} vv_seek_file;

typedef struct vv_seek {
	vv_pack_names names; /* of indexes, each once */
	vv_seek_file *files; /* for each of these that was opened */
	size_t file_count, file_cap;
	vv_cid_map *of;      /* which of the names has a pack */
	vv_cid_set *asked;   /* versions */
	vv_pack_names packs; /* of versions of which not all lists are in the catalog */
} vv_seek;

vv_seek *vv_seek_new(void);    /* NULL: out of memory */
void vv_seek_free(vv_seek *s); /* accepts NULL */
/* Notes a version's statement that the index has the pack; an earlier one takes precedence. */
vv_status vv_seek_add(vv_seek *s, const vv_cid *pack, const vv_cid *index, vv_error *err);
/* The index of a pack; null: none is known. */
vv_cid vv_seek_index_of(const vv_seek *s, const vv_cid *pack);

#endif
