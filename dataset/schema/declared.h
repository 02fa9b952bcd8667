/*
 * declared: finds the properties that datapackage.json and varve.json declare for the file of a
 * table: its description in a package, and its encoding, which varve.json can declare, too.
 *
 * If several entries in `datasets` of varve.json match a path, the last of them with an encoding
 * applies. If both files declare an encoding, the two must be equal.
 */
#ifndef VV_DATASET_SCHEMA_DECLARED_H
#define VV_DATASET_SCHEMA_DECLARED_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/schema/package.h"

#define VV_RULES_NAME "varve.json"

/* Finds the description of path like vv_package_find_in, or like vv_package_find if package_path is
 * NULL. If the package does not have an encoding for the path, sets out->encoding and
 * out->hints.encoding to the encoding in varve.json. Sets *described to true if a package describes
 * the path. If none does, returns VV_OK, and *out has no more than the encoding. The caller clears
 * *out. read is also called for varve.json. Errors: those of vv_package_find, except VV_ENOTFOUND;
 * VV_EINPUT also if a varve.json that may declare encodings is invalid, or if the two encodings
 * differ. */
vv_status vv_declared_find(vv_package_resource *out, bool *described, const char *package_path,
			   const char *path, vv_package_read_fn read, void *payload, vv_error *err);

/* Returns true if a pattern of varve.json matches the path. As in .gitattributes, '*' and '?' do
 * not match '/', but '**' does. A pattern without '/' is matched with the file's name, in every
 * folder; any other pattern is matched with the whole path; a '/' at its beginning is ignored. */
bool vv_declared_pattern_has(const char *pattern, const char *path);

#endif
