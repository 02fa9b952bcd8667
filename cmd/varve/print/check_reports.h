/*
 * check_reports: opens the outputs of a check's reports: stdout, files, the job's summary; rules
 * explained, and over the versions of a branch.
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

/* check_log: what became of each rule over the versions of a branch, as text, JSON and HTML. */

/* After vv_timeline_sum. all: also each passing rule that is not from the project. True: no rule of the severity error fails in
 * the newest version. */
bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json);
/* The same as a table of HTML, with all rules of the project and how many findings its last versions had. */
void vv_check_log_html(vv_buf *out, const vv_timeline *t);

/* check_explain: the data that each rule reads, and its cached results, as a table and as JSON.
 *
 * A correct caller: vv_explained_init; vv_explained_add for each rule (a callback of vv_check_run); vv_explained_print;
 * vv_explained_clear.
 */

typedef struct vv_explained {
	bool json;
	vv_aligned lines;
	vv_buf path; /* of the last rule */
	vv_buf text; /* as JSON */
	vv_json_out out;
} vv_explained;

void vv_explained_init(vv_explained *x, bool json);
vv_status vv_explained_add(void *payload, const char *path, const vv_check_explained *e,
			   vv_error *err);
vv_status vv_explained_print(vv_explained *x, vv_error *err);
void vv_explained_clear(vv_explained *x);
VV_AUTO_CLEAR(vv_explained, vv_explained_clear)

typedef struct vv_check_output {
	vv_report_form form;       /* on stdout */
	bool quiet;                /* nothing on stdout */
	const vv_strings *outputs; /* FORMAT=FILE */
} vv_check_output;

/* Are all of outputs FORMAT=FILE? VV_EUSAGE; before anything is checked. */
vv_status vv_check_output_parse(const vv_strings *outputs, vv_error *err);

/* With github among the forms the Markdown is appended to the file that the variable
 * GITHUB_STEP_SUMMARY names. */
vv_status vv_check_output_write(const vv_check_output *o, vv_check_report *r, vv_error *err);

#endif
