/*
 * other_tables: opens the tables that the foreign keys of a dataset name, for its check.
 */
#ifndef VV_LIB_CHECK_OTHER_TABLES_H
#define VV_LIB_CHECK_OTHER_TABLES_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"
#include "lib/check/input.h"

/* The tables that were opened for one dataset. Initialise with {0}. */
typedef struct vv_other_tables {
	struct vv_other_opened *first; /* NULL: none was asked for */
} vv_other_tables;
void vv_other_tables_clear(vv_other_tables *l);
VV_AUTO_CLEAR(vv_other_tables, vv_other_tables_clear)

/* Where another table is looked for. */
typedef struct vv_other_table {
	const char *path;    /* of the dataset */
	const char *package; /* the datapackage.json that describes the dataset; NULL: none */
	const vv_diff_side *package_side;   /* the side whose package is read */
	const vv_check_input_options *look; /* how the dataset was opened; `base` is ignored */
} vv_other_table;
/* Sets *out to the table with this name: the package's resource, or else a file beside the dataset or
 * at this path. Sets *schema to its declared schema, or NULL. Both are borrowed until
 * vv_other_tables_clear. A second call for the same name has the same result. */
vv_status vv_other_tables_open(vv_other_tables *l, const char *name, const vv_other_table *t,
			       vv_table **out, const vv_schema **schema, vv_error *err);

#endif
