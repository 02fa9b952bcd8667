/*
 * dataset_import: imports files of the work tree, or other bytes, as versions of the tables of a
 * repository. dataset_writer.h stores what it imports; without it, nothing is stored.
 *
 * The previous version, datapackage.json and the caches come from a reader (dataset_reader.h).
 */
#ifndef VV_LIB_TABLES_DATASET_IMPORT_H
#define VV_LIB_TABLES_DATASET_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "dataset/format/list.h"
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"
#include "dataset/table/import_options.h"
#include "dataset/table/root.h"
#include "lib/tables/dataset_reader.h"
#include "repo/blocks/store.h"
#include "repo/git/index/index.h"
#include "repo/git/pointer.h"

/* One value = the options for one import, most of them from the command line. */
typedef struct vv_dataset_options {
	bool has_kind;        /* kind is set */
	vv_kind kind;         /* --as */
	vv_sniff_hints hints; /* --delimiter ... */
	/* --key: names of columns, followed by NULL; --no-key: {NULL}; neither: NULL */
	const char *const *key;
	bool key_with_columns; /* as in vv_import_options */
	const char *schema;    /* Table Schema for a table that no package describes; may be NULL */
	vv_order_wish order;   /* --order */
	/* pointer of the previous version; NULL: the reader finds it */
	const vv_pointer *parent;
	/* the block of parent's root if it is not in the store yet; else NULL */
	const vv_buf *parent_block;
	bool no_parent; /* the table is new: no previous version is looked up */
	/* with parent: types may come back from earlier versions of the path in HEAD's history, as
	 * without it */
	bool looks_back;
	/* if a row of the table is too long, or cannot be reproduced exactly: fail; false: store
	 * the file as bytes, and warn */
	bool as_named;
	/* Table Schema of columns that the previous version lacks; may be NULL */
	const char *added_schema;
} vv_dataset_options;
#define VV_DATASET_OPTIONS_INIT                                                                    \
	{                                                                                          \
		.kind = VV_KIND_TABLE, .hints = VV_SNIFF_HINTS_INIT, .order = VV_ORDER_KEEP        \
	}

/* One value = the result of one import. */
typedef struct vv_dataset_found {
	vv_import_result result; /* root, counts, findings; root.kind: table or file */
	vv_oid blob;             /* the pointer's id; the blob is written if blocks are */
	vv_buf pointer;          /* the pointer's text */
	/* the file is itself the pointer: nothing was imported, and of result only cid is set */
	bool was_pointer;
	vv_cid parent;       /* root of the previous version; null: no such version was used */
	vv_root parent_root; /* filled if parent is set */
	/* the root in the previous pointer, even if its blocks are missing; null: no pointer exists */
	vv_cid named;
	bool package;       /* a datapackage.json describes the table */
	char *package_path; /* its path */
	vv_stat st;         /* metadata of the file that was read */
	uint64_t ms;        /* duration of the import in milliseconds */
	/* numbers and sizes of the blocks that this import added to the store; set only by a
	 * vv_dataset_writer */
	vv_writer_stats stored;
} vv_dataset_found;
void vv_dataset_found_clear(vv_dataset_found *f); /* sets it to {0} */
VV_AUTO_CLEAR(vv_dataset_found, vv_dataset_found_clear)

/* One value = the destination of an import's blocks: a function that opens the sink. It is called
 * as late as possible, since it may lock the store. */
typedef struct vv_dataset_target {
	vv_status (*open)(void *payload, vv_sink *out, vv_error *err); /* sets *out to the sink */
	void *payload;                                                 /* first argument of open */
} vv_dataset_target;

/* Imports the work tree file at `path`, relative to the repository, and sets *out, which must be
 * initialised, to the result. to: the destination of the blocks; NULL: nothing is stored (a dry
 * import, for status). If the file is a valid pointer, imports nothing, and sets *is_pointer to
 * true, out->blob, out->pointer, and out->result.cid to the root in the pointer. VV_EINPUT: the
 * file is not a regular file, is a damaged pointer, or changed during both of two attempts to read
 * it. */
vv_status vv_dataset_reader_import_file(vv_dataset_reader *r, const char *path,
					const vv_dataset_options *opts, const vv_dataset_target *to,
					vv_dataset_found *out, bool *is_pointer, vv_error *err);
/* Imports the bytes of `source` as the content of `path`, as vv_dataset_reader_import_file imports
 * a file, but does not look for a pointer. */
vv_status vv_dataset_reader_import(vv_dataset_reader *r, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, const vv_dataset_target *to,
				   vv_dataset_found *out, vv_error *err);

/* The state of a tracked path in the work tree. */
typedef enum vv_work_state {
	VV_WORK_SAME,     /* the file is the version of the index's pointer */
	VV_WORK_MODIFIED, /* the file differs from that version */
	VV_WORK_DELETED,  /* there is no file */
	VV_WORK_POINTER,  /* the file has the text of the index's pointer, not the data */
	VV_WORK_OTHER     /* not a regular file */
} vv_work_state;
/* Sets *out to the state of `path`, determined from the file's metadata and the stat cache. If
 * these are not sufficient, imports the file, and sets *found, which must be initialised, to the
 * result. found may be NULL: then a file of another length than the version is not imported. Fails
 * with the error of the import, for example if the file cannot be added. index_blob and entry: the pointer and the entry of the path in the index; entry may be
 * NULL. */
vv_status vv_dataset_reader_work_state(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, vv_dataset_found *found, vv_error *err);
/* Sets *out as vv_dataset_reader_work_state does, and *known to true, if the metadata and the stat
 * cache are sufficient. Sets *known to false if the file must be imported. */
vv_status vv_dataset_reader_work_known(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, bool *known, vv_error *err);

#endif
