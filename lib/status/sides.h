/*
 * sides: finds the two versions (sides) of the repository that a command compares, by its
 * arguments, and the paths that differ between them.
 *
 * The arguments are those of git diff: A B, A..B, A...B, A (against the work tree), --cached, or
 * nothing (index against work tree).
 */
#ifndef VV_LIB_STATUS_SIDES_H
#define VV_LIB_STATUS_SIDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* The kind of a side. */
typedef enum vv_side_kind { VV_SIDE_COMMIT, VV_SIDE_INDEX, VV_SIDE_WORK } vv_side_kind;

/* One value = one side. */
typedef struct vv_diff_side {
	vv_side_kind kind;
	/* VV_SIDE_COMMIT: the commit; null: the side has no paths, as before the first commit */
	vv_oid commit;
	char *name; /* such as "HEAD~1", "index" or "work tree" */
} vv_diff_side;

/* Sets *out to the side of *commit. Its name is "word (a1b2c3d)", or the short id if word is
 * NULL. */
vv_status vv_diff_side_commit(vv_diff_side *out, vv_repository *r, const vv_oid *commit,
			      const char *word, vv_error *err);
void vv_diff_side_clear(vv_diff_side *s);
VV_AUTO_CLEAR(vv_diff_side, vv_diff_side_clear)

#define VV_STAGE_HIDDEN (-1) /* a value of vv_diff_path.stage */
/* One value = one path that differs between the sides a and b. */
typedef struct vv_diff_path {
	char *path, *old_path;       /* old_path: the path before a rename (renames.h), or NULL */
	uint32_t old_mode, new_mode; /* mode in a, and in b; 0: the side lacks the path */
	/* old_id: id of the blob in a; new_id: id of the blob in b; null for content that only the
	 * work tree has */
	vv_oid old_id, new_id;
	/* the id in b. If b is the work tree: the id in the index, or null if a has the same. Used to
	 * detect renames */
	vv_oid known_id;
	/* 0: the path is not in conflict, or a is a commit.
	 * 1 base, 2 ours, 3 theirs: this stage of the path in conflict is compared.
	 * VV_STAGE_HIDDEN: there is nothing to compare. Neither side has the path, or b is the index,
	 * which has several versions */
	int stage;
	bool edited;     /* b is the work tree, and its file is another version than the index's */
	bool literal;    /* an argument is exactly this path */
	size_t document; /* length of DOCUMENT if path is DOCUMENT#TABLE; else 0 */
} vv_diff_path;

/* One value = the sides and paths of one command. */
typedef struct vv_diff_sides {
	vv_diff_side a, b;   /* the older and the newer side */
	vv_diff_path *paths; /* sorted, except after vv_diff_sides_open_documents */
	size_t count, cap;
	int revisions; /* number of arguments that are revisions */
	/* the arguments of the form DOCUMENT#TABLE, with paths relative to the repository; other
	 * tables of these documents are left out */
	char **tables;
	size_t table_count;
} vv_diff_sides;

/* One value = the options of one command. */
typedef struct vv_diff_sides_options {
	int dashdash; /* number of arguments before "--"; -1: no "--" */
	bool cached;  /* compare the index, not the work tree, with a commit */
	bool renames; /* detect renames: pair removed paths with new paths */
	/* for paths in conflict, the stage that is compared with the work tree: 1 base, 2 ours, 3
	 * theirs; 0: not given: ours is used if the index is compared with the work tree */
	int stage;
} vv_diff_sides_options;

/* Splits the argc arguments in argv, which do not contain "--", into revisions and paths, and sets
 * *out to the sides and to the selected paths that differ. If a side is the index or the work tree,
 * selected paths in conflict are listed even if they do not differ. The caller clears *out, also after
 * a failure. VV_ENOTFOUND: a revision does not exist, or an argument is a path that neither side has.
 * VV_EUSAGE: the arguments and options do not define two sides. */
vv_status vv_diff_sides_find(vv_diff_sides *out, vv_repository *r, vv_dataset_reader *s, int argc,
			     char **argv, const vv_diff_sides_options *opts, vv_error *err);
/* Sets *out to the sides *from and *to, two commits, and to the paths that differ between them,
 * with renames detected. from NULL: an empty tree. paths: list only these; they are relative to the
 * repository, and the last element is NULL. paths NULL: list all paths. The caller clears
 * *out, also after a failure. */
vv_status vv_diff_sides_between(vv_diff_sides *out, vv_repository *r, const vv_oid *from,
				const vv_oid *to, const char *const *paths, vv_error *err);
/* Sets *out to a copy of `paths`, in which each path DOCUMENT#TABLE is replaced by DOCUMENT. Adds
 * the original path to d->tables, which must be empty. The last element of `paths` and of *out is
 * NULL. If `paths` is NULL or empty, *out is NULL. The caller frees *out with vv_diff_words_free,
 * also after a failure. */
vv_status vv_diff_sides_take_paths(vv_diff_sides *d, char ***out, vv_repository *r,
				   const char *const *paths, vv_error *err);
/* Replaces the path of each document (lib/documents) in d, if a reader supports the document, with
 * the paths of its tables on both sides. */
vv_status vv_diff_sides_open_documents(vv_diff_sides *d, vv_repository *r, vv_dataset_reader *s,
				       vv_error *err);
/* Sets *out to a copy of the argc arguments in argv, followed by NULL, in which each argument
 * DOCUMENT#TABLE is replaced by DOCUMENT, unless a file has this whole name. Adds the argument to
 * d->tables, which must be empty, with its path relative to the repository. The caller frees *out
 * with vv_diff_words_free, also after a failure. */
vv_status vv_diff_sides_take_tables(vv_diff_sides *d, char ***out, vv_repository *r, int argc,
				    char **argv, vv_error *err);
void vv_diff_words_free(char **words);
/* Returns the text with which vv_subject_find finds `path` on the side s; stage: as in
 * vv_diff_path. The caller frees the text. Returns NULL if out of memory. */
char *vv_diff_side_word(const vv_diff_side *s, const vv_repository *r, const char *path, int stage);
void vv_diff_sides_clear(vv_diff_sides *d);
VV_AUTO_CLEAR(vv_diff_sides, vv_diff_sides_clear)

#endif
