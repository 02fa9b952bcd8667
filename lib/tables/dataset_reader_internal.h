/*
 * dataset_reader_internal: the members of a reader, and the steps of an import of a place in the repository,
 * for callers that run the second step elsewhere. Private to lib/tables.
 */
#ifndef VV_LIB_TABLES_DATASET_READER_INTERNAL_H
#define VV_LIB_TABLES_DATASET_READER_INTERNAL_H

#include "base/hash_index.h"
#include "dataset/schema/declared.h"
#include "lib/tables/dataset_reader.h"

/* A datapackage.json, and whether it, or a file that it names, differs from the index and HEAD. */
typedef struct known_package {
	char *path;
	bool edited;
} known_package;

/* A blob as a temporary file, for a program that reads files. */
typedef struct copied_blob {
	vv_oid id;
	char *file; /* may be NULL */
} copied_blob;
#define COPIES 4u /* as many versions as a merge has, and one */

struct vv_dataset_reader {
	vv_repository *repo;
	const vv_progress *progress;
	vv_pool *pool;
	vv_mem_sink *kept; /* gets the blocks of dry imports; NULL: they are discarded */
	vv_stat_cache *stats;
	vv_index *index; /* as of its first use: for parents and stats */
	bool index_lent; /* the index belongs to the caller */
	/* the last folder in which new packages were searched; new_package: the result */
	char *folder;
	bool new_package;
	known_package *packages; /* packages requested so far, by path */
	size_t package_count, package_cap;
	vv_hash_index package_index; /* by path: there may be thousands of packages */
	vv_oid head;                 /* HEAD, read when it is first needed */
	bool head_known, unborn;
	bool runs_nothing;
	copied_blob copies[COPIES];
	unsigned next_copy; /* the oldest copy: the next to be replaced */
};

/* Opens r->index, unless it is open. */
vv_status dataset_reader_open_index(vv_dataset_reader *r, vv_error *err);

/* Sets r->head and r->unborn, once for all files. */
vv_status dataset_reader_head(vv_dataset_reader *r, vv_error *err);
/* A small file of the work tree, for vv_package_find; payload: the reader. */
vv_status dataset_reader_work_file(void *payload, const char *path, vv_buf *out, vv_error *err);

/* The inputs of an import of a place in the repository, besides the bytes: the previous version
 * (index, else HEAD), datapackage.json, the scan cache, the user's options. */
typedef struct dataset_inputs {
	vv_import_options opts;
	vv_package_resource package;
	vv_schema schema; /* of the package, for its key */
	vv_scan_cache *cache;
	char *temp;
	/* If the previous version's blocks are missing here: the data of its pointer. */
	vv_arena arena;
	const char *named_kind; /* NULL: the blocks exist here, or no previous version */
	const char **named_key;
} dataset_inputs;

/* in: zeroed; in any case, the caller clears it. Sets the members of out about the previous
 * version. */
vv_status dataset_inputs_gather(dataset_inputs *in, vv_dataset_reader *r, const char *path,
				const vv_dataset_options *opts, bool dry, vv_dataset_found *out,
				vv_error *err);
void dataset_inputs_clear(dataset_inputs *in);
VV_AUTO_CLEAR(dataset_inputs, dataset_inputs_clear)

/* The import itself, after dataset_inputs_gather. From any thread: it uses only its arguments. */
vv_status dataset_import_run(vv_dataset_found *out, const dataset_inputs *in,
			     const vv_source *source, const vv_sink *sink, vv_error *err);

/* Then: sets the pointer and its id, and the facts about changes. */
vv_status dataset_import_settle(vv_dataset_found *out, const dataset_inputs *in, vv_error *err);

#endif
