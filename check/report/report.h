/*
 * report: gathers findings, and writes them in any of the forms of varve check.
 *
 * A correct caller: vv_report_new; for each dataset (of each version) vv_report_begin, findings through
 * vv_report_add (a vv_finding_fn), vv_report_end; then vv_report_write for each requested form,
 * vv_report_valid for the exit code, vv_report_free. All findings are counted; of each rule of a dataset
 * only the first are kept (options.limit), and of the whole report at most 16 MiB, but 1,000 of a rule and
 * one of each rule and column in any case. Every form names how many it leaves out.
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

bool vv_report_form_parse(vv_report_form *out, const char *name, size_t len);

/* The report's data about a dataset besides its findings; texts are borrowed until vv_report_end
 * returns, and may be NULL. */
typedef struct vv_report_facts {
	uint64_t rows, columns;
	uint64_t groups, groups_read; /* how much of it had to be read */
	const char *base;             /* its base: "HEAD~1 (a1b2c3d)" */
	uint64_t ms;
	const vv_schema *pointer; /* Git has a pointer with these columns; NULL: the file itself */
} vv_report_facts;

vv_status vv_report_new(vv_check_report **out, const vv_report_options *o, vv_error *err);
void vv_report_free(vv_check_report *r); /* accepts NULL */
VV_AUTO_FREE(vv_check_report, vv_report_free)

/* Begins the dataset at path; commit: 40 digits, or NULL. */
vv_status vv_report_begin(vv_check_report *r, const char *path, const char *commit, vv_error *err);
/* The rules checked there: for reports that also list passed ones. */
vv_status vv_report_rules(vv_check_report *r, const vv_rule_set *rules, vv_error *err);
vv_status vv_report_add(void *report, const vv_finding *f, vv_error *err);
/* Adds `count` further findings like f, without listing them. */
vv_status vv_report_more(void *report, const vv_finding *f, uint64_t count, vv_error *err);
vv_status vv_report_end(vv_check_report *r, const vv_report_facts *facts, vv_error *err);

void vv_report_totals_get(const vv_check_report *r, vv_report_totals *out);
bool vv_report_valid(const vv_check_report *r); /* nothing at or above fail_on */

/* A finding that the report keeps; texts are borrowed from it. */
typedef struct vv_report_entry {
	const char *rule, *path, *column, *message; /* column: NULL for rows and tables */
	const char *probably;                       /* or NULL */
	vv_severity severity;
	bool accepted;
	uint64_t line, row; /* from 1; 0: none */
	const char *value;  /* value_len bytes, or NULL */
	size_t value_len;
} vv_report_entry;
typedef vv_status (*vv_report_entry_fn)(void *payload, const vv_report_entry *e, vv_error *err);
/* All of them, by dataset and group; a negative answer of fn ends it and is returned. */
vv_status vv_report_each(const vv_check_report *r, vv_report_entry_fn fn, void *payload,
			 vv_error *err);

/* The findings of a rule in a dataset, in a column of it or by one of its conditions. rule NULL: the dataset itself,
 * before its rules. */
typedef struct vv_report_count {
	const char *path, *rule;
	const char *name;    /* of a rule that the project wrote: its name, or itself; else NULL */
	const char *column;  /* or NULL */
	const char *message; /* of the first finding that is kept; or NULL */
	vv_severity severity;
	uint64_t found, accepted; /* that count; that do not */
	bool unread;              /* the rule could not be looked at */
} vv_report_count;
typedef vv_status (*vv_report_count_fn)(void *payload, const vv_report_count *c, vv_error *err);
vv_status vv_report_each_rule(const vv_check_report *r, vv_report_count_fn fn, void *payload,
			      vv_error *err);

/* Sets the look of text written after this call. */
void vv_report_look(vv_check_report *r, bool color, unsigned width);

/* Appends the whole report. */
vv_status vv_report_write(vv_check_report *r, vv_report_form form, vv_buf *out, vv_error *err);

/* The same, piece by piece: memory does not grow with the number of findings. */
vv_status vv_report_stream(vv_check_report *r, vv_report_form form, vv_report_write_fn write,
			   void *payload, vv_error *err);

#endif
