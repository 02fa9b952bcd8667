/*
 * list: lists the datasets of a side (lib/status/sides.h) that a check must read.
 *
 * Datasets are: files stored as pointers to tables; plain text files that vv_add_is_text_table
 * (lib/worktree/add_plan.h) finds to be tables; files described in a datapackage.json; and files
 * whose exact path is an argument. For a document (lib/documents), the datasets are those of its
 * tables that an argument, a datapackage.json or a rule names. If an argument names or matches the
 * document itself, all its tables are datasets.
 */
#ifndef VV_LIB_CHECK_LIST_H
#define VV_LIB_CHECK_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/rules.h"
#include "lib/names/pathspec.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

/* A dataset. */
typedef struct vv_check_path {
	char *path;  /* repository-relative path; with --files: the argument */
	vv_oid blob; /* blob in the side; null if only the work tree has the file */
	/* a datapackage.json describes the path, but the side lacks it; a check only reports
	 * this */
	bool absent;
	/* a datapackage.json describes the path, and the work tree has it, but not the index */
	bool not_added;
	char *package; /* if absent or not_added: path of the datapackage.json */
	bool gone;     /* the base has the path, but the side does not */
	/* if gone: the new path, if the file was renamed and the list lacks the new path; else
	 * NULL */
	char *now;
	char *was;       /* path in the base, if the file was renamed since; else NULL */
	size_t document; /* length of DOCUMENT, if path is DOCUMENT#TABLE; else 0 */
	bool named;      /* for documents and their tables: an argument names or matches it */
	bool plain;      /* the path is known not to be a document */
} vv_check_path;

/* The datasets to check. */
typedef struct vv_check_list {
	vv_check_path *items; /* sorted by path */
	size_t count, cap;
	vv_check_path *documents; /* documents whose tables are not in items yet */
	size_t document_count, document_cap;
} vv_check_list;

/* How the arguments of vv_check_list_read are interpreted. */
typedef enum vv_check_words {
	VV_CHECK_ALL_OF, /* pathspecs; VV_ENOTFOUND: one of them matches nothing */
	VV_CHECK_ANY_OF, /* pathspecs that may match nothing, as in one commit of a range */
	VV_CHECK_EXACT   /* exact paths of changed files; those that are datasets are listed */
} vv_check_words;

/* Sets *out to the datasets of side that the argc arguments name; argc 0: all of them. base: if not
 * NULL, also lists files that only the base has, and detects renames. Documents go to
 * out->documents; call vv_check_list_open_documents to list their tables. On failure, *out is
 * empty. */
vv_status vv_check_list_read(vv_check_list *out, vv_repository *r, vv_dataset_reader *s,
			     const vv_diff_side *side, const vv_diff_side *base, int argc,
			     char **argv, vv_check_words words, vv_error *err);
/* Adds those tables of l->documents that an argument or a rule names to l->items. If the tables of
 * a document cannot be listed, adds the item DOCUMENT#*, whose check reports the reason. Documents
 * that only the base has are added themselves, if a rule names one of their tables. only_gone: add
 * only these, and do not run readers of documents. */
vv_status vv_check_list_open_documents(vv_check_list *l, vv_repository *r, vv_dataset_reader *s,
				       const vv_diff_side *side, const vv_rules_file *rules,
				       bool only_gone, vv_error *err);
/* Adds an item at the end. blob and package may be NULL. */
vv_status vv_check_list_add(vv_check_list *l, const char *path, const vv_oid *blob,
			    const char *package, vv_error *err);
void vv_check_list_clear(vv_check_list *l);
VV_AUTO_CLEAR(vv_check_list, vv_check_list_clear)
/* Returns the item with this path, or NULL. Borrowed from l. */
const vv_check_path *vv_check_list_find(const vv_check_list *l, const char *path);

#endif
