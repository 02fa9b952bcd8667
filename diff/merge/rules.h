/*
 * rules: reads merge rules: the member `merge` of varve.json, and the words of `merge -X`. cells.c applies them.
 *
 * {"merge": {PATTERN: {COLUMN: RULE, "*": RULE, "deleted-vs-edited": "keep" | "delete" | "conflict"}}}
 *
 * Among the patterns that match a path, the last that names a column decides; "*" is for columns that none names. The
 * rules: docs/use/merge.md.
 */
#ifndef VV_DIFF_MERGE_RULES_H
#define VV_DIFF_MERGE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"

typedef enum vv_merge_rule_kind {
	VV_MERGE_CONFLICT,
	VV_MERGE_MAX,
	VV_MERGE_MIN,
	VV_MERGE_UNION,
	VV_MERGE_SUM,
	VV_MERGE_LINES,
	VV_MERGE_ORDER, /* a list of values: the later one */
	VV_MERGE_LATEST,
	VV_MERGE_OURS,
	VV_MERGE_THEIRS,
	VV_MERGE_RULES /* how many there are */
} vv_merge_rule_kind;

typedef struct vv_merge_rule {
	vv_merge_rule_kind kind;
	/* LATEST: a column; UNION: what separates the list's items; NULL: a JSON array */
	const char *by;
	const char **order; /* ORDER: NULL-ended, the least first */
} vv_merge_rule;

/* The result for a row that one side removed and the other edited. */
typedef enum vv_merge_rows {
	VV_MERGE_ROWS_CONFLICT,
	VV_MERGE_ROWS_KEEP,
	VV_MERGE_ROWS_DELETE,
	VV_MERGE_ROWS_OURS,
	VV_MERGE_ROWS_THEIRS
} vv_merge_rows;

typedef struct vv_merge_named_rule {
	const char *column; /* "*": every other one */
	size_t len;
	vv_merge_rule rule;
} vv_merge_named_rule;

/* The rules of one path. */
typedef struct vv_merge_rules {
	vv_arena arena;               /* owns everything */
	vv_merge_named_rule *columns; /* a later one overrides an earlier */
	size_t count, cap;
	vv_merge_rows rows;
	/* "-X ours", "-X theirs": also for conflicts without rules (columns, the key, lines around the table); CONFLICT:
	 * neither */
	vv_merge_rule_kind all;
	vv_buf text; /* the entries read, to be compared */
} vv_merge_rules;

void vv_merge_rules_init(vv_merge_rules *r);
void vv_merge_rules_clear(vv_merge_rules *r);
VV_AUTO_CLEAR(vv_merge_rules, vv_merge_rules_clear)

/* Reads varve.json's member `merge`, which is borrowed: the entries whose pattern matches path; NULL: all of them.
 * file: what messages call it. VV_EINPUT: not as above; the message has the place. */
vv_status vv_merge_rules_read(vv_merge_rules *out, const vv_json *merge, const char *path,
			      const char *file, vv_error *err);

/* Puts a word of `merge -X` over what there is: "ours", "theirs", "max:price", "latest by updated_at:*",
 * "open,doing,done:status". VV_EUSAGE: it is none. */
vv_status vv_merge_rules_put(vv_merge_rules *out, const char *word, vv_error *err);

/* The rule of a column; NULL: there is none, and two changes are a conflict. A column that "latest by" names and that has no rule is
 * decided by itself. */
const vv_merge_rule *vv_merge_rules_find(const vv_merge_rules *r, const char *column, size_t len);

bool vv_merge_rules_have(const vv_merge_rules *r, vv_merge_rule_kind kind);

/* Exchanges ours and theirs, for a merge that is made the other way round. */
void vv_merge_rules_swap(vv_merge_rules *r);

/* "max", "latest" ... */
const char *vv_merge_rule_name(vv_merge_rule_kind kind);

#endif
