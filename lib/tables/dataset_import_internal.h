/*
 * dataset_import_internal: the three steps of an import, for callers that run the second step in
 * another thread. Private to lib/tables.
 */
#ifndef VV_LIB_TABLES_DATASET_IMPORT_INTERNAL_H
#define VV_LIB_TABLES_DATASET_IMPORT_INTERNAL_H

#include "base/arena.h"
#include "dataset/schema/package.h"
#include "dataset/schema/schema.h"
#include "dataset/table/import_options.h"
#include "dataset/table/root.h"
#include "lib/tables/dataset_import.h"

/* The inputs of an import, except the bytes: the user's options, and, from the
 * repository, the previous version, datapackage.json and the scan cache. */
typedef struct dataset_inputs {
	/* options of the import, which borrow from the other members */
	vv_import_options opts;
	vv_package_resource package; /* the description in datapackage.json */
	vv_schema schema;            /* the package's schema, which has the key */
	vv_scan_cache *cache;        /* scan cache of the previous version; may be NULL */
	char *temp;                  /* folder for temporary files */
	vv_arena arena;
	/* the kind in the previous version's pointer, if the version's blocks are missing in this
	 * repository; else NULL */
	const char *named_kind;
	const char **named_key; /* the key in the same pointer; else NULL */
} dataset_inputs;

/* Does the first step: sets *in, which must be zeroed, and the members of *out about the previous
 * version and the package. dry: for an import that stores nothing. The caller clears *in, also after a failure. */
vv_status dataset_inputs_gather(dataset_inputs *in, vv_dataset_reader *r, const char *path,
				const vv_dataset_options *opts, bool dry, vv_dataset_found *out,
				vv_error *err);
void dataset_inputs_clear(dataset_inputs *in);
VV_AUTO_CLEAR(dataset_inputs, dataset_inputs_clear)

/* Does the second step: imports the bytes of `source`, passes blocks to `sink`, and sets
 * out->result. May be called by any thread. */
vv_status dataset_import_run(vv_dataset_found *out, const dataset_inputs *in,
			     const vv_source *source, const vv_sink *sink, vv_error *err);

/* Does the third step: if the file's bytes are those of the previous version, replaces out->result by
 * that version; sets out->pointer and out->blob; and adds a warning if types and order could not be
 * taken from the previous version because its blocks are missing. */
vv_status dataset_import_settle(vv_dataset_found *out, const dataset_inputs *in,
				vv_dataset_reader *r, vv_error *err);

#endif
