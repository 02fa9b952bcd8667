/*
 * renames: finds renames, that is, pairs of a removed and a new file.
 *
 * Files are paired if they have the same content and mode, or else if they are similar. For texts
 * of up to 64 MiB, similarity is measured as Git does; larger texts are not compared. Datasets
 * (repo/git/index/attributes.h) are similar if they share at least half of their blocks or, if both
 * are small, of their rows. The texts of pointers (repo/git/pointer.h) are not compared, since
 * pointers of different datasets look alike.
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

#define VV_RENAMED_FROM_NONE SIZE_MAX /* in from[]: not a renamed file */
#define VV_RENAMED_MIN 50             /* least similarity of a renamed file in percent, as in Git */

/* Sets *out to an array of the *count hashes of the rows of the small table root, ascending; the
 * caller frees *out with vv_free. Fails for other datasets. An upper layer provides this function,
 * since code in repo does not depend on the format of tables. */
typedef vv_status (*vv_rename_rows)(vv_store *store, const vv_cid *root, uint64_t **out,
				    size_t *count, vv_error *err);
/* Sets the function that hashes the rows of small tables, by which renames of these tables are
 * found. Call this once, when the program starts; without this call, tables are compared only by
 * their blocks. */
void vv_renames_by_rows(vv_rename_rows rows);
/* Returns the number of rows that two tables share, in percent of the rows of the larger table,
 * rounded down; 0 if both are empty. a and b are the ascending hashes of their rows. */
int vv_rows_shared(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count);

/* A removed or new file. */
typedef struct vv_rename_file {
	const char *path;
	uint32_t mode; /* symbolic links and other special files are paired only by equal content */
	vv_oid id;
} vv_rename_file;

/* Finds renames between removed files `gone` and new files `come`. Sets from[i] to the index in
 * `gone` of the file that was renamed to come[i], or to VV_RENAMED_FROM_NONE if come[i] is not a
 * renamed file. Each removed file is paired at most once. First, files with equal content and mode
 * are paired, those with the same file name before others; then the most similar files. If gone and
 * come have very many files, only files with equal content are paired. A file whose content is
 * missing is not similar to any other. */
vv_status vv_renames_find(vv_repository *r, const vv_rename_file *gone, size_t gone_count,
			  const vv_rename_file *come, size_t come_count, size_t *from,
			  vv_error *err);

/* Finds renames among the changes of a commit or of the index. If changes[i] is the new name of a
 * renamed file, sets from[i] to the index of the change that removes the old name; otherwise, to
 * VV_RENAMED_FROM_NONE. */
vv_status vv_renames_among(vv_repository *r, const vv_change *changes, size_t count, size_t *from,
			   vv_error *err);

/* A file that differs between two commits. For a renamed file, the old side of change is the
 * content before the rename. */
typedef struct vv_changed_file {
	vv_change change;
	const char *old_path; /* NULL: the file was not renamed */
} vv_changed_file;
/* A list of files that differ between two commits, sorted by path. Initialise with {0}. */
typedef struct vv_changed_files {
	vv_changed_file *items;
	size_t count, cap;
	const char *const *paths; /* the `paths` of vv_changed_files_read */
	vv_arena arena;           /* memory for paths */
} vv_changed_files;
/* Lists the files that differ between the commits a and b. a or b may be NULL, which counts as a
 * commit without files. paths: lists only these files or folders (without '/' at the end), ended by
 * NULL and borrowed; a file that was renamed from another path then counts as new. NULL: lists all
 * files. The caller clears *out, also after a failure. */
vv_status vv_changed_files_read(vv_changed_files *out, vv_repository *r, const vv_oid *a,
				const vv_oid *b, const char *const *paths, vv_error *err);
void vv_changed_files_clear(vv_changed_files *l); /* accepts zeroes */
VV_AUTO_CLEAR(vv_changed_files, vv_changed_files_clear)

/* For a file `path` that `commit` has, and `parent` does not: sets *out to the name that the file
 * had in `parent`, or to NULL if the file is new. The caller frees *out with vv_free. */
vv_status vv_renamed_from(vv_repository *r, const vv_oid *parent, const vv_oid *commit,
			  const char *path, char **out, vv_error *err);

#endif
