/*
 * writers: one function for each format of a report. Private to check/report.
 *
 * Each function appends the report to out. Between findings, the function passes the content of out to the report's
 * output and empties out, so that memory stays small.
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
