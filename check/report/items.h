/*
 * items: findings as the writers of reports see them. Private to check/report.
 */
#ifndef VV_CHECK_REPORT_ITEMS_H
#define VV_CHECK_REPORT_ITEMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash_index.h"
#include "check/report/options.h"
#include "check/rules/rules.h"

#define VV_REPORT_VALUE_MAX 240u /* bytes of a value or key that are kept */
#define VV_REPORT_PRINT_LEN 32u

/* A finding that is kept. */
typedef struct vv_report_item {
	uint64_t line, row;
	const char *key, *value; /* may be NULL */
	const char *message, *probably, *expected, *intended, *accepted;
	struct vv_report_item *next; /* of the group */
	uint16_t key_len, value_len;
	bool key_cut, value_cut; /* longer than the stored part */
	vv_severity severity;
	char print[VV_REPORT_PRINT_LEN +
		   1]; /* fingerprint: path, rule, column and key; not the line */
} vv_report_item;

/* The findings of one rule in one column (of one condition). */
typedef struct vv_report_group {
	const vv_rule *rule;
	const char *code, *column; /* column: NULL for rows and tables */
	const char *condition;     /* of written rules: which; they are as different as columns */
	const char *name;          /* of a rule of varve.checks; or NULL */
	/* where a reviewer sees it, in the pointer; 0: on the line of the file */
	uint64_t pointer_line;
	vv_severity severity;      /* the highest */
	uint64_t errors, warnings; /* that count */
	uint64_t known, accepted;  /* that do not */
	vv_report_item *first,
		*last; /* those that are kept, in order; first is NULL only where none was given */
	uint64_t kept;
	bool unread;                    /* the rule could not be looked at */
	bool one_message, one_expected; /* all stored ones have the same text */
	struct vv_report_group *next;
} vv_report_group;

typedef struct vv_report_dataset {
	const char *path, *commit, *base;
	uint64_t rows, columns, groups, groups_read, ms;
	uint64_t errors, warnings, known, accepted;
	bool *looked_at;          /* for each of vv_rules; NULL: not reported */
	const vv_rule_set *rules; /* while it is under way; or NULL */
	vv_report_group *first, *last;
	struct vv_report_dataset *next;
} vv_report_dataset;

/* The state of writing a report: output may fail. */
typedef struct vv_report_io {
	vv_status rc;
	vv_error err;
	vv_report_write_fn write; /* NULL: all stays in the buffer */
	void *payload;
} vv_report_io;

/* A fingerprint of the dataset under way, and how many have it. */
typedef struct vv_report_print {
	uint64_t hash, count;
} vv_report_print;

struct vv_check_report {
	vv_arena arena;
	vv_report_options options;
	vv_report_dataset *first, *last;
	vv_report_totals totals;
	const char *last_commit;
	uint64_t bytes;         /* of the findings that are kept */
	size_t rule_count;      /* of vv_rules */
	uint64_t *kept_by_rule; /* for each of vv_rules, and at the end for unknown rules */
	vv_report_print *prints;
	size_t print_count, print_cap;
	vv_hash_index print_index;
	vv_buf scratch;
	vv_report_io *io; /* while it is written */
};

/* Keeps a finding of the dataset under way, if there is room for it. */
vv_status vv_report_keep(vv_check_report *r, vv_report_group *g, const vv_finding *f,
			 vv_error *err);
/* Ends a dataset: the next one has separate fingerprints. */
void vv_report_prints_clear(vv_check_report *r);

/* Outputs a writer's text so far, if it is long. Call it between findings. */
void vv_report_drain(const vv_check_report *r, vv_buf *out);

/* How many findings of a group are reported, listed or not. */
uint64_t vv_report_found(const vv_report_group *g);
/* How many of them are not listed. */
uint64_t vv_report_unlisted(const vv_report_group *g);
/* With these numbers of errors and warnings: is none at or above fail_on? */
bool vv_report_passes(const vv_check_report *r, uint64_t errors, uint64_t warnings);

#endif
