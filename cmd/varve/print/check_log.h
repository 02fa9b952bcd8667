/*
 * check_log: what became of each rule over the versions of a branch, as text and JSON.
 */
#ifndef VV_CMD_VARVE_PRINT_CHECK_LOG_H
#define VV_CMD_VARVE_PRINT_CHECK_LOG_H

#include <stdbool.h>

#include "lib/check/timeline.h"

/* After vv_timeline_sum. all: also each rule that no project wrote and that holds now. True: no rule of the severity error fails in the newest version. */
bool vv_check_log_print(const vv_timeline *t, bool all, bool quiet, bool json);

#endif
