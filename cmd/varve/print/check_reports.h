/*
 * check_reports: writes the reports of `varve check`: the report of a check (on stdout, in files,
 * in the summary of a CI job); the states of rules over the versions of a branch (--log); and what each
 * rule reads (--explain).
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_REPORTS_H
#define VV_CMD_VARVE_PRINT_CHECK_REPORTS_H

#include <stdbool.h>

#include "base/json/json.h"
#include "check/report/report.h"
#include "check/rules/check.h"
#include "cmd/frame/command.h"
#include "cmd/varve/print/aligned.h"
#include "lib/check/timeline.h"

/* check_log: prints the state of each rule over the versions of a branch, as text, JSON or HTML. */

/* Prints the rules of t on stdout, as text or JSON, or nothing if `quiet` is set. Call after vv_timeline_sum. all: text
 * also has a line for each built-in rule that holds. Returns true if no rule of the severity error fails in the newest
 * version. */
bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json);
/* Appends an HTML table with all rules of t; for each rule, small bars show the number of findings in each of the last
 * versions. */
void vv_check_log_html(vv_buf *out, const vv_timeline *t);

/* check_explain: prints the data that each rule reads, and how much of its result is cached, as a table or as JSON.
 *
 * A correct caller: vv_explained_init; vv_explained_add for each rule (a callback of vv_check_run); vv_explained_print;
 * vv_explained_clear.
 */

/* The output of --explain. */
typedef struct vv_explained {
	bool json;        /* write JSON instead of a table */
	vv_aligned lines; /* the table, unless json */
	vv_buf path;      /* the path of the last rule's table */
	vv_buf text;      /* the JSON so far */
	vv_json_out out;  /* writes to text */
} vv_explained;

void vv_explained_init(vv_explained *x, bool json); /* json: the member */
/* Adds the description of a rule of the table at path. payload: the vv_explained. */
vv_status vv_explained_add(void *payload, const char *path, const vv_check_explained *e,
			   vv_error *err);
/* Prints the output on stdout. */
vv_status vv_explained_print(vv_explained *x, vv_error *err);
void vv_explained_clear(vv_explained *x);
VV_AUTO_CLEAR(vv_explained, vv_explained_clear)

/* Where the reports of a check are written. */
typedef struct vv_check_output {
	vv_report_form form;       /* the format of the report on stdout */
	bool quiet;                /* no report on stdout */
	const vv_strings *outputs; /* further reports, each as FORMAT=FILE */
} vv_check_output;

/* Checks the form of the words in outputs, before a check begins. VV_EUSAGE: a word is not FORMAT=FILE, or the format
 * is unknown. */
vv_status vv_check_output_parse(const vv_strings *outputs, vv_error *err);

/* Writes all reports of a check. If one of the formats is github, also appends the report as Markdown to the file that
 * the environment variable GITHUB_STEP_SUMMARY names. */
vv_status vv_check_output_write(const vv_check_output *o, vv_check_report *r, vv_error *err);

/* Prints a warning that there are no tables to check. It names the first table of the work tree
 * that was not added, and the number of the others; if r is NULL, it names none. */
void vv_check_warn_no_tables(vv_repository *r);

#endif
