/*
 * package_fit: checks whether a table agrees with its description in a package.
 */
#ifndef VV_DATASET_TABLE_PACKAGE_FIT_H
#define VV_DATASET_TABLE_PACKAGE_FIT_H

#include <stdbool.h>

#include "dataset/schema/package.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* Sets *out to true if the table would keep its schema, key and dialect if its file were read again
 * with the description in the package. VV_EINPUT: the schema in the package is invalid. */
vv_status vv_package_fits(bool *out, const vv_table *t, const vv_package_resource *res,
			  vv_error *err);

/* Appends the schema of the package, fitted to the columns of the table. */
vv_status vv_package_fit_schema(vv_buf *out, const vv_table *t, const vv_schema *package,
				const vv_package_resource *res, vv_error *err);

/* Returns true if the root has this schema, and the same key as `key`, a schema. key: the package's
 * schema if it has a key; NULL: any key is accepted. */
bool vv_package_same_schema(const vv_root *root, const vv_buf *schema, const vv_schema *key);

/* Returns true if the package declares another dialect than that with which the table was read. The
 * file must then be read again. */
bool vv_package_other_dialect(const vv_root *root, const vv_sniff_hints *h);

#endif
