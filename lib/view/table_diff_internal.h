/*
 * table_diff_internal: answers for files that are not tables. Private to table_diff.
 */
#ifndef VV_LIB_VIEW_TABLE_DIFF_INTERNAL_H
#define VV_LIB_VIEW_TABLE_DIFF_INTERNAL_H

#include <stdbool.h>

#include "base/error.h"
#include "diff/rows/rowdiff.h"
#include "lib/names/long_rows.h"
#include "lib/view/table_diff.h"

/* Returns true if the item is a table of a document, or the document itself; false for files of
 * bytes that varve keeps. */
bool table_diff_is_document(const vv_diff_item *i);

/* Sets *out to the rows with more cells than the header if both versions are plain text; else to zero. */
vv_status table_diff_widen(vv_long_rows *out, const vv_diff_item *i, const vv_sniff_hints *form,
			   vv_error *err);

/* A patch has no place for further cells: changes *err, the reason why a version cannot be opened, to a refusal. */
vv_status table_diff_refuse_patch(vv_error *err);

/* Two versions of a table have the same rows: sets out->respelled and out->line if their bytes differ. typed: rows of JSON. */
vv_status table_diff_respelled(const vv_diff_item *i, bool typed, vv_diff_answer *out,
			       vv_error *err);

/* Sets out->line to a line about a stored file on either side; NULL: the version does not exist. */
vv_status table_diff_files(const vv_diff_item *i, const vv_table *a, const vv_table *b,
			   vv_diff_answer *out, vv_error *err);

/* Sets out->line to a line about an item that is not a table, unless both sides have the same bytes.
 * why: the reason why it is not read as a table; may be NULL. */
vv_status table_diff_text(const vv_diff_item *item, const vv_diff_how *how, vv_diff_answer *out,
			  const char *why, vv_error *err);

/* Adds a note with the command that restores the spelling if most rows of a file differ, as after a
 * program has opened and saved it. b: the new version's table; s: the statistics of all rows. */
void table_diff_note_rewritten(const vv_diff_item *i, const vv_diff_how *how, const vv_table *b,
			       const vv_rowdiff_stats *s);

#endif
