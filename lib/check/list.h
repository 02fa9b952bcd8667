/*
 * list: lists the datasets of a side that a check has to read.
 *
 * Datasets are: files stored as pointers to tables; plain text files with the extension csv, tsv,
 * ndjson or jsonl; files described in a datapackage.json; and files that an argument names exactly.
 * Of a document (lib/documents), the list has the tables that an argument, a datapackage.json or a
 * rule names, or all its tables if one of these names the document.
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

typedef struct vv_check_path {
	char *path;     /* repository-relative path; with --files: the argument */
	vv_oid blob;    /* blob in the side; null if only the work tree has the file */
	bool absent;    /* described by a datapackage.json, but not in the side */
	bool not_added; /* described, and in the work tree, but not in the index */
	char *package;  /* absent or not_added: path of the datapackage.json that describes it */
	bool gone;      /* the base has the path, but the side does not */
	/* gone: the new path, if the side has the renamed file, but the list does not; else NULL */
	char *now;
	char *was;       /* path in the base, if it was renamed since; else NULL */
	size_t document; /* length of DOCUMENT, if path is DOCUMENT#TABLE; else 0 */
	bool named;      /* documents and their tables: an argument names it */
} vv_check_path;

typedef struct vv_check_list {
	vv_check_path *items; /* sorted by path */
	size_t count, cap;
	vv_check_path *documents; /* documents whose tables are not in items yet */
	size_t document_count, document_cap;
} vv_check_list;

/* How arguments are interpreted. */
typedef enum vv_check_words {
	VV_CHECK_ALL_OF, /* pathspecs; VV_ENOTFOUND: one of them matches nothing */
	VV_CHECK_ANY_OF, /* pathspecs that may match nothing, as in one commit of a range */
	VV_CHECK_EXACT   /* exact paths of changed files; those that are datasets are listed */
} vv_check_words;

/* Lists the datasets of side; argc 0: all of them. base: also list files that only the base has,
 * and detect renames; may be NULL. */
vv_status vv_check_list_read(vv_check_list *out, vv_repository *r, vv_dataset_reader *s,
			     const vv_diff_side *side, const vv_diff_side *base, int argc,
			     char **argv, vv_check_words words, vv_error *err);
/* Adds the tables of documents that an argument or a rule names to the items. If the tables of a
 * document cannot be listed, adds the item DOCUMENT#*, whose check reports the reason. only_gone:
 * run no reader program, and add nothing but the documents that only the base has. */
vv_status vv_check_list_open_documents(vv_check_list *l, vv_repository *r, vv_dataset_reader *s,
				       const vv_diff_side *side, const vv_rules_file *rules,
				       bool only_gone, vv_error *err);
void vv_check_list_clear(vv_check_list *l);
VV_AUTO_CLEAR(vv_check_list, vv_check_list_clear)
/* Returns the item with this path, or NULL. */
const vv_check_path *vv_check_list_find(const vv_check_list *l, const char *path);

#endif
