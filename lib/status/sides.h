/*
 * sides: finds the two versions that a command line compares, and the paths that differ between
 * them.
 *
 * A B, A..B, A...B, A (against the work tree), --cached, or nothing (index against work
 * tree), as git diff has them.
 */
#ifndef VV_LIB_STATUS_SIDES_H
#define VV_LIB_STATUS_SIDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef enum vv_side_kind { VV_SIDE_COMMIT, VV_SIDE_INDEX, VV_SIDE_WORK } vv_side_kind;

typedef struct vv_diff_side {
	vv_side_kind kind;
	vv_oid commit; /* null: nothing at all (no commit yet) */
	char *name;    /* "HEAD~1", "index", "work tree" */
} vv_diff_side;

/* A commit, called "word (a1b2c3d)"; word NULL: by its short id. */
vv_status vv_diff_side_commit(vv_diff_side *out, vv_repository *r, const vv_oid *commit,
			      const char *word, vv_error *err);
void vv_diff_side_clear(vv_diff_side *s);
VV_AUTO_CLEAR(vv_diff_side, vv_diff_side_clear)

#define VV_STAGE_HIDDEN (-1)
typedef struct vv_diff_path {
	char *path, *old_path;       /* old_path: renamed (renames.h); else NULL */
	uint32_t old_mode, new_mode; /* 0: not there */
	vv_oid old_id, new_id;       /* of the blobs; null for what only the work tree has */
	/* new_id, or the index's id if the work tree changed the file */
	vv_oid known_id;
	int stage;       /* of a path in conflict: the side of it that is compared (1 base, 2 ours,
	                              * 3 theirs; VV_STAGE_HIDDEN: the index has no one version of it); else 0 */
	bool literal;    /* an argument names just this path */
	size_t document; /* length of DOCUMENT if path is DOCUMENT#TABLE; else 0 */
} vv_diff_path;

typedef struct vv_diff_sides {
	vv_diff_side a, b;
	vv_diff_path *paths; /* sorted */
	size_t count, cap;
	int revisions; /* how many of the arguments are */
	char **tables; /* of documents, DOCUMENT#TABLE, that arguments name, and no others of these documents */
	size_t table_count;
} vv_diff_sides;

/* The versions requested by options. */
typedef struct vv_diff_sides_options {
	int dashdash; /* arguments before "--", or -1: there is none */
	bool cached;
	bool renames; /* a path that is gone and one that is new may be one */
	int stage; /* of paths in conflict, against the work tree: 1 base, 2 ours, 3 theirs; 0: ours,
	               * where index and work tree are compared */
} vv_diff_sides_options;

/* Sorts the arguments into revisions and paths and lists what differs. VV_ENOTFOUND: a
 * revision, or a path that neither side has. Paths in conflict are always among them. */
vv_status vv_diff_sides_find(vv_diff_sides *out, vv_repository *r, vv_dataset_reader *s, int argc,
			     char **argv, const vv_diff_sides_options *opts, vv_error *err);
/* The same for two commits; from NULL: nothing. paths: repository-relative, NULL-ended; NULL: all. */
vv_status vv_diff_sides_between(vv_diff_sides *out, vv_repository *r, const vv_oid *from,
				const vv_oid *to, const char *const *paths, vv_error *err);
/* The paths, DOCUMENT in place of DOCUMENT#TABLE, which d->tables notes. out: NULL-ended, or NULL; free with vv_diff_words_free. */
vv_status vv_diff_sides_take_paths(vv_diff_sides *d, char ***out, vv_repository *r,
				   const char *const *paths, vv_error *err);
/* Replaces each document (lib/documents) that a reader supports by its tables, of both sides, in sequence. */
vv_status vv_diff_sides_open_documents(vv_diff_sides *d, vv_repository *r, vv_dataset_reader *s,
				       vv_error *err);
/* The arguments that are paths, with DOCUMENT instead of DOCUMENT#TABLE unless a file has this name; d->tables has these. out
 * and its words are owned by the caller (vv_diff_words_free). */
vv_status vv_diff_sides_take_tables(vv_diff_sides *d, char ***out, vv_repository *r, int argc,
				    char **argv, vv_error *err);
void vv_diff_words_free(char **words);
/* The word by which vv_subject_find finds a path of the side; owned by the caller. */
char *vv_diff_side_word(const vv_diff_side *s, const vv_repository *r, const char *path, int stage);
void vv_diff_sides_clear(vv_diff_sides *d);
VV_AUTO_CLEAR(vv_diff_sides, vv_diff_sides_clear)

#endif
