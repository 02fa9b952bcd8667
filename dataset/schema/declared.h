/*
 * declared: finds the properties that a project's files declare for a path: in datapackage.json,
 * and `encoding` in varve.json.
 *
 * If several entries in `datasets` of varve.json match a path, the last one with an encoding
 * applies. If both files declare an encoding, it must be the same.
 */
#ifndef VV_DATASET_SCHEMA_DECLARED_H
#define VV_DATASET_SCHEMA_DECLARED_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/schema/package.h"

#define VV_RULES_NAME "varve.json"

/* Like vv_package_find (if package_path is NULL) or vv_package_find_in, and also sets the encoding
 * from varve.json in the hints. If no package describes the path, returns VV_OK, and sets
 * *described to false; the other members of *out are then empty. VV_EINPUT: also if varve.json is
 * invalid, or if the two encodings differ. */
vv_status vv_declared_find(vv_package_resource *out, bool *described, const char *package_path,
			   const char *path, vv_package_read_fn read, void *payload, vv_error *err);

/* Returns true if a pattern of varve.json matches the path. As in .gitattributes, '*' and '?' do
 * not match '/', but '**' does; a pattern without '/' matches the file's name in every folder. */
bool vv_declared_pattern_has(const char *pattern, const char *path);

#endif
