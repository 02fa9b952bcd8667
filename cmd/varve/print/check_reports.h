/*
 * check_reports: writes the output of `varve check`. This is the report of a check (on stdout, in
 * files, in the summary of a CI job); the states of rules over the versions of a branch (--log); and
 * what each rule reads (--explain).
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_REPORTS_H
#define VV_CMD_VARVE_PRINT_CHECK_REPORTS_H

#include <stdbool.h>

#include "base/json/json.h"
#include "check/report/report.h"
#include "cmd/frame/command.h"
#include "cmd/varve/print/aligned.h"
#include "lib/check/timeline.h"
#include "repo/git/history/refs.h"

typedef struct vv_check_explained vv_check_explained;

/* check_log: prints the state of each rule over the versions of a branch, as text, JSON or HTML. */

/* Prints the rules of t on stdout, as text or JSON. Prints nothing if `quiet` is set. Call this after
 * vv_timeline_sum. all: the text has a line for each rule; else the built-in rules that hold now are
 * left out, except that a line names those that failed before. Returns true if no rule of the
 * severity error fails in the newest version. */
bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json);
/* Appends a heading and an HTML table with all rules of t. For each rule, small bars show the number
 * of findings in each of the last 24 versions. */
void vv_check_log_html(vv_buf *out, const vv_timeline *t);

/* Fails because --new-only has no base, and names one that exists. */
vv_status vv_check_no_upstream(vv_repository *r, const vv_head *head, vv_error *err);
/* Returns rc, the result of a check. If varve.checks has an error, adds the command that prints rules. */
vv_status vv_check_fault(vv_status rc, vv_error *err);

/* check_explain: prints the data that each rule reads, and how much of its result is cached, as a
 * table or as JSON.
 *
 * A correct caller calls vv_explained_init, vv_explained_add for each rule, as a callback of
 * vv_check_run, vv_explained_print, and vv_explained_clear.
 */

/* The output of --explain. */
typedef struct vv_explained {
	bool json;        /* write JSON, not a table */
	vv_aligned lines; /* the table; not used for JSON */
	vv_buf path;      /* the path of the last rule's table; not used for JSON */
	vv_buf text;      /* the JSON so far */
	vv_json_out out;  /* writes to text */
} vv_explained;

/* Initialises *x, which must not move afterwards. json: as the member. */
void vv_explained_init(vv_explained *x, bool json);
/* Adds the description e of a rule of the table at path. payload: the vv_explained. */
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
	const vv_strings *outputs; /* further reports, each as FORMAT=FILE or FILE */
} vv_check_output;

/* Checks the words in outputs, so that a mistake is found before a check begins. VV_EUSAGE: a word is
 * neither FORMAT=FILE nor a FILE whose name has a format, or the format is unknown. */
vv_status vv_check_output_parse(const vv_strings *outputs, vv_error *err);

/* Refuses files whose names are those of formats that no report has. Returns an exit code, and reports the
 * error. */
int vv_check_output_names(const vv_context *c, const vv_strings *outputs);

/* Writes all reports of a check: first the files, then stdout. If one of the formats is github, also
 * appends the report as Markdown to the file that the environment variable GITHUB_STEP_SUMMARY
 * names. */
vv_status vv_check_output_write(const vv_check_output *o, vv_check_report *r, vv_error *err);

/* Prints a warning that there are no tables to check. If untracked files of the work tree look like
 * tables, the warning names the first and the number of the others. r may be NULL: it then names
 * none. */
void vv_check_warn_no_tables(vv_repository *r);

#endif
