/*
 * rules: reads merge rules from the member `merge` of varve.json and the arguments of `merge -X`.
 * cells.c applies the rules.
 *
 * {"merge": {PATTERN: {COLUMN: RULE, "*": RULE, "deleted-vs-edited": "keep" | "delete" |
 * "conflict"}}}
 *
 * Among the patterns that match a path, the last that names a column decides; "*" applies to
 * columns that no pattern names. The rules: docs/use/merge.md.
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
	VV_MERGE_ORDER, /* the value that is later in the rule's list of values */
	VV_MERGE_LATEST,
	VV_MERGE_OURS,
	VV_MERGE_THEIRS,
	VV_MERGE_RULES /* the number of rules */
} vv_merge_rule_kind;

typedef struct vv_merge_rule {
	vv_merge_rule_kind kind;
	/* for LATEST: a column; for UNION: the separator of the list's items, NULL: a JSON array */
	const char *by;
	const char **order; /* for ORDER: the values, NULL-ended, the least first */
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
	const char *column; /* "*": all other columns */
	size_t len;
	vv_merge_rule rule;
} vv_merge_named_rule;

/* The rules of one path. */
typedef struct vv_merge_rules {
	vv_arena arena;               /* owns everything */
	vv_merge_named_rule *columns; /* later rules override earlier ones */
	size_t count, cap;
	vv_merge_rows rows;
	/* VV_MERGE_OURS or VV_MERGE_THEIRS for "-X ours" or "-X theirs", which also resolve
	 * conflicts to which no rules apply (columns, the key, lines around the table); else
	 * VV_MERGE_CONFLICT */
	vv_merge_rule_kind all;
	vv_buf text; /* the text of the entries, for comparing rules */
} vv_merge_rules;

void vv_merge_rules_init(vv_merge_rules *r);
void vv_merge_rules_clear(vv_merge_rules *r);
VV_AUTO_CLEAR(vv_merge_rules, vv_merge_rules_clear)

/* Reads the member `merge` of varve.json, which is borrowed: the entries whose pattern matches
 * path, or all entries if path is NULL. file is the file's name in messages. VV_EINPUT: invalid
 * syntax; the message has the place. */
vv_status vv_merge_rules_read(vv_merge_rules *out, const vv_json *merge, const char *path,
			      const char *file, vv_error *err);

/* Adds an argument of `merge -X`, which overrides earlier rules: "ours", "theirs", "max:price",
 * "latest by updated_at:*", "open,doing,done:status". VV_EUSAGE: the argument is invalid. */
vv_status vv_merge_rules_put(vv_merge_rules *out, const char *word, vv_error *err);

/* Returns the rule of a column. NULL: no rule, so that two changes are a conflict. If a column has
 * no rule, but is the column that a rule "latest by" names, the later of its own values is used. */
const vv_merge_rule *vv_merge_rules_find(const vv_merge_rules *r, const char *column, size_t len);

bool vv_merge_rules_have(const vv_merge_rules *r, vv_merge_rule_kind kind);

/* Exchanges ours and theirs, for a merge with exchanged sides. */
void vv_merge_rules_swap(vv_merge_rules *r);

/* Returns the rule's name: "max", "latest" ... */
const char *vv_merge_rule_name(vv_merge_rule_kind kind);

#endif
