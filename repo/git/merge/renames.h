/*
 * renames: finds renames: pairs of a new file and a removed one.
 *
 * The same content, else text by likeness as Git
 * measures it, and datasets only where at least half of their blocks are the same, or, where
 * both are small, of their rows. That two pointers look alike proves nothing.
 */
#ifndef VV_REPO_GIT_MERGE_RENAMES_H
#define VV_REPO_GIT_MERGE_RENAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"
#include "repo/git/tree.h"

#define VV_RENAMED_FROM_NONE SIZE_MAX
#define VV_RENAMED_MIN 50 /* percent of likeness, as in Git */

/* Rows are known only to upper layers: the function returns a small table's rows as hashes,
 * ascending (*out is owned by the caller); fails for others. Set once, when the program begins;
 * without it blocks decide. */
typedef vv_status (*vv_rename_rows)(vv_store *store, const vv_cid *root, uint64_t **out,
				    size_t *count, vv_error *err);
void vv_renames_by_rows(vv_rename_rows rows);
/* How many of the rows of the larger one both have, in percent. */
int vv_rows_shared(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count);

typedef struct vv_rename_file {
	const char *path;
	uint32_t mode; /* only ordinary files are renamed with other content */
	vv_oid id;
} vv_rename_file;

/* from[i]: the place in `gone` of what come[i] was, or VV_RENAMED_FROM_NONE. Each of `gone`
 * serves once: equal content first (of one name before others), then the most alike. Where
 * there are very many, only equal content counts. */
vv_status vv_renames_find(vv_repository *r, const vv_rename_file *gone, size_t gone_count,
			  const vv_rename_file *come, size_t come_count, size_t *from,
			  vv_error *err);

/* The same among the changes of a commit or of the index: from[i] is the index of the removal that
 * change i renamed. */
vv_status vv_renames_among(vv_repository *r, const vv_change *changes, size_t count, size_t *from,
			   vv_error *err);

/* The differences of two commits, by path; a renamed file is one entry, with its former content as its old side. */
typedef struct vv_changed_file {
	vv_change change;
	const char *old_path; /* NULL: it was not renamed */
} vv_changed_file;
typedef struct vv_changed_files {
	vv_changed_file *items;
	size_t count, cap;
	const char *const *paths;
	vv_arena arena; /* of the paths */
} vv_changed_files;
/* a or b NULL: nothing. paths: only these (NULL-ended, files or folders), borrowed; NULL: all. */
vv_status vv_changed_files_read(vv_changed_files *out, vv_repository *r, const vv_oid *a,
				const vv_oid *b, const char *const *paths, vv_error *err);
void vv_changed_files_clear(vv_changed_files *l); /* accepts zeroes */
VV_AUTO_CLEAR(vv_changed_files, vv_changed_files_clear)

/* The name in `parent` of a path that only `commit` has; *out is owned by the caller, NULL if it is
 * new. */
vv_status vv_renamed_from(vv_repository *r, const vv_oid *parent, const vv_oid *commit,
			  const char *path, char **out, vv_error *err);

#endif
