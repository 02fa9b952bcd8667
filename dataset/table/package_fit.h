/*
 * package_fit: checks whether a table is as a package describes it.
 */
#ifndef VV_DATASET_TABLE_PACKAGE_FIT_H
#define VV_DATASET_TABLE_PACKAGE_FIT_H

#include <stdbool.h>

#include "dataset/schema/package.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* *out: would the table keep its schema, key and dialect if its file were read again as the package
 * describes it? VV_EINPUT: the package's schema is invalid. */
vv_status vv_package_fits(bool *out, const vv_table *t, const vv_package_resource *res,
			  vv_error *err);

/* The package's schema, fitted to the columns that the table has. */
vv_status vv_package_fit_schema(vv_buf *out, const vv_table *t, const vv_schema *package,
				const vv_package_resource *res, vv_error *err);

/* Does the table have this schema, and the key of `key`? key: the package's schema if that has a
 * key; NULL: any key. */
bool vv_package_same_schema(const vv_root *root, const vv_buf *schema, const vv_schema *key);

/* Does the package declare a dialect other than that with which the table was read? If so, the file
 * must be read again. */
bool vv_package_other_dialect(const vv_root *root, const vv_sniff_hints *h);

#endif
