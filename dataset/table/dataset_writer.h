/*
 * dataset_writer: from a path of the work tree to a pointer, and from a pointer to the file.
 *
 * What add, commit -a, status, restore, switch and the Git filter share: the parent
 * version (index, else HEAD), datapackage.json, the caches, the store.
 */
#ifndef VV_DATASET_TABLE_DATASET_WRITER_H
#define VV_DATASET_TABLE_DATASET_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/import.h"
#include "dataset/table/stat_cache.h"
#include "dataset/table/table.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* One for a command; opens what is needed when it is needed. */
typedef struct vv_stage vv_stage;
vv_status vv_stage_open(vv_stage **out, vv_repository *r, const vv_progress *progress,
			vv_error *err);
void vv_stage_close(vv_stage *s);           /* saves the stat cache; accepts NULL */
vv_stat_cache *vv_stage_stats(vv_stage *s); /* borrowed */
vv_pool *vv_stage_pool(vv_stage *s);        /* borrowed; made on first use */

/* The writer, taken on first use and held until vv_stage_commit. */
vv_status vv_stage_writer(vv_stage *s, vv_writer **out, vv_error *err);
/* Makes the blocks durable; the caller then writes index or refs and calls
 * vv_stage_release, which lets other writers in. */
vv_status vv_stage_commit(vv_stage *s, vv_error *err);
void vv_stage_release(vv_stage *s);

/* What the user said on the command line. */
typedef struct vv_stage_options {
	bool has_kind;
	vv_kind kind;             /* --as */
	vv_sniff_hints hints;     /* --delimiter ... */
	const char *const *key;   /* --key (names), --no-key ({NULL}), NULL */
	const vv_pointer *parent; /* overrides the lookup; may be NULL */
	bool no_parent;
} vv_stage_options;
#define VV_STAGE_OPTIONS_INIT                                                                      \
	{                                                                                          \
		false, VV_KIND_TABLE, VV_SNIFF_HINTS_INIT, NULL, NULL, false                       \
	}

typedef struct vv_staged {
	vv_import_result result; /* root, counts, findings; root.kind says which */
	vv_oid blob;             /* the pointer's id (written when blocks were) */
	vv_buf pointer;          /* its text */
	vv_cid parent;           /* null when there was none */
	vv_root parent_root;     /* initialised always; filled when parent is set */
	bool unchanged;          /* the parent's root */
	bool package;            /* datapackage.json described it */
	char *package_path;
	vv_stat st; /* of the file that was read */
	uint64_t ms;
	vv_writer_stats stored; /* what this path added to the store */
} vv_staged;
void vv_staged_init(vv_staged *s);
void vv_staged_clear(vv_staged *s);

/* Imports the work tree file at a repository-relative path. dry: nothing is stored
 * and no blob written (status). VV_EINPUT when the file changed while it was read
 * (tried twice). A file that holds a valid pointer text: *is_pointer true, result
 * empty, blob and pointer set. */
vv_status vv_stage_file(vv_stage *s, const char *path, const vv_stage_options *opts, bool dry,
			vv_staged *out, bool *is_pointer, vv_error *err);

/* From now on dry imports against a parent put their blocks there (borrowed): the version that was
 * found can then be read. NULL: nowhere, as at first. */
void vv_stage_keep(vv_stage *s, vv_mem_sink *blocks);

/* The same from a stream (the clean filter). */
vv_status vv_stage_stream(vv_stage *s, const char *path, const vv_source *source,
			  const vv_stage_options *opts, vv_staged *out, vv_error *err);

/* What the work tree has at a tracked path, cheaply. */
typedef enum vv_work_state {
	VV_WORK_SAME, /* equals the index's pointer */
	VV_WORK_MODIFIED,
	VV_WORK_DELETED,
	VV_WORK_POINTER, /* the index's pointer text itself: not materialised */
	VV_WORK_OTHER    /* no regular file */
} vv_work_state;
/* Looks at stat, stat cache and (only when these do not tell) the content: then
 * *staged, when not NULL, gets what a dry import found. */
vv_status vv_stage_work_state(vv_stage *s, const char *path, const vv_oid *index_blob,
			      const vv_index_entry *entry, vv_work_state *out, vv_staged *staged,
			      vv_error *err);

/* A pointer blob read and opened. VV_EINPUT: no pointer. */
vv_status vv_stage_pointer(vv_stage *s, const vv_oid *blob, vv_arena *arena, vv_pointer *out,
			   vv_error *err);

/* Is the blob a pointer (small and parses)? Ordinary blobs answer false quickly. */
vv_status vv_stage_is_pointer(vv_stage *s, const vv_oid *blob, bool *out, vv_error *err);

/* Writes the dataset of a pointer to the work tree path: temporary file, checked
 * hash, rename; or, where the file there is an earlier version known to the scan
 * cache, only what differs is rewritten in the temporary copy. *st gets the new
 * file's stat; the stat cache is told. VV_EMISSING when blocks are not here: the
 * file is untouched. */
vv_status vv_stage_materialise(vv_stage *s, const char *path, const vv_oid *blob,
			       const vv_pointer *p, uint32_t mode, vv_stat *st, vv_error *err);

/* What the scan cache holds of a version of path: for reading a changed file without storing
 * it. *out NULL: nothing; the caller's (vv_scan_cache_free). *secret seeds its hashes. */
vv_status vv_stage_scan_cache(vv_stage *s, const char *path, const vv_cid *root,
			      vv_scan_cache **out, uint64_t *secret, vv_error *err);

/* Line number (1-based) of a byte offset in a work tree file. */
vv_status vv_stage_line(vv_stage *s, const char *path, uint64_t offset, uint64_t *line,
			vv_error *err);

#endif
