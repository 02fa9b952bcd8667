/*
 * changes: compares work tree, index and HEAD, for status, and for commit before it commits.
 *
 * Ordinary files are compared as Git does; datasets by their stat, the stat cache and,
 * only when these do not decide, a dry import.
 */
#ifndef VV_LIB_STATUS_CHANGES_H
#define VV_LIB_STATUS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "diff/write/change_words.h"
#include "lib/names/pathspec.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The facts of one side of a dataset's change. */
typedef struct vv_change_facts {
	vv_change_counts counts; /* of a table that both sides have */
	bool known;              /* groups and rows are */
	uint64_t groups, groups_new;
	uint64_t rows, rows_before, columns;
	uint64_t stored, bytes; /* staged: bytes of new blocks in the store; bytes of the file */
	char *form;             /* only the form changed: "LF -> CRLF" */
	char *problem;          /* it cannot be taken: why */
} vv_change_facts;

typedef struct vv_change_entry {
	char *path;
	char *from; /* staged rename (same content): its path in HEAD */
	/* letters of git status --short: ' ', A, M, D, R, T, U; ? in both */
	char staged, work;
	bool dataset;      /* the index (or HEAD, when deleted) has a pointer */
	bool table;        /* of a table */
	bool pointer_only; /* the work tree contains the pointer */
	bool blocks_here;  /* with pointer_only: restoring will work */
	bool linked;       /* or it will contact the source of a linked version
		      * (repo/known/elsewhere.h) */
	vv_cid root;       /* with pointer_only */
	bool lost;         /* the index contains a pointer, but no attribute tracks the path */
	bool plain;        /* tracked by varve, but text in the index */
	bool later;        /* and that is a pointer of a later version */
	bool torn; /* and that is a pointer with the marks of a merge conflict; of a path in conflict: the
		    * file in the work tree is */
	char *mend; /* and that is a damaged pointer, torn or not: the commands that mend it; NULL */
	bool edited; /* the index's pointer does not match its root */
	vv_oid head_id, index_id;
	uint32_t head_mode, index_mode;
	vv_change_facts staged_facts, work_facts;
} vv_change_entry;

typedef struct vv_changes {
	vv_change_entry *entries; /* by path; untracked ones after all others */
	size_t count, cap;
	vv_head head;
	char *upstream;     /* short name, or NULL */
	bool upstream_gone; /* it is set, and no ref has that name (any longer, or yet) */
	uint64_t ahead, behind;
	uint64_t unsent; /* versions of datasets, of local branches, that no remote branch names */
	const char *shown; /* vv_state_shown */
	const char *state; /* vv_state_name; "" when none; borrowed from the repository */
	size_t staged, unstaged, untracked, conflicts, plain, pointers;
	char **missing; /* tables, but for those that the work tree has as pointers, whose blocks are missing here */
	size_t missing_count;
	vv_buf beaten; /* lines of attributes that beat -text (vv_attr_beaten_put) */
	vv_buf signed_by; /* the newest trusted head, for people, if HEAD is below it; or empty; with unsent */
	vv_buf hook, hook_mend; /* 'git push' sends no rows (vv_push_hook_lacks); with unsent */
} vv_changes;

typedef struct vv_changes_options {
	vv_pathspec *paths; /* NULL: all */
	bool no_work;       /* HEAD against the index only */
	bool untracked, untracked_all;
	bool modules; /* get the state of submodules from git */
	bool facts;   /* find out rows and columns */
	bool groups;  /* and groups and stored bytes, with facts */
	bool missing; /* look for tables whose blocks are missing here (changes.c) */
	bool unsent;  /* count versions that no remote has, if there is a remote */
} vv_changes_options;

/* Appends a summary of a dataset's change, in rows and columns: "+35 -35 ~64 rows", "503 rows, 8
 * columns" of a new one, bytes of a file. staged or work facts of e. */
void vv_change_facts_put(vv_buf *out, const vv_change_entry *e, const vv_change_facts *f);

vv_status vv_changes_read(vv_changes *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			  const vv_changes_options *opts, vv_error *err);
void vv_changes_clear(vv_changes *c);
VV_AUTO_CLEAR(vv_changes, vv_changes_clear)

#endif
