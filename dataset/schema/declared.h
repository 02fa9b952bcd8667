/*
 * declared: properties that a project's files declare for a path: datapackage.json, and `encoding`
 * in varve.json.
 *
 * Among the entries in varve.json's `datasets` that match a path, the last one with an encoding decides. If both files
 * name an encoding, it must be the same one.
 */
#ifndef VV_DATASET_SCHEMA_DECLARED_H
#define VV_DATASET_SCHEMA_DECLARED_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/schema/package.h"

#define VV_RULES_NAME "varve.json"

/* As vv_package_find (package_path NULL) or vv_package_find_in, with varve.json's encoding among the hints. If no package
 * describes the path, the call succeeds, *described is false, and the rest of *out is empty. VV_EINPUT also: varve.json is
 * not valid, or the two encodings differ. */
vv_status vv_declared_find(vv_package_resource *out, bool *described, const char *package_path,
			   const char *path, vv_package_read_fn read, void *payload, vv_error *err);

/* Does a pattern of varve.json match the path? As in .gitattributes: '*' and '?' stop at '/', '**' does not; one
 * without '/' matches the file's name in every folder. */
bool vv_declared_pattern_has(const char *pattern, const char *path);

#endif
