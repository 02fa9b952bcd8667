/*
 * check_log: what became of each rule over the versions of a branch, as text, JSON and HTML.
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_LOG_H
#define VV_CMD_VARVE_PRINT_CHECK_LOG_H

#include <stdbool.h>

#include "lib/check/timeline.h"

/* After vv_timeline_sum. all: also each rule that no project wrote and that holds now. True: no rule of the severity error fails in the newest version. */
bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json);
/* The same as a table of HTML, with all rules of the project and how many findings its last versions had. */
void vv_check_log_html(vv_buf *out, const vv_timeline *t);

#endif
