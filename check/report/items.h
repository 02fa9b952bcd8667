/*
 * items: the stored findings of a report, from which its writers read. Private to check/report.
 */
#ifndef VV_CHECK_REPORT_ITEMS_H
#define VV_CHECK_REPORT_ITEMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash_index.h"
#include "check/report/options.h"
#include "check/rules/rules.h"

#define VV_REPORT_VALUE_MAX 240u /* maximum number of stored bytes of a value or key */
#define VV_REPORT_PRINT_LEN 32u  /* characters of a fingerprint */

/* A stored finding. Members with the name of a member of vv_finding (check/rules/finding.h) have
 * the same meaning. */
typedef struct vv_report_item {
	uint64_t line, row;
	const char *key, *value; /* may be NULL */
	const char *message, *probably, *expected, *intended, *accepted;
	struct vv_report_item *next; /* the next stored item of the group */
	uint16_t key_len, value_len;
	bool key_cut,      /* only the beginning of the key is stored */
		value_cut; /* only the beginning of the value is stored */
	vv_severity severity;
	/* hexadecimal fingerprint of path, rule, column and key (without a key: the value); equal
	 * findings of a dataset are numbered. It does not depend on the line */
	char print[VV_REPORT_PRINT_LEN + 1];
} vv_report_item;

/* The findings of one rule in one column, or of one condition. */
typedef struct vv_report_group {
	const vv_rule *rule;
	const char *code, /* code of the rule */
		*column;  /* NULL: the findings are about rows or tables */
	/* condition of a rule that a project wrote; each condition has its own group */
	const char *condition;
	const char *name; /* name of a rule of varve.checks; may be NULL */
	/* line of the pointer at which the findings are shown to reviewers; 0: they are shown at
	 * the file's lines */
	uint64_t pointer_line;
	vv_severity severity; /* the highest severity of the findings */
	/* numbers of findings that count towards the result */
	uint64_t errors, warnings;
	/* numbers of findings that do not count towards the result: */
	uint64_t known,        /* because the base has them */
		accepted;      /* because they are accepted */
	vv_report_item *first, /* the first stored item; NULL: no finding was stored */
		*last;         /* the last stored item */
	uint64_t kept;         /* number of stored items */
	bool unread;           /* the rule could not be checked */
	bool one_message,      /* all stored items have the same message */
		one_expected;  /* all stored items have the same `expected` */
	struct vv_report_group *next;
} vv_report_group;

/* The findings of one dataset: of a path, in one version. */
typedef struct vv_report_dataset {
	const char *path, *commit; /* as for vv_report_begin */
	vv_report_facts facts;     /* its member pointer is NULL */
	/* sums of the members of its groups with these names */
	uint64_t errors, warnings, known, accepted;
	/* one for each of vv_rules: true if the rule was checked; NULL: unknown */
	bool *looked_at;
	const vv_rule_set *rules;      /* NULL once the dataset has ended */
	vv_report_group *first, *last; /* list of the dataset's groups */
	struct vv_report_dataset *next;
} vv_report_dataset;

/* The output of a report that is being written. */
typedef struct vv_report_io {
	vv_status rc;             /* the first failure of write, or VV_OK */
	vv_error err;             /* the error of this failure */
	vv_report_write_fn write; /* NULL: the whole report is collected in the buffer */
	void *payload;            /* for write */
} vv_report_io;

/* A fingerprint in the current dataset, and how many findings have it. */
typedef struct vv_report_print {
	uint64_t hash, /* hash of the fingerprinted properties */
		count; /* number of findings with this fingerprint */
} vv_report_print;

struct vv_check_report {
	vv_arena arena; /* memory of datasets, groups, items and their texts */
	vv_report_options options;
	vv_report_dataset *first, *last; /* the datasets, in order */
	vv_report_totals totals;
	/* commit of the last dataset; a dataset with another commit increases totals.commits */
	const char *last_commit;
	uint64_t bytes;    /* bytes of the stored findings */
	size_t rule_count; /* number of vv_rules */
	/* number of stored findings of each of vv_rules; the last element counts unknown rules */
	uint64_t *kept_by_rule;
	vv_report_print *prints;   /* the fingerprints in the current dataset */
	size_t print_count,        /* number of prints */
		print_cap;         /* capacity of prints */
	vv_hash_index print_index; /* finds a fingerprint by its hash */
	vv_buf scratch;
	vv_report_io *io; /* only in the copy from which a writer reads */
};

/* Stores a copy of f, a finding of the current dataset, in the group g. Does nothing if a limit of the
 * report is reached (report.h). */
vv_status vv_report_keep(vv_check_report *r, vv_report_group *g, const vv_finding *f,
			 vv_error *err);
/* Removes the fingerprints at the end of a dataset, since those of the next dataset are counted
 * separately. */
void vv_report_prints_clear(vv_check_report *r);

/* If the text in out is long, passes it to r->io and empties out. Does nothing if the whole report is
 * collected in the buffer. Writers call this function between findings. */
void vv_report_drain(const vv_check_report *r, vv_buf *out);

/* Returns the number of findings of a group that a report counts: errors, warnings and accepted ones,
 * stored or not. */
uint64_t vv_report_found(const vv_report_group *g);
/* Returns how many of the findings that vv_report_found counts are not stored. */
uint64_t vv_report_unlisted(const vv_report_group *g);
/* Returns true if a check with these numbers of errors and warnings passes: it has no errors, and no
 * warnings if options.fail_on is VV_SEVERITY_WARNING. */
bool vv_report_passes(const vv_check_report *r, uint64_t errors, uint64_t warnings);

#endif
