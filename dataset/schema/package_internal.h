/*
 * package_internal: finding a resource in a package; shared by package*.c.
 */
#ifndef VV_DATASET_SCHEMA_PACKAGE_INTERNAL_H
#define VV_DATASET_SCHEMA_PACKAGE_INTERNAL_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

/* Bytes of the folder part of a package's path, its '/' included. */
size_t vv_package_folder_len(const char *package_path);

/* The file that a path in a descriptor names, relative to the package's folder and
 * without "." parts, in arena; NULL for a URL. VV_EINPUT for what leads out of the
 * folder. */
vv_status vv_package_local_path(const char **out, vv_arena *arena, const vv_json *path,
				const char *file, vv_error *err);

/* The package's resources; VV_EINPUT when the shape is wrong, *out NULL when it has none. */
vv_status vv_package_resources(const vv_json **out, const vv_json *root, const char *file,
			       vv_error *err);

/* The resource whose path (relative to the package) is this; *out is NULL when there is
 * none. All resources' paths are checked. VV_EINPUT also when two have it, or the
 * resource is made of several files. */
vv_status vv_package_match(const vv_json **out, vv_arena *arena, const vv_json *root,
			   const char *path, const char *file, vv_error *err);

/* package_dialect.c: dialect, format, encoding and what else says how to read the bytes. */
struct vv_package_resource;
vv_status vv_package_read_form(struct vv_package_resource *out, const vv_json *resource,
			       const char *file, vv_error *err);
/* path: of the dataset; its extension tells the form where the resource does not. */
vv_status vv_package_read_dialect(struct vv_package_resource *out, const vv_json *dialect,
				  const char *path, const char *file, vv_error *err);

#endif
