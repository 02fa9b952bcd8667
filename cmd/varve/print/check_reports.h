/*
 * check_reports: where the reports of one check go: stdout, files, the job's summary.
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_REPORTS_H
#define VV_CMD_VARVE_PRINT_CHECK_REPORTS_H

#include "check/report/report.h"
#include "cmd/frame/command.h"

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
