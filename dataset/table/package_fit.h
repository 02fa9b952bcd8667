/*
 * package_fit: checks whether a table is as a package describes it.
 */
#ifndef VV_DATASET_TABLE_PACKAGE_FIT_H
#define VV_DATASET_TABLE_PACKAGE_FIT_H

#include <stdbool.h>

#include "dataset/schema/package.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* Would the table, read again, have the schema, key and dialect that it has? VV_EINPUT: the
 * package's schema is invalid. */
vv_status vv_package_fits(bool *out, const vv_table *t, const vv_package_resource *res,
			  vv_error *err);

/* The package's schema, fitted to the columns that the table has. */
vv_status vv_package_fit_schema(vv_buf *out, const vv_table *t, const vv_schema *package,
				const vv_package_resource *res, vv_error *err);

/* key: the package's schema if it has a key; or NULL. */
bool vv_package_same_schema(const vv_root *root, const vv_buf *schema, const vv_schema *key);

/* A package that describes other bytes than the table was read by: their new meaning requires
 * reading it again. */
bool vv_package_other_dialect(const vv_root *root, const vv_sniff_hints *h);

#endif
