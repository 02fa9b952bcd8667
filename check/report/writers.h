/*
 * writers: one function for each form of a report (vv_report_form). Private to check/report.
 *
 * Each function appends the report to out. It calls vv_report_drain between findings, so that out
 * remains short if the report is streamed.
 */
#ifndef VV_CHECK_REPORT_WRITERS_H
#define VV_CHECK_REPORT_WRITERS_H

#include "base/buf.h"
#include "check/report/options.h"

vv_status vv_report_text(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_json(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_junit(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_sarif(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_github(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_gitlab(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_markdown(const vv_check_report *r, vv_buf *out, vv_error *err);
vv_status vv_report_html(const vv_check_report *r, vv_buf *out, vv_error *err);

#endif
