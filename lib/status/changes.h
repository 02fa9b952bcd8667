/*
 * changes: compares the work tree, the index and HEAD, for status and commit.
 *
 * Ordinary files are compared as in Git. Datasets are compared by the metadata of their files and
 * the stat cache (repo/git/index/stat_cache.h), or, if these are not sufficient, by an import that
 * stores nothing (a dry import).
 */
#ifndef VV_LIB_STATUS_CHANGES_H
#define VV_LIB_STATUS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "diff/write/change_words.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* One value = the facts (counts and sizes) of one change of a dataset, staged or in the work
 * tree. */
typedef struct vv_change_facts {
	/* the numbers of changed rows and cells; valid if counts.counted is set, which requires a
	 * table on both sides */
	vv_change_counts counts;
	bool known; /* groups and groups_new are set */
	/* groups: number of row groups of the new version, or of chunks if it is not a table;
	 * groups_new: number of these that the old version lacks */
	uint64_t groups, groups_new;
	/* rows, columns: numbers of rows and columns of the new version, or of the deleted version
	 * if the path is deleted; rows_before: number of rows of the old version. In work_facts,
	 * columns is set only if the file is another pointer; else 0 */
	uint64_t rows, rows_before, columns;
	/* stored: for a staged change, bytes of its new blocks in the store; bytes: size of the
	 * file */
	uint64_t stored, bytes;
	/* form: in work_facts, if only the form changed: the change, such as "LF -> CRLF"; else
	 * NULL */
	char *form;
	char *problem; /* if the file cannot be added: the error's message; else NULL */
} vv_change_facts;

/* One value = one path that differs between HEAD and the index, or between the index and the work
 * tree. */
typedef struct vv_change_entry {
	char *path;
	/* path in HEAD, if the path was renamed in the index, with or without changes of the
	 * content; else NULL */
	char *from;
	/* letters as in git status --short: ' ', A, M, D, R, T, U; staged: the index
	 * compared with HEAD; work: the work tree compared with the index. An untracked
	 * path has '?' in both */
	char staged, work;
	/* the index has a pointer at this path, or, if the path was deleted or emptied in the
	 * index, HEAD has one. Not set for paths in conflict, nor for a path of which only the file
	 * in the work tree was deleted */
	bool dataset;
	/* the file in the work tree is another version than the index's, or has other bytes; only of
	 * datasets */
	bool modified;
	/* the kind (vv_content_kind) of the version in the index, of a path deleted there of that
	 * in HEAD, in conflict of ours, else theirs, else base; "text" for an untracked path. NULL
	 * without the option `kinds` */
	const char *kind;
	bool table;        /* the path is a table; needs the option `facts` */
	bool pointer_only; /* the file in the work tree is the pointer */
	/* if pointer_only: the store has the root, so the data can usually be restored locally */
	bool blocks_here;
	/* if pointer_only: the table is linked, and restoring it will contact the source
	 * (repo/known/elsewhere.h) */
	bool linked;
	vv_cid root; /* if pointer_only: the root in the pointer */
	/* the index has a pointer, but no attribute tracks the path; needs the option `facts` */
	bool lost;
	/* an attribute makes varve track the path, but the index has a file that is not a
	 * pointer */
	bool plain;
	bool later; /* if `plain` is set: the file is a pointer written by a newer varve */
	/* a pointer with conflict markers was found: in the index, if `plain` is set; in the work
	 * tree, if the path is in conflict */
	bool torn;
	/* if `plain` is set, and the file is a damaged pointer: the commands that repair it; else
	 * NULL */
	char *mend;
	/* the file has the data of the pointer's root, but other members of the pointer were
	 * edited */
	bool edited;
	/* blobs in HEAD and in the index; null for untracked paths, and for paths in conflict */
	vv_oid head_id, index_id;
	uint32_t head_mode, index_mode; /* their modes; 0: the path does not exist there */
	/* staged_facts: the facts of the staged change (index and HEAD); work_facts: of the change
	 * in the work tree (work tree and index) */
	vv_change_facts staged_facts, work_facts;
} vv_change_entry;

/* One value = the result of one comparison. */
typedef struct vv_changes {
	vv_change_entry *entries; /* sorted by path, with untracked paths at the end */
	size_t count, cap;
	vv_head head;       /* HEAD */
	char *upstream;     /* short name of the upstream; may be NULL */
	bool upstream_gone; /* an upstream is set, but its ref does not exist */
	/* ahead: number of commits that only HEAD has; behind: number of commits that only the
	 * upstream has */
	uint64_t ahead, behind;
	/* number of versions of datasets that are in local branches and in no remote branch (see
	 * vv_unsent_count) */
	uint64_t unsent;
	/* the operation in progress, for people (vv_state_shown); "": no operation is in progress;
	 * borrowed from the repository */
	const char *shown;
	/* the name of this operation (vv_state_name); "": no operation; borrowed */
	const char *state;
	/* number of entries with a staged change, with a change in the work tree, of untracked
	 * paths, in conflict, with `plain` set, and with pointer_only set */
	size_t staged, unstaged, untracked, conflicts, plain, pointers;
	/* paths of tables whose blocks are missing in this repository, except those that are
	 * pointers in the work tree */
	char **missing;
	size_t missing_count;
	vv_buf beaten; /* lines of .gitattributes that override -text (vv_attr_beaten_put) */
	/* if `unsent` is requested: a description of the newest trusted head (lib/heads), if HEAD
	 * is reachable from one of its refs; else empty */
	vv_buf signed_by;
	/* set only if `unsent` is requested and 'git push' would send no rows: hook is the reason
	 * (vv_push_hook_lacks), hook_mend the remedy */
	vv_buf hook, hook_mend;
} vv_changes;

/* One value = the options of one comparison. */
typedef struct vv_changes_options {
	vv_pathspec *paths; /* NULL: all paths */
	/* compare only HEAD and the index; `missing`, `beaten` and `hook` then stay empty */
	bool no_work;
	/* untracked: list untracked files, and folders that have only untracked files;
	 * untracked_all: list all files in such folders */
	bool untracked, untracked_all;
	/* find the branch's upstream, and the numbers of commits ahead and behind (runs git) */
	bool upstream;
	bool facts;  /* set staged_facts and work_facts of datasets */
	bool kinds;  /* set `kind` */
	bool groups; /* if facts is set: also set their groups, groups_new and stored */
	/* set `missing`. Checks about 256 tables, at equal distances in the index, and all tables
	 * if one of these lacks blocks */
	bool missing;
	bool unsent; /* set `unsent`, `signed_by`, `hook` and `hook_mend` */
} vv_changes_options;

/* Appends to out a summary of the change f of the dataset e: "+35 -35 ~64 rows"; for a new dataset
 * "503 rows, 8 columns"; or the size of a file. Appends nothing if no facts are set. f:
 * e->staged_facts or e->work_facts. */
void vv_change_facts_put(vv_buf *out, const vv_change_entry *e, const vv_change_facts *f);

/* Compares the work tree, the index x and HEAD of r, and sets *out to the result. s: the reader of
 * r. The caller clears *out, also after a failure. A file that cannot be added is not an error: its
 * entry has the `problem`. May update the stat cache. With opts->facts, also warns about tables
 * that a rename turned into text (lost_tables.h). */
vv_status vv_changes_read(vv_changes *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			  const vv_changes_options *opts, vv_error *err);
void vv_changes_clear(vv_changes *c);
VV_AUTO_CLEAR(vv_changes, vv_changes_clear)

#endif
