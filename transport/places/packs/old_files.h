/*
 * old_files: old versions of a store's files, which a bucket with versioning or object lock keeps when
 * they are removed or replaced. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_OLD_FILES_H
#define VV_TRANSPORT_PLACES_PACKS_OLD_FILES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "transport/places/packs/host.h"
#include "transport/places/place.h"

/* Old versions of the files of a store. Initialise with {0}. */
typedef struct vv_old_files {
	vv_arena arena;
	vv_old_object *items;
	size_t count, cap;
} vv_old_files;
void vv_old_files_clear(vv_old_files *f);
VV_AUTO_CLEAR(vv_old_files, vv_old_files_clear)

/* Appends those of the place p to *files, and sets *out to their number. Files with other names than
 * those of a store are omitted. *files is empty if the place keeps none, or does not list them
 * (out->hidden). */
vv_status vv_old_files_list(vv_old_files *files, const vv_place *p, vv_host_old *out,
			    vv_error *err);
/* Reads the root from the name of a version's file; returns false if it is another file. */
bool vv_old_files_root(vv_cid *root, const vv_old_object *o);

#endif
