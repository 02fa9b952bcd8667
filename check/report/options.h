/*
 * options: the options of a report, and its totals.
 */
#ifndef VV_CHECK_REPORT_OPTIONS_H
#define VV_CHECK_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/rules/finding.h"
#include "dataset/schema/schema.h"

/* A form of a report. */
typedef enum vv_report_form {
	VV_REPORT_TEXT,
	VV_REPORT_JSON,
	VV_REPORT_JUNIT,
	VV_REPORT_SARIF,
	VV_REPORT_GITHUB,
	VV_REPORT_GITLAB,
	VV_REPORT_MARKDOWN,
	VV_REPORT_HTML
} vv_report_form;
/* The names of the forms, in the order of vv_report_form. */
#define VV_REPORT_FORMS "text|json|junit|sarif|github|gitlab|markdown|html"

/* The options of a report. */
typedef struct vv_report_options {
	/* maximum number of stored findings for each rule and column of a dataset; 0: no such
	 * limit */
	uint64_t limit;
	vv_severity fail_on;  /* findings of at least this severity make the check fail; not OFF */
	bool new_only;        /* findings that the base also has do not count */
	bool color;           /* text only */
	unsigned width;       /* text: columns of the terminal; 0: no limit */
	const char *overview; /* HTML only: markup before the findings; borrowed; may be NULL */
} vv_report_options;

/* The totals of a report. */
typedef struct vv_report_totals {
	uint64_t datasets,         /* number of datasets */
		invalid;           /* number of datasets with a finding of at least fail_on */
	uint64_t errors, warnings; /* numbers of findings that count */
	/* numbers of findings that do not count: */
	uint64_t known,   /* because the base has them */
		accepted; /* because they are accepted */
	uint64_t commits; /* number of distinct commits; 0: no range of commits was checked */
} vv_report_totals;

/* Receives the next len bytes of a report. */
typedef vv_status (*vv_report_write_fn)(void *payload, const char *bytes, size_t len,
					vv_error *err);

/* A report (check/report/report.h). */
typedef struct vv_check_report vv_check_report;

/* Data of the report about a dataset besides its findings. Texts may be NULL; they are borrowed
 * until vv_report_end returns. */
typedef struct vv_report_facts {
	uint64_t rows,       /* number of rows of the table */
		columns;     /* number of columns of the table */
	uint64_t groups,     /* number of row groups of the table */
		groups_read; /* number of row groups that were read, since no result was cached */
	const char *base;    /* the dataset's base, such as "HEAD~1 (a1b2c3d)" */
	const char *base_commit; /* the full id of the base's commit; NULL: the base is not one */
	uint64_t ms;             /* duration of the check in milliseconds */
	/* the schema of the table, if git stores a pointer (repo/git/pointer.h) in place of the
	 * file; NULL: git stores the file itself */
	const vv_schema *pointer;
} vv_report_facts;

#endif
