/*
 * package_fit: checks whether a table agrees with its description in a package.
 */
#ifndef VV_DATASET_TABLE_PACKAGE_FIT_H
#define VV_DATASET_TABLE_PACKAGE_FIT_H

#include <stdbool.h>

#include "dataset/schema/schema.h"

typedef struct vv_package_resource vv_package_resource;
typedef struct vv_root vv_root;
typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_table vv_table;

/* Sets *out to true if importing the table's file again, with the description res, results in the
 * same schema, key and dialect. VV_EINPUT: the schema in the package is invalid. */
vv_status vv_package_fits(bool *out, const vv_table *t, const vv_package_resource *res,
			  vv_error *err);

/* Appends the schema of a package, changed so that it has exactly the columns of the table
 * (vv_schema_refit), to out. package: the parsed schema of res. */
vv_status vv_package_fit_schema(vv_buf *out, const vv_table *t, const vv_schema *package,
				const vv_package_resource *res, vv_error *err);

/* Returns true if the root has this schema (compact JSON), and its key is the primary key of the
 * schema `key`. key may be NULL: any key is accepted. */
bool vv_package_same_schema(const vv_root *root, const vv_buf *schema, const vv_schema *key);

/* Returns true if h, the hints of a package, declare a dialect different from the one in root, so
 * that the file must be imported again. */
bool vv_package_other_dialect(const vv_root *root, const vv_sniff_hints *h);

#endif
