/*
 * dataset_reader_internal: the members of a reader, and the three steps of an import, for callers
 * that run the second step in another thread. Private to lib/tables.
 */
#ifndef VV_LIB_TABLES_DATASET_READER_INTERNAL_H
#define VV_LIB_TABLES_DATASET_READER_INTERNAL_H

#include "base/hash_index.h"
#include "dataset/schema/declared.h"
#include "lib/tables/dataset_reader.h"

/* A datapackage.json of the work tree. */
typedef struct known_package {
	char *path;
	/* the file, or a file to which it refers, differs from the index or HEAD */
	bool edited;
} known_package;

/* A temporary file with the content of a blob, for a program that reads files. */
typedef struct copied_blob {
	vv_oid id;
	char *file; /* path of the file; NULL: none */
} copied_blob;
#define COPIES 4u /* maximum number of copies: the three versions of a merge, and one more */

struct vv_dataset_reader {
	vv_repository *repo;
	const vv_progress *progress;
	vv_pool *pool;
	/* receives the blocks of imports that store nothing; NULL: these blocks are discarded */
	vv_mem_sink *kept;
	vv_stat_cache *stats; /* the stat cache */
	vv_index *index;      /* Git's index; NULL: not opened yet */
	bool index_lent;      /* the index belongs to the caller */
	/* the last folder that was searched for new packages, with the folders above it */
	char *folder;
	bool new_package;        /* such a package was found */
	known_package *packages; /* packages requested so far */
	size_t package_count, package_cap;
	vv_hash_index package_index; /* finds packages by path */
	vv_oid head;                 /* HEAD, read when it is first needed */
	bool head_known, unborn;     /* head_known: HEAD was read; unborn: HEAD has no commit */
	bool runs_nothing;           /* vv_dataset_reader_run_nothing was called */
	copied_blob copies[COPIES];
	unsigned next_copy; /* index of the oldest copy, which is replaced next */
};

/* Opens r->index, unless it is open. */
vv_status dataset_reader_open_index(vv_dataset_reader *r, vv_error *err);

/* Sets r->head and r->unborn, unless they are set. */
vv_status dataset_reader_head(vv_dataset_reader *r, vv_error *err);
/* Reads the small file `path` of the work tree into out, or, if the reader's index is a tree, of
 * that tree. For vv_declared_find; payload is the reader. */
vv_status dataset_reader_work_file(void *payload, const char *path, vv_buf *out, vv_error *err);

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
 * version and the package. dry: for an import that stores nothing. The caller clears *in, also
 * after a failure. */
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
