/*
 * folder_place: a folder of this machine, or of a disk or share that is mounted here.
 *
 * A file marks it (vv_place_mark). What has one device number is taken to fail together.
 */
#ifndef VV_TRANSPORT_PLACES_FOLDER_PLACE_H
#define VV_TRANSPORT_PLACES_FOLDER_PLACE_H

#include "transport/places/place.h"

/* make: the folder is made, and marked, if it is not, in one that is there. VV_ENOTFOUND: it is not there, or has no
 * mark. */
vv_status vv_folder_place_open(vv_place *out, const char *path, const vv_place_facts *facts,
			       bool make, vv_error *err);
/* The same of a folder inside a repository: made with all above it, and on no disk of its own. */
vv_status vv_own_folder_open(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err);

/* How many bytes are there (of a folder with a quota); anew: somebody else may have changed it. */
vv_status vv_folder_place_used(const vv_place *p, bool anew, uint64_t *out, vv_error *err);

#endif
