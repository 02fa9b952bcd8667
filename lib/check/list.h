/*
 * list: lists the datasets of a side for a check.
 *
 * Pointers; plain text whose name ends in csv, tsv, ndjson or jsonl; files described in a datapackage.json; and
 * literal arguments. From documents (lib/documents) the tables that an argument, a datapackage.json or a rule
 * names: all if it names the document.
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
	char *path;      /* repository-relative; with --files: the argument */
	vv_oid blob;     /* of the side; null for what only the work tree has */
	bool absent;     /* described by a datapackage.json, and not in the side */
	bool not_added;  /* described, in the work tree, and not in the index */
	char *package;   /* absent or not_added: by which one */
	bool gone;       /* only the base has it; */
	char *now;       /* or the side has it here, and does not check it */
	char *was;       /* renamed: its path in the base; NULL: the same */
	size_t document; /* bytes of DOCUMENT in a path DOCUMENT#TABLE; else 0 */
	bool named;      /* of documents and their tables: an argument names it */
} vv_check_path;

typedef struct vv_check_list {
	vv_check_path *items; /* by path */
	size_t count, cap;
	vv_check_path *documents; /* whose tables are not among the items yet */
	size_t document_count, document_cap;
} vv_check_list;

/* The meaning of the arguments. */
typedef enum vv_check_words {
	VV_CHECK_ALL_OF, /* pathspecs; VV_ENOTFOUND: one of them selects nothing */
	VV_CHECK_ANY_OF, /* pathspecs, for one commit of a range */
	VV_CHECK_EXACT   /* changed files, of which the datasets are listed */
} vv_check_words;

/* argc 0: all. base: paths that only base has are listed, too, and renames are followed; NULL: none. */
vv_status vv_check_list_read(vv_check_list *out, vv_repository *r, vv_dataset_reader *s,
			     const vv_diff_side *side, const vv_diff_side *base, int argc,
			     char **argv, vv_check_words words, vv_error *err);
/* The documents' tables that an argument or the rules name become items. One that cannot be listed has the item
 * DOCUMENT#*, whose check fails for the reason. only_gone: no reader is run; only documents that the base alone has. */
vv_status vv_check_list_open_documents(vv_check_list *l, vv_repository *r, vv_dataset_reader *s,
				       const vv_diff_side *side, const vv_rules_file *rules,
				       bool only_gone, vv_error *err);
void vv_check_list_clear(vv_check_list *l);
VV_AUTO_CLEAR(vv_check_list, vv_check_list_clear)
const vv_check_path *vv_check_list_find(const vv_check_list *l, const char *path); /* may be NULL */

#endif
