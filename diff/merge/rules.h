/*
 * rules: reads merge rules from the member `merge` of varve.json and the arguments of `merge -X`.
 * cells.c applies the rules.
 *
 * {"merge": {PATTERN: {COLUMN: RULE, "*": RULE, "deleted-vs-edited": "keep" | "delete" |
 * "conflict", "rows": "once" | "both" | "conflict", "new keys": "renumber" | "conflict"}}}
 *
 * Several patterns may match a path; the last of them that has a rule for a column decides. The
 * rule for "*" applies to columns without a rule of their own. docs/use/merge.md describes the
 * rules.
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

/* How a rule merges a cell that both sides changed. */
typedef enum vv_merge_rule_kind {
	VV_MERGE_CONFLICT, /* reports a conflict */
	VV_MERGE_MAX,      /* uses the greater value */
	VV_MERGE_MIN,      /* uses the lesser value */
	VV_MERGE_UNION,    /* unites the lists in the cells */
	VV_MERGE_SUM,      /* adds the differences of both sides from base */
	VV_MERGE_LINES,    /* merges the lines of the texts, like lines of a file */
	VV_MERGE_ORDER,    /* uses the value that is later in the rule's list of values */
	VV_MERGE_LATEST,   /* uses the value of the side whose value in another column is greater */
	VV_MERGE_OURS,     /* uses the value of ours */
	VV_MERGE_THEIRS,   /* uses the value of theirs */
	VV_MERGE_RULES     /* the number of rules */
} vv_merge_rule_kind;

/* A rule for merging cells. */
typedef struct vv_merge_rule {
	vv_merge_rule_kind kind;
	/* LATEST: name of the column whose values are compared. UNION: text that separates the
	 * items of a list; NULL: the cells are JSON arrays */
	const char *by;
	const char **order; /* ORDER: the values, the least first, followed by NULL */
} vv_merge_rule;

/* How a rule merges a row that one side removed and the other edited. */
typedef enum vv_merge_rows {
	VV_MERGE_ROWS_CONFLICT, /* a conflict is reported */
	VV_MERGE_ROWS_KEEP,     /* the row is kept */
	VV_MERGE_ROWS_DELETE,   /* the row is removed */
	VV_MERGE_ROWS_OURS,     /* ours decides */
	VV_MERGE_ROWS_THEIRS    /* theirs decides */
} vv_merge_rows;

/* How a rule merges a row without a key that both sides added. */
typedef enum vv_merge_added {
	VV_MERGE_ADDED_ASK,  /* a conflict is reported, unless the row is known to be the same */
	VV_MERGE_ADDED_ONCE, /* it is the same row */
	VV_MERGE_ADDED_BOTH  /* there are two rows, unless one was copied with its commit */
} vv_merge_added;

/* How a rule merges two rows that got one new key. */
typedef enum vv_merge_new_keys {
	VV_MERGE_KEYS_ASK,    /* a conflict is reported */
	VV_MERGE_KEYS_THEIRS, /* the row of theirs gets the next free key */
	VV_MERGE_KEYS_OURS    /* the same, after exchanging the sides */
} vv_merge_new_keys;

/* A rule and the column to which it applies. */
typedef struct vv_merge_named_rule {
	const char *column; /* the column's name; "*": columns without a rule of their own */
	size_t len;         /* bytes of column */
	vv_merge_rule rule;
} vv_merge_named_rule;

/* The rules of one path. A zeroed vv_merge_rules has no rules. */
typedef struct vv_merge_rules {
	vv_arena arena;               /* memory of columns and of all texts */
	vv_merge_named_rule *columns; /* later rules override earlier ones */
	size_t count,                 /* number of elements of columns */
		cap;                  /* capacity of columns */
	vv_merge_rows rows;           /* the rule "deleted-vs-edited" */
	vv_merge_added added;         /* the rule "rows" */
	vv_merge_new_keys new_keys;   /* the rule "new keys" */
	/* VV_MERGE_OURS or VV_MERGE_THEIRS for "-X ours" or "-X theirs", which also resolve
	 * conflicts to which no rules apply (columns, the key, lines around the table); else
	 * VV_MERGE_CONFLICT */
	vv_merge_rule_kind all;
	vv_buf text; /* the text of the entries that vv_merge_rules_read added, for comparing */
} vv_merge_rules;

void vv_merge_rules_clear(vv_merge_rules *r);
VV_AUTO_CLEAR(vv_merge_rules, vv_merge_rules_clear)

/* Adds the rules in `merge`, the member of varve.json, to *out: the rules of the entries whose
 * pattern matches path, or of all entries if path is NULL. *out copies all texts. file: the file's
 * name, for messages. VV_EINPUT: an entry is invalid; the message has its position. */
vv_status vv_merge_rules_read(vv_merge_rules *out, const vv_json *merge, const char *path,
			      const char *file, vv_error *err);

/* Adds an argument of `merge -X`: "max:price", "latest by updated_at:*" or "open,doing,done:status"
 * overrides earlier rules of this column; "once:rows" or "both:rows" overrides the rule "rows",
 * "renumber:new keys" the rule "new keys"; "ours" or "theirs" removes all earlier rules. VV_EUSAGE:
 * the argument is invalid. */
vv_status vv_merge_rules_put(vv_merge_rules *out, const char *word, vv_error *err);

/* Returns the rule of a column, borrowed from r until a rule is added. The column's own rule comes
 * first, then the rule for "*", then a rule "latest by" that names the column. Returns NULL if
 * there is none of these: different changes of both sides are then a conflict. */
const vv_merge_rule *vv_merge_rules_find(const vv_merge_rules *r, const char *column, size_t len);

/* Returns true if r->columns has a rule of this kind, even if later rules override it. */
bool vv_merge_rules_have(const vv_merge_rules *r, vv_merge_rule_kind kind);

/* Exchanges ours and theirs, for a merge with exchanged sides. */
void vv_merge_rules_swap(vv_merge_rules *r);

/* Returns the name of a kind of rule, such as "max"; a constant. */
const char *vv_merge_rule_name(vv_merge_rule_kind kind);

#endif
