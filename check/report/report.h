/*
 * report: collects findings, and writes them in any of the forms of varve check.
 *
 * A correct caller calls vv_report_new. For each dataset of each version, it calls vv_report_begin,
 * vv_report_add (a vv_finding_fn) for each finding, and vv_report_end. Then it calls vv_report_write
 * for each requested form, vv_report_valid for the exit code, and vv_report_free.
 *
 * All findings are counted, but only some are stored: at most options.limit for each rule and column
 * of a dataset, and at most 16 MiB in the whole report. Beyond the 16 MiB, the report still stores the
 * first finding of each rule and column, and up to 1,000 findings of each rule. Every form shows how
 * many findings it leaves out.
 */
#ifndef VV_CHECK_REPORT_REPORT_H
#define VV_CHECK_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "check/report/options.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"
#include "dataset/schema/schema.h"

/* Parses the name of a form (VV_REPORT_FORMS). Returns false if no form has this name. */
bool vv_report_form_parse(vv_report_form *out, const char *name, size_t len);

/* Makes an empty report with the options *o, which are copied. The caller frees *out with
 * vv_report_free. */
vv_status vv_report_new(vv_check_report **out, const vv_report_options *o, vv_error *err);
void vv_report_free(vv_check_report *r); /* accepts NULL */
VV_AUTO_FREE(vv_check_report, vv_report_free)

/* Begins the dataset at path. commit: 40 digits, or NULL if no range of commits is checked. */
vv_status vv_report_begin(vv_check_report *r, const char *path, const char *commit, vv_error *err);
/* Records the rules checked in the dataset, for forms that also list passed rules. rules is borrowed
 * until vv_report_end. */
vv_status vv_report_rules(vv_check_report *r, const vv_rule_set *rules, vv_error *err);
/* Adds a finding to the dataset. report: the vv_check_report. */
vv_status vv_report_add(void *report, const vv_finding *f, vv_error *err);
/* Counts `count` further findings like f, without storing them. report: the vv_check_report. */
vv_status vv_report_more(void *report, const vv_finding *f, uint64_t count, vv_error *err);
/* Ends the dataset. */
vv_status vv_report_end(vv_check_report *r, const vv_report_facts *facts, vv_error *err);

void vv_report_totals_get(const vv_check_report *r, vv_report_totals *out); /* sets *out */
/* Returns true if no finding that counts has a severity of at least fail_on. */
bool vv_report_valid(const vv_check_report *r);

/* A stored finding. Texts are borrowed from the report. */
typedef struct vv_report_entry {
	/* as in vv_finding; column NULL: the finding is about a row or the table */
	const char *rule, *path, *column, *message;
	const char *probably; /* as in vv_finding; may be NULL */
	vv_severity severity;
	bool accepted;     /* the project accepts the finding */
	uint64_t line,     /* number of the line, from 1; 0: not known */
		row;       /* number of the row, from 1; 0: the finding is not about a row */
	const char *value; /* value_len bytes; may be NULL */
	size_t value_len;
} vv_report_entry;
/* Receives a stored finding, valid during the call. */
typedef vv_status (*vv_report_entry_fn)(void *payload, const vv_report_entry *e, vv_error *err);
/* Calls fn for each stored finding, ordered by dataset and group. A negative result of fn ends the
 * calls and is returned. */
vv_status vv_report_each(const vv_check_report *r, vv_report_entry_fn fn, void *payload,
			 vv_error *err);

/* The number of findings of one rule in a dataset, for one column or condition. If rule is NULL, a
 * dataset begins, and only path is set. Texts are borrowed. */
typedef struct vv_report_count {
	const char *path, /* the dataset's path */
		*rule;    /* the rule's code; NULL: a dataset begins */
	/* name or text of a rule that a project wrote; NULL: the rule is built in */
	const char *name;
	const char *column;  /* may be NULL */
	const char *message; /* message of the first stored finding; may be NULL */
	vv_severity severity;
	uint64_t found,   /* number of findings that count */
		accepted; /* number of accepted findings, which do not count */
	bool unread;      /* the rule could not be checked */
} vv_report_count;
/* Receives a number of findings, valid during the call. */
typedef vv_status (*vv_report_count_fn)(void *payload, const vv_report_count *c, vv_error *err);
/* Calls fn for each dataset, with rule NULL, and after it for each of its rules with findings. A
 * negative result of fn ends the calls and is returned. */
vv_status vv_report_each_rule(const vv_check_report *r, vv_report_count_fn fn, void *payload,
			      vv_error *err);

/* Sets options.color and options.width for text that is written after this call. */
void vv_report_look(vv_check_report *r, bool color, unsigned width);

/* Appends the whole report in this form to out. */
vv_status vv_report_write(const vv_check_report *r, vv_report_form form, vv_buf *out,
			  vv_error *err);

/* Passes the whole report in this form to write, in pieces, so that memory does not grow with the
 * number of findings. */
vv_status vv_report_stream(const vv_check_report *r, vv_report_form form, vv_report_write_fn write,
			   void *payload, vv_error *err);

#endif
